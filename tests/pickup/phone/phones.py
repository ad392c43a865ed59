"""Phones of verifiers, in English so that tests can read what they show."""

import re
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from orders.models import Order
from pickup.codes import make_code
from pickup.models import Verifier
from pickup.phone import session
from tests.console import ENGLISH

_HIDDEN = re.compile(r'<input type="hidden" name="(nonce|version|owed)" value="([^"]*)"')


def sign(verifier: Verifier) -> str:
    """The cookie of a phone on which this verifier has signed in."""
    response = HttpResponse()
    session.sign_in(RequestFactory().get("/v/"), response, verifier)
    return response.cookies[session.COOKIE].value


def phone_of(verifier: Verifier, **kwargs: Any) -> Client:
    client = Client(headers=ENGLISH, **kwargs)
    client.cookies[session.COOKIE] = sign(verifier)
    client.cookies[session.COOKIE]["secure"] = settings.SESSION_COOKIE_SECURE or ""
    return client


def link_of(order: Order) -> str:
    code = make_code(order)
    assert code is not None
    return reverse("pickup_code", args=[code.token])


def read_card(phone: Client, link: str) -> dict[str, str]:
    """What the card sends by itself."""
    return dict(_HIDDEN.findall(phone.get(link).content.decode()))


def all_of(order: Order) -> dict[str, int]:
    return {f"line_{line.pk}": line.to_send for line in order.lines.all()}


def press(phone: Client, order: Order, link: str = "", **more: Any) -> Any:
    """The card of an order as it is opened now, and all of it handed out; `more` replaces what is sent."""
    link = link or link_of(order)
    body = {**read_card(phone, link), **all_of(order), "sure": "1", **more}
    return phone.post(f"{link}/verify/", body)
