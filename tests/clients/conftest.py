"""The pretend world's WeChat on a free port, and clients that talk to it."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from shop.clients.wechat_mini import WeChatMini
from shop.clients.wechat_pay import Credentials, WeChatPay
from shop.demo.standins import StandInCredentials, StandInServer, load_credentials, run_in_thread

# One moment for the whole run: an order repeated with another one would be another order.
EXPIRES_AT = datetime.now(UTC) + timedelta(hours=6)


@pytest.fixture(scope="session")
def key_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RSA keys take a moment to make, so one set serves all tests."""
    folder = tmp_path_factory.mktemp("keys")
    load_credentials(folder)
    return folder


@pytest.fixture
def data_dir(key_dir: Path, tmp_path: Path) -> Path:
    for path in key_dir.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.fixture
def standins(data_dir: Path) -> Iterator[StandInServer]:
    with run_in_thread(data_dir, retry_delays=(0.05, 0.05, 0.05)) as server:
        yield server


@pytest.fixture
def credentials(standins: StandInServer) -> Credentials:
    return merchant_credentials(standins.world.credentials)


@pytest.fixture
def pay(standins: StandInServer, credentials: Credentials) -> WeChatPay:
    return WeChatPay(credentials, base_url=standins.base_url, timeout=2.0)


@pytest.fixture
def mini(standins: StandInServer) -> WeChatMini:
    made = standins.world.credentials
    return WeChatMini(made.appid, made.secret, base_url=standins.base_url, timeout=2.0)


@pytest.fixture
def demo(standins: StandInServer) -> "Demo":
    return Demo(standins.base_url)


@pytest.fixture
def shop() -> Iterator["Shop"]:
    """A merchant's server that keeps the notifies it gets."""
    server = Shop()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def merchant_credentials(made: StandInCredentials) -> Credentials:
    return Credentials(
        appid=made.appid,
        mchid=made.mchid,
        merchant_serial=made.merchant_serial,
        merchant_private_key=made.merchant_private_key,
        api_v3_key=made.api_v3_key,
        platform_key_id=made.platform_key_id,
        platform_public_key=made.platform_public_key,
    )


@dataclass
class Demo:
    """The routes under /_demo/."""

    base_url: str

    def post(self, route: str, **body: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.base_url}/_demo/{route}", json=body, timeout=30)
        return {"http": answer.status_code, **answer.json()}

    def state(self) -> dict[str, Any]:
        return requests.get(f"{self.base_url}/_demo/state", timeout=10).json()

    def add_fault(self, path_prefix: str, kind: str, *, times: int = 1, seconds: float = 0) -> None:
        self.post("faults", path_prefix=path_prefix, kind=kind, times=times, seconds=seconds)

    def login_code(self, openid: str = "buyer-1") -> str:
        return self.post("login-codes", openid=openid)["code"]

    def order(self, pay: WeChatPay, number: str = "order-0001", **changes: Any) -> str:
        """A known buyer and an order of 100 fen; returns the prepay_id."""
        self.login_code()
        return pay.create_jsapi_order(**{**order_arguments(number), **changes})

    def paid_order(self, pay: WeChatPay, number: str = "order-0001", **changes: Any) -> None:
        prepay_id = self.order(pay, number, **changes)
        answer = self.post("pay", **pay.client_parameters(prepay_id), openid="buyer-1")
        assert answer["state"] == "SUCCESS"


def order_arguments(number: str = "order-0001") -> dict[str, Any]:
    return {
        "number": number,
        "amount_fen": 100,
        "description": "杯子",
        "openid": "buyer-1",
        "expires_at": EXPIRES_AT,
        "notify_url": "https://shop.example/hooks/pay",
    }


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes


@dataclass
class Inbox:
    callbacks: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


class Shop(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _ShopHandler)
        self.inbox = Inbox()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hooks/pay"


class _ShopHandler(BaseHTTPRequestHandler):
    server: Shop

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        inbox = self.server.inbox
        inbox.callbacks.append(Received(dict(self.headers.items()), body))
        self.send_response(inbox.answers.pop(0) if inbox.answers else 204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass
