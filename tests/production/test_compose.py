"""The compose file's own commands, against PostgreSQL and Redis, carry one order from the phone to the parcel."""

import contextlib
import http.client
import json
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from django.contrib.auth.hashers import make_password

from harness.processes import PROJECT
from harness.servers import PrivateRedis
from orders.models import Order
from orders.stages import Stage
from shop.demo.standins import StandInServer
from shop.demo.supervisor.shop import find_free_port
from shop.events.delivery import count_undelivered
from tests import cast
from tests.conftest import find_broken_books
from tests.databases import write_own_url
from tests.expect import wait_until
from tests.gateway import Gateway
from tests.production import compose
from tests.production.conftest import PRODUCTION, Manage, production_environment
from tests.production.tls_proxy import tls_proxy

SERVICES = ("web", "worker", "payments", "carriers", "deliver")
# Compressing what no page of this test shows would take longer than the test.
COLLECT = ("--no-input", "-v", "0", "-i", "drf_spectacular_sidecar", "-i", "rest_framework")


@dataclass
class Production:
    """The running services; `url` is the TLS proxy, `port` the web service behind it."""

    port: int
    url: str
    standin: StandInServer
    directory: Path
    environment: dict[str, str]
    processes: dict[str, Any] = field(default_factory=dict)

    def log(self, service: str) -> str:
        return (self.directory / f"{service}.log").read_text(errors="replace")

    def start(self, service: str) -> None:
        log = self.directory / f"{service}.log"
        environment = dict(self.environment)
        if "PROMETHEUS_MULTIPROC_DIR" in compose.environment_of(service):
            environment["PROMETHEUS_MULTIPROC_DIR"] = str(self.directory / "metrics")
        self.processes[service] = compose.start(service, environment, log, port=self.port)

    def stop(self, service: str) -> int:
        process = self.processes.pop(service)
        process.terminate()
        try:
            return int(process.wait(30))
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def is_healthy(self) -> bool:
        try:
            web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            web.request("GET", "/healthz", headers={"Host": "shop.test"})
            return web.getresponse().status == 200
        except OSError:
            return False

    def logs(self) -> str:
        return "\n".join(f"== {name}\n{self.log(name)[-3000:]}" for name in SERVICES)


@pytest.fixture
def production(
    transactional_db: None,
    gateway: Gateway,
    standin_server: StandInServer,
    tmp_path: Path,
    private_redis: PrivateRedis,
) -> Iterator[Production]:
    """The services of the compose file on this test's database, with production settings.

    Their Redis is their own: in production twenty passwords a minute are the most, whoever tries them.
    """
    port, proxy_port = find_free_port(), find_free_port()
    (tmp_path / "metrics").mkdir()
    url = f"http://127.0.0.1:{proxy_port}"
    environment = production_environment(
        DATABASE_URL=write_own_url(),
        REDIS_URL=private_redis.url,
        DATA_DIR=str(tmp_path),
        STATIC_ROOT=str(tmp_path / "static"),
        BASE_URL=url,
        WECHAT_PAY_URL=gateway.url,
        WECHAT_MINI_URL=gateway.url,
        KDNIAO_URL=gateway.url,
        KUAIDI100_URL=gateway.url,
        DATA_KEYS=os.environ["DATA_KEYS"],
        SEARCH_KEY=os.environ["SEARCH_KEY"],
        PYTHONUNBUFFERED="1",
        PYTHONPATH=str(PROJECT),
    )
    shop = Production(port, url, standin_server, tmp_path, environment)
    with tls_proxy(proxy_port, port):
        try:
            yield shop
        finally:
            for service in list(shop.processes):
                shop.stop(service)


class Phone:
    """A buyer's phone: the public API over HTTPS, and the pretend WeChat."""

    def __init__(self, shop: Production, gateway: Gateway) -> None:
        self.shop, self.gateway, self.openid = shop, gateway, "phone-1"
        code = gateway.do("login-codes", openid=self.openid)["code"]
        self.token = ""
        self.token = self.call("POST", "/auth/login", code=code)["token"]

    def call(self, method: str, path: str, *, key: str = "", **body: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        url = f"{self.shop.url}/api/v1{path}"
        answer = requests.request(method, url, json=body or None, headers=headers, timeout=30)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    def place_and_pay(self, sku_id: int) -> str:
        number = self.call(
            "POST",
            "/orders",
            key="one-order-of-this-phone",
            basket=[{"sku_id": str(sku_id), "quantity": 1}],
            delivery="express",
            pay_method="wechat",
            address=cast.address(),
        )["number"]
        self.gateway.do("pay", **self.call("POST", f"/orders/{number}/pay"), openid=self.openid)
        return str(number)


class Console:
    """A browser at the TLS proxy; cookies are sent by hand, because they are for HTTPS only."""

    def __init__(self, shop: Production, username: str) -> None:
        self.shop = shop
        self.cookies: dict[str, str] = {}
        self.get("/console/staff/login/")
        self.post("/console/staff/login/", username=username, password=cast.PASSWORD)

    def get(self, path: str) -> str:
        answer = self._send("GET", path, None)
        assert answer.status_code == 200, answer.text[-3000:]
        return answer.text

    def post(self, path: str, **fields: Any) -> None:
        answer = self._send("POST", path, fields | {"csrfmiddlewaretoken": self.cookies["csrftoken"]})
        assert answer.status_code == 302, (answer.status_code, re.sub(r"<[^>]*>\s*", " ", answer.text))

    def press(self, number: str, action: str, **fields: Any) -> None:
        version = Order.objects.get(number=number).version
        self.post(f"/console/orders/{number}/{action}/", version=version, **fields)

    def _send(self, method: str, path: str, fields: dict[str, Any] | None) -> requests.Response:
        secure = self.shop.url.replace("http://", "https://")
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Referer": f"{secure}{path}"}
        url = f"{self.shop.url}{path}"
        answer = requests.request(
            method, url, data=fields, headers=headers, allow_redirects=False, timeout=30
        )
        for cookie in answer.cookies:
            assert cookie.secure, f"{cookie.name} would be sent without TLS"
            self.cookies[cookie.name] = str(cookie.value)
        return answer


def count_requests(production: Production, route: str) -> float:
    """What `/metrics` says, whichever web process answers."""
    headers = {"Authorization": f"Bearer {PRODUCTION['METRICS_TOKEN']}", "Host": "shop.test"}
    text = requests.get(f"http://127.0.0.1:{production.port}/metrics", headers=headers, timeout=10).text
    lines = re.findall(rf'^shop_requests_total{{.*route="{route}".*}} (.+)$', text, re.MULTILINE)
    return sum(float(value) for value in lines)


@pytest.mark.fault
def test_one_order_goes_from_the_phone_to_the_parcel(
    production: Production, gateway: Gateway, manage: Manage
) -> None:
    assert manage("collectstatic", *COLLECT, **production.environment).returncode == 0
    production.start("migrate")
    assert production.processes.pop("migrate").wait(60) == 0, production.log("migrate")
    for service in SERVICES:
        production.start(service)
    wait_until(production.is_healthy, seconds=90, why=production.logs)
    wait_until(lambda: " ready." in production.log("worker"), seconds=90, why=production.logs)
    gateway.behave(send_notices=True)
    owner, sku = cast.make_staff("owner"), cast.make_sku()
    owner.password = make_password(cast.PASSWORD, hasher="argon2")  # Tests hash weakly; production does not.
    owner.save()

    plain = requests.get(f"http://127.0.0.1:{production.port}/console/", allow_redirects=False, timeout=10)
    assert plain.status_code == 301 and plain.headers["Location"].startswith("https://")
    styled = Console(production, owner.username)
    css = re.search(r'href="(/static/[^"]+\.css)"', styled.get("/console/"))
    assert css and requests.get(production.url + css[1], timeout=10).status_code == 200

    number = Phone(production, gateway).place_and_pay(sku.pk)
    wait_until(lambda: Order.objects.get(number=number).stage == Stage.TO_CONFIRM, why=production.logs)
    styled.press(number, "confirm")
    styled.press(number, "prepare")
    line = Order.objects.get(number=number).lines.get()
    parcel = {"parcel-TOTAL_FORMS": 1, "parcel-INITIAL_FORMS": 0, f"parcel-0-line_{line.pk}": 1}
    parcel |= {"parcel-0-courier": "SF", "parcel-0-tracking_no": "SF1234567890123"}
    styled.press(number, "ship", **parcel)
    assert Order.objects.get(number=number).stage == Stage.SHIPPED
    wait_until(lambda: count_undelivered() == 0, why=production.logs)
    assert find_broken_books() == []

    pressed = [count_requests(production, "orders:ship") for _ in range(12)]
    assert pressed == [1.0] * 12
    for service in SERVICES:
        assert production.stop(service) in (0, -signal.SIGTERM), production.log(service)
    assert_logs_are_clean(production)


def assert_logs_are_clean(production: Production) -> None:
    """Every line is JSON (but the supervising processes' own few), and none holds what the buyer typed."""
    everything = production.logs()
    for value in (cast.HOME.phone, cast.HOME.recipient, cast.HOME.detail, cast.PASSWORD):
        assert value not in everything
    lines = [json.loads(line) for line in production.log("web").splitlines() if line.startswith("{")]
    assert [line["status"] for line in lines if line.get("route") == "orders:ship"] == [302]
    assert not [line for line in lines if line["level"] == "error"]


@pytest.mark.parametrize("service", [*SERVICES, "migrate"])
def test_every_service_uses_one_image_and_takes_its_secrets_from_outside(service: str) -> None:
    described = compose.COMPOSE["services"][service]
    assert described["image"] == compose.COMPOSE["services"]["web"]["image"]
    assert described["env_file"] == ".env"
    assert not {"SECRET_KEY", "DATA_KEYS", "SEARCH_KEY"} & set(described["environment"])


def test_the_example_environment_names_every_secret_and_holds_none() -> None:
    lines = [
        line for line in (PROJECT / ".env.example").read_text().splitlines() if "=" in line and line[0] != "#"
    ]
    values = dict(line.split("=", 1) for line in lines)
    for name in ("SECRET_KEY", "DATA_KEYS", "SEARCH_KEY", "POSTGRES_PASSWORD", "METRICS_TOKEN"):
        assert values[name] == ""


def test_the_image_runs_as_nobody_special_with_locked_packages_and_no_embedded_redis() -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text()
    final = dockerfile.rpartition("\nFROM ")[2]
    assert "\nUSER shop\n" in final and "HEALTHCHECK" in final
    assert "--require-hashes" in dockerfile and "embedded" not in dockerfile
    assert (
        json.loads(re.findall(r"^CMD (.+)$", final, re.MULTILINE)[0])
        == compose.COMPOSE["services"]["web"]["command"]
    )
