"""Labels that are fetched: from the provider alone, pictures alone, and never instead of the number."""

from base64 import b64encode
from typing import Any

import pytest

from shop.clients import kuaidi100 as client
from shop.clients import labels
from shop.clients.errors import ClientError, Unknown
from shop.clients.kuaidi100 import Kuaidi100
from shop.clients.labels import fetch_label
from shop.clients.transport import Answer, Request
from shop.demo.standins import StandInServer
from shop.demo.standins.faults import Fault
from tests.clients.couriers.conftest import ask

PROVIDER, DOMAIN = "https://api.kuaidi100.com", "kuaidi100.com"
PNG, JPEG = b"\x89PNG\r\n\x1a\n-IEND\xaeB`\x82", b"\xff\xd8\xff-\xff\xd9"


class Web:
    """Answers everything alike, and keeps what it was asked."""

    def __init__(self, status: int, kind: str, body: bytes) -> None:
        self.answer = Answer(status, {"content-type": kind}, body)
        self.asked: list[str] = []

    def send(self, request: Request, *, timeout: float) -> Answer:
        assert timeout <= 5
        self.asked.append(request.base_url + request.target)
        return self.answer


def answering(
    monkeypatch: pytest.MonkeyPatch, status: int = 200, kind: str = "image/png", body: bytes = PNG
) -> Web:
    web = Web(status, kind, body)
    monkeypatch.setattr(labels, "send", web.send)
    return web


def fetch(address: str) -> str:
    return fetch_label(address, provider=PROVIDER, domain=DOMAIN)


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("https://api.kuaidi100.com/label/1?a=b", "https://api.kuaidi100.com/label/1?a=b"),
        ("http://api.kuaidi100.com/label/1", "https://api.kuaidi100.com/label/1"),
        ("https://cdn.kuaidi100.com/1.png#x", "https://cdn.kuaidi100.com/1.png"),
    ],
)
def test_the_provider_is_asked(monkeypatch: pytest.MonkeyPatch, address: str, asked: str) -> None:
    web = answering(monkeypatch)
    assert f'src="data:image/png;base64,{b64encode(PNG).decode()}"' in fetch(address)
    assert web.asked == [asked]


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/label",
        "https://kuaidi100.com.example.com/label",
        "https://evilkuaidi100.com/label",
        "https://api.kuaidi100.com@169.254.169.254/label",
        "https://api.kuaidi100.com:8443/label",
        "http://127.0.0.1/kuaidi100.com",
        "http://[::1/label",
    ],
)
def test_nobody_else_is_asked(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    web = answering(monkeypatch)
    with pytest.raises(Unknown):
        fetch(address)
    assert web.asked == []


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (200, "text/html", b"<script>alert(1)</script>"),
        (200, "image/svg+xml", b"<svg/>"),
        (200, "image/png", b"<html>"),
        (200, "image/png", JPEG),
        (200, "image/png", PNG[:-1]),
        (302, "image/png", PNG),
        (404, "image/png", PNG),
    ],
)
def test_what_is_no_picture_is_not_kept(
    monkeypatch: pytest.MonkeyPatch, status: int, kind: str, body: bytes
) -> None:
    answering(monkeypatch, status, kind, body)
    with pytest.raises(Unknown):
        fetch(f"{PROVIDER}/label/1")


def test_a_jpeg_is_a_picture_too(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, kind="image/jpeg; charset=binary", body=JPEG)
    assert f'src="data:image/jpeg;base64,{b64encode(JPEG).decode()}"' in fetch(f"{PROVIDER}/label/1")


@pytest.mark.parametrize("kind", ["html", "error_500", "truncated", "wrong_type"])
def test_without_its_label_a_number_is_a_number(
    kuaidi100: Kuaidi100, standins: StandInServer, kind: str
) -> None:
    standins.world.faults.add(Fault("/label/files/", kind, 1, 0))
    waybill = kuaidi100.issue(ask())
    assert waybill.tracking_no and waybill.label_url and not waybill.label_html
    assert kuaidi100.issue(ask()).label_html


def test_an_address_that_is_none_asks_nobody(kuaidi100: Kuaidi100, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> str:
        raise ClientError

    monkeypatch.setattr(client, "read_address", lambda *_args: "")
    monkeypatch.setattr(client, "fetch_label", refuse)
    assert kuaidi100.issue(ask()).label_html == ""
