"""Phones of verifiers, and the pretend WeChat that they are opened in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from pickup.models import Verifier
from pickup.phone import session
from shop.store.models import WeChatAccount
from tests.caching import forget_cached
from tests.console import ENGLISH
from tests.gateway import Gateway


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    forget_cached()


@pytest.fixture
def wechat(gateway: Gateway, settings: Any) -> Gateway:
    """The service account is set up, and knows who opens pages in it."""
    settings.WECHAT_MINI_URL = settings.WECHAT_OPEN_URL = gateway.url
    made = gateway.server.world.credentials
    account = WeChatAccount.objects.get()
    account.service_appid, account.service_secret = made.service_appid, made.service_secret
    account.save()
    return gateway


@pytest.fixture
def open_in_wechat(wechat: Gateway) -> Callable[..., Client]:
    """A phone whose WeChat is this person's, which has been to WeChat and back on its way to a page."""

    def open_page(openid: str, *, unionid: str = "", next_url: str = "/v/account/") -> Client:
        phone = Client(headers=ENGLISH)
        phone.answer = come_back(phone, wechat, openid, unionid=unionid, next_url=next_url)
        return phone

    return open_page


def come_back(
    phone: Client, wechat: Gateway, openid: str, *, unionid: str = "", next_url: str = "/v/account/"
) -> Any:
    """To WeChat and back: what the shop answers then."""
    sent = phone.get("/v/sign-in/wechat/", {"next": next_url})
    state = sent["Location"].split("state=")[1].split("#")[0]
    code = wechat.do("web-codes", openid=openid, unionid=unionid)["code"]
    return phone.get("/v/sign-in/back/", {"code": code, "state": state})


def sign_in(verifier: Verifier) -> Client:
    """A phone on which this verifier is signed in."""
    response = HttpResponse()
    session.sign_in(RequestFactory().get("/v/"), response, verifier)
    phone = Client(headers=ENGLISH)
    phone.cookies[session.COOKIE] = response.cookies[session.COOKIE].value
    return phone
