"""The whole shop on servers of its own, which a test may kill, freeze and start again."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
import requests
from django.db import connection
from pytest_django import DjangoDbBlocker

from harness.processes import ShopProcesses
from harness.servers import PrivatePostgres, PrivateRedis
from orders.models import Order
from shop.demo.standins import load_alipay_credentials, load_credentials
from shop.demo.standins.ledger import DEFAULT_BEHAVIOUR
from shop.events.delivery import count_undelivered
from shop.events.pause import resume_outside
from tests import cast
from tests.conftest import find_broken_books
from tests.databases import disconnect
from tests.expect import wait_until
from tests.gateway import lend_alipay_credentials, lend_credentials

_numbers = count(1)
PROCESSES = ("standins", "web", "worker", "deliver")


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


@dataclass
class Buyer:
    """A phone: it knows the public API and the pretend WeChat, nothing else."""

    shop: "FaultShop"
    openid: str = field(default_factory=lambda: f"phone-{next(_numbers)}")
    token: str = ""

    def sign_in(self) -> "Buyer":
        code = self.shop.standin("login-codes", openid=self.openid)["code"]
        self.token = self.call("POST", "/auth/login", code=code).body["token"]
        return self

    def call(self, method: str, path: str, *, key: str = "", **body: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        url = f"{self.shop.processes.web_url()}/api/v1{path}"
        answer = requests.request(method, url, json=body or None, headers=headers, timeout=30)
        return Answer(answer.status_code, answer.headers, answer.json())

    def place(self, sku_id: int, *, pay_method: str = "wechat", key: str = "", pieces: int = 1) -> Answer:
        return self.call(
            "POST",
            "/orders",
            key=key or f"{self.openid}-{next(_numbers)}",
            basket=[{"sku_id": str(sku_id), "quantity": pieces}],
            delivery="express",
            pay_method=pay_method,
            address=cast.address(),
        )

    def placed(self, sku_id: int, **kwargs: Any) -> str:
        """Place an order and return its number."""
        answer = self.place(sku_id, **kwargs)
        assert answer.status == 201, answer.body
        return str(answer.body["number"])

    def pay(self, number: str) -> str:
        """Pay on the phone; returns the attempt's number. The gateway then notifies, unless told not to."""
        answer = self.call("POST", f"/orders/{number}/pay")
        assert answer.status == 200, answer.body
        if "link" in answer.body:
            return str(self.shop.standin("alipay-pay", url=answer.body["link"])["number"])
        return str(self.shop.standin("pay", **answer.body, openid=self.openid)["number"])


@dataclass
class FaultShop:
    postgres: PrivatePostgres
    redis: PrivateRedis
    processes: ShopProcesses

    def standin(self, command: str, **body: Any) -> dict[str, Any]:
        return self.processes.standin(command, **body)

    def told(self, number: str) -> dict[str, Any]:
        """What the pretend WeChat knows of a payment or refund number."""
        url = f"{self.processes.standin_url}/_demo/state"
        return dict(requests.get(url, params={"number": number}, timeout=10).json())

    def fail(self, kind: str, path: str = "/v3/", *, times: int = 1, seconds: float = 0) -> None:
        self.standin("faults", path_prefix=path, kind=kind, times=times, seconds=seconds)

    def buyer(self) -> Buyer:
        return Buyer(self).sign_in()

    def assert_no_server_error(self) -> None:
        log = self.processes.log_text("web")
        assert "Internal Server Error" not in log
        assert '" 500' not in log

    def assert_settled(self) -> None:
        """Everything is delivered, the books balance, and no page ever broke. Thousands of orders take their time."""
        wait_until(lambda: count_undelivered() == 0, seconds=240)
        assert find_broken_books() == []
        self.assert_no_server_error()


class Ordering:
    """Orders placed again and again by several buyers; `answers` tells when which answer came."""

    def __init__(self, name: str) -> None:
        self.answers: list[tuple[float, Answer]] = []
        self.sent: list[tuple[Buyer, str]] = []
        self._sku_id, self._name = cast.make_sku(on_hand=100_000).pk, f"{name}-{next(_numbers)}"

    def place(self, buyer: Buyer) -> None:
        key = f"{self._name}-{next(_numbers)}"
        self.sent.append((buyer, key))
        answer = buyer.place(self._sku_id, pay_method="cod", key=key)
        self.answers.append((time.monotonic(), answer))

    def wait_taken(self) -> None:
        """From now on an order has to be taken within ten seconds."""
        now = time.monotonic()
        wait_until(lambda: any(a.status == 201 and at > now for at, a in list(self.answers)), seconds=10)

    def repeat_until_placed(self) -> int:
        """Send every request again under its key, as a phone would; returns how many orders there are then."""
        for buyer, key in self.sent:
            wait_until(lambda b=buyer, k=key: b.place(self._sku_id, pay_method="cod", key=k).status == 201)
        return Order.objects.filter(client_key__startswith=f"{self._name}-").count()


def in_background(act: Callable[[], Any]) -> threading.Thread:
    """Start something whose connection may be cut."""

    def run() -> None:
        try:
            act()
        except (requests.RequestException, ValueError):
            return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def get_order(number: str) -> Order:
    return Order.objects.get(number=number)


@pytest.fixture(scope="package")
def _running_shop() -> Iterator[FaultShop]:
    with (
        PrivatePostgres() as postgres,
        PrivateRedis() as private_redis,
        ShopProcesses(database_url=postgres.url, redis_url=private_redis.url) as processes,
    ):
        processes.migrate()
        processes.start(*PROCESSES)
        yield FaultShop(postgres, private_redis, processes)


@pytest.fixture
def shop(
    _running_shop: FaultShop,
    django_db_blocker: DjangoDbBlocker,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> Iterator[FaultShop]:
    """The open shop, with this process's ORM on its database; every test ends with clean books.

    What a test has killed and, as it failed, not started again is started for the next one.
    """
    shop = _running_shop
    disconnect()
    place = {"NAME": shop.postgres.database, "HOST": "127.0.0.1", "PORT": str(shop.postgres.port)}
    for name, value in (place | {"USER": "postgres", "PASSWORD": ""}).items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    settings.WECHAT_PAY_URL = shop.processes.standin_url
    settings.ALIPAY_URL = f"{shop.processes.standin_url}/gateway.do"
    settings.BASE_URL = shop.processes.web_url()
    resume_outside()
    shop.processes.start(*(name for name in PROCESSES if not shop.processes.is_running(name)))
    try:
        with django_db_blocker.unblock():
            cast.open_shop()
            lend_credentials(load_credentials(shop.processes.directory / "standins"))
            lend_alipay_credentials(load_alipay_credentials(shop.processes.directory / "standins"))
            shop.standin("faults")
            shop.standin("behaviour", **DEFAULT_BEHAVIOUR | {"refund_interval_seconds": 0})
            yield shop
            shop.assert_settled()
    finally:
        # Also after a failure: the next test's database is another one.
        disconnect()
