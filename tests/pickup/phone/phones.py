"""Phones on which a verifier is signed in."""

from django.conf import settings
from django.core.signing import get_cookie_signer
from django.test import Client

from pickup.models import Verifier
from pickup.phone.session import COOKIE, SALT
from tests.console import ENGLISH


def phone_of(verifier: Verifier, **kwargs: bool) -> Client:
    client = Client(headers=ENGLISH, **kwargs)
    client.cookies[COOKIE] = get_cookie_signer(salt=COOKIE + SALT).sign(str(verifier.pk))
    client.cookies[COOKIE]["secure"] = settings.SESSION_COOKIE_SECURE or ""
    return client
