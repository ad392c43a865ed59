"""Phones on which a verifier is signed in."""

from django.http import HttpResponse
from django.test import Client, RequestFactory

from pickup.models import Verifier
from pickup.phone import session
from tests.console import ENGLISH


def phone_of(verifier: Verifier, **kwargs: bool) -> Client:
    """What the shop answers is in English."""
    response = HttpResponse()
    session.sign_in(RequestFactory().get("/v/"), response, verifier)
    phone = Client(headers=ENGLISH, **kwargs)
    phone.cookies[session.COOKIE] = response.cookies[session.COOKIE].value
    phone.cookies[session.COOKIE]["secure"] = response.cookies[session.COOKIE]["secure"]
    return phone
