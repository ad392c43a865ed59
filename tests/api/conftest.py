"""Buyers who talk to the API as a mini-program does, and WeChat's stand-ins for signing in and paying."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from rest_framework.throttling import ScopedRateThrottle

from shop.customers.models import Customer
from shop.customers.services import issue_token
from shop.demo.standins import StandInServer, run_in_thread
from tests import cast
from tests.clients.conftest import Demo, data_dir, demo, key_dir  # noqa: F401 - fixtures
from tests.gateway import lend_credentials

ROOT = "/api/v1"
JSON = "application/json"


class Buyer:
    """A mini-program: one token, JSON both ways; every refusal must have the one shape."""

    def __init__(self, customer: Customer | None = None, *, language: str = "en") -> None:
        self.customer = customer
        self.client = Client(raise_request_exception=False)
        self.headers = {"Accept-Language": language}
        if customer:
            self.headers["Authorization"] = f"Bearer {issue_token(customer)}"

    def get(self, path: str, **query: Any) -> Any:
        return self._check(self.client.get(ROOT + path, query, headers=self.headers))

    def send(self, method: str, path: str, body: Any = None, *, key: str = "") -> Any:
        raw = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self._check(self.client.generic(method, ROOT + path, raw, content_type=JSON, headers=headers))

    def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        return self.send("POST", path, body, key=key)

    @staticmethod
    def _check(answer: Any) -> Any:
        if answer.status_code >= 400:
            assert set(answer.json()) == {"code", "message", "extra"}, answer.content
            assert answer.json()["message"]
        return answer


def refusal(answer: Any) -> tuple[int, str]:
    """(status, code) of an answer that refuses."""
    return answer.status_code, answer.json()["code"]


def wrong_fields(answer: Any) -> list[str]:
    """The fields that a refusal names as wrong."""
    assert refusal(answer) == (400, "invalid")
    return list(answer.json()["extra"]["fields"])


@pytest.fixture(autouse=True)
def counted_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis outlives the database, and with it what buyers with the same ids asked for a minute ago."""
    monkeypatch.setattr(ScopedRateThrottle, "cache_format", f"{uuid4()}_%(scope)s_%(ident)s")


@pytest.fixture
def shop_open(db: None) -> None:
    cast.open_shop()


@pytest.fixture
def buyer(shop_open: None) -> Buyer:
    return Buyer(cast.make_customer("小燕子"))


@pytest.fixture
def other(shop_open: None) -> Buyer:
    return Buyer(cast.make_customer("别人"))


@pytest.fixture
def anyone(shop_open: None) -> Buyer:
    return Buyer()


@pytest.fixture
def wechat(data_dir: Path, shop_open: None, settings: Any) -> Iterator[StandInServer]:  # noqa: F811
    """WeChat's stand-ins, with the shop set up to use them."""
    with run_in_thread(data_dir, retry_delays=(0.05,)) as server:
        settings.WECHAT_MINI_URL = settings.WECHAT_PAY_URL = server.base_url
        settings.ALIPAY_URL = f"{server.base_url}/gateway.do"
        lend_credentials(server.world.credentials)
        yield server


@pytest.fixture
def phones(wechat: StandInServer) -> Demo:
    """The buyers' phones: they get login codes and pay."""
    return Demo(wechat.base_url)


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def order_body(**changes: Any) -> dict[str, Any]:
    """A correct order for one tin of tea."""
    values: dict[str, Any] = {"delivery": "express", "pay_method": "wechat", "address": cast.address()}
    if "basket" not in changes:
        values["basket"] = [{"sku_id": str(cast.make_sku().pk), "quantity": 1}]
    return values | changes
