"""A provider, or who answers in its place, that does the worst: no answer is believed, none costs memory or time."""

import contextlib
import json
import socket
import struct
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shop.clients import kdniao, kuaidi100
from shop.clients.circuit import FAILURES, Resting, forget_circuits
from shop.clients.errors import ClientError, Unknown, Unreachable
from shop.clients.waybills import WaybillProvider
from tests.clients.couriers.conftest import ask

TIMEOUT_S = 0.5
MEGABYTE = 1_000_000
MOST_HELD = 16 * MEGABYTE
NUMBER = "75000000000001"
DONE = {
    "Success": True,
    "ResultCode": "100",
    "Order": {"OrderCode": ask().code, "ShipperCode": "ZTO", "LogisticCode": NUMBER},
    "PrintTemplate": "标签",
}
DONE_100 = {"success": True, "code": 200, "message": "成功", "data": {"kuaidinum": NUMBER, "bulkpen": "标"}}

Say = Callable[[socket.socket], object]


class Hostile:
    """Reads one request on each connection and says what it was told to."""

    def __init__(self, listener: socket.socket) -> None:
        self.requests: list[bytes] = []
        self.say: Say = lambda _line: None
        self._listener = listener
        self.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _address = self._listener.accept()
                threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with line, contextlib.suppress(OSError):
            self.requests.append(line.recv(65536))
            self.say(line)


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    forget_circuits()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Hostile(listener)


def open_client(name: str, base_url: str) -> WaybillProvider:
    if name == "kdniao":
        return kdniao.KdNiao(
            kdniao.Credentials("1", "the-secret-key"), site=kdniao.Site(base_url), timeout=TIMEOUT_S
        )
    site = kuaidi100.Site(base_url)
    return kuaidi100.Kuaidi100(kuaidi100.Credentials("1", "the-secret-key"), site=site, timeout=TIMEOUT_S)


@pytest.fixture(params=["kdniao", "kuaidi100"])
def client(request: pytest.FixtureRequest, hostile: Hostile) -> WaybillProvider:
    return open_client(request.param, hostile.base_url)


def head(status: str, *, length: int | None = None, more: str = "") -> bytes:
    counted = "" if length is None else f"Content-Length: {length}\r\n"
    return f"HTTP/1.1 {status}\r\n{counted}{more}\r\n".encode()


def answer(body: bytes, status: str = "200 OK", more: str = "") -> Say:
    return lambda line: line.sendall(head(status, length=len(body), more=more) + body)


def done(client: WaybillProvider) -> dict[str, Any]:
    return DONE if isinstance(client, kdniao.KdNiao) else DONE_100


def write(client: WaybillProvider, encoding: str = "utf-8") -> bytes:
    return json.dumps(done(client), ensure_ascii=False).encode(encoding)


def stream(line: socket.socket, begin: bytes, piece: bytes = b" " * 65536, pieces: int = 1600) -> None:
    line.sendall(begin)
    for _piece in range(pieces):
        line.sendall(piece)


def reset(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_the_plain_answer_is_believed(client: WaybillProvider, hostile: Hostile) -> None:
    """Or the tests below would prove nothing."""
    hostile.say = answer(write(client))
    assert client.issue(ask()).tracking_no == NUMBER


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_mark_before_the_text_is_read_over(
    client: WaybillProvider, hostile: Hostile, encoding: str
) -> None:
    hostile.say = answer(write(client, encoding))
    assert client.issue(ask()).tracking_no == NUMBER


def test_what_the_header_says_of_the_encoding_does_not_matter(
    client: WaybillProvider, hostile: Hostile
) -> None:
    hostile.say = answer(write(client), more="Content-Type: application/json; charset=gbk\r\n")
    assert client.issue(ask()).tracking_no == NUMBER


STATUSES = ["201 Created", "302 Found", "401 Unauthorized", "429 Too Many", "500 Oops", "502 Bad", "503 Busy"]


@pytest.mark.parametrize("status", STATUSES)
def test_a_success_under_another_status_is_unknown(
    client: WaybillProvider, hostile: Hostile, status: str
) -> None:
    hostile.say = answer(write(client), status)
    with pytest.raises(Unknown):
        client.issue(ask())


def body_of(name: str, text: bytes, data: dict[str, Any]) -> bytes:
    gbk = json.dumps(data, ensure_ascii=False).encode("gbk")
    bodies = {
        "html": b"<!DOCTYPE html><html><body>login</body></html>",
        "truncated": text[: len(text) // 2],
        "two of them": text + text,
        "gbk": gbk,
        "a list": b"[" + text + b"]",
        "a number": b"75000000000001",
        "a text": json.dumps(text.decode()).encode(),
        "null": b"null",
        "nothing": b"",
        "not a number": text.replace(b"100", b"NaN").replace(b"200", b"NaN"),
        "a number of 5000 digits": b'{"Success": ' + b"9" * 5000 + b"}",
        "deep": b'{"a":' * 100_000,
        "the status as text": text.replace(b"true", b'"true"'),
    }
    return bodies[name]


BODIES = [
    *("html", "truncated", "two of them", "gbk", "a list", "a number", "a text", "null", "nothing"),
    *("not a number", "a number of 5000 digits", "deep", "the status as text"),
]


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_makes_no_sense_is_unknown(client: WaybillProvider, hostile: Hostile, name: str) -> None:
    hostile.say = answer(body_of(name, write(client), done(client)))
    with pytest.raises(Unknown):
        client.issue(ask())


ODD_NUMBERS = [
    *("7500 0000 0001", " 75000000000001", "75000000000001 ", "７５００００００００００", "7" * 200),
    *(
        "<b>75000000000001</b>",
        "75000000000001\u200b",
        "7500\x0000000001",
        "",
        "0" * 5,
        75000000000001,
        7.5e13,
    ),
    *(None, True, [NUMBER], {"no": NUMBER}),
]


@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_a_number_that_could_not_be_one_is_unknown(
    client: WaybillProvider, hostile: Hostile, number: object
) -> None:
    text = json.dumps(done(client)).replace(f'"{NUMBER}"', json.dumps(number))
    hostile.say = answer(text.encode())
    with pytest.raises(Unknown):
        client.issue(ask())


def test_a_number_is_kept_as_a_scanner_reads_it(client: WaybillProvider, hostile: Hostile) -> None:
    hostile.say = answer(write(client).replace(NUMBER.encode(), b"sf1234567890123"))
    assert client.issue(ask()).tracking_no == "SF1234567890123"


LINES: dict[str, Say] = {
    "it hangs up": lambda _line: None,
    "it resets": reset,
    "it resets in the middle": lambda line: (line.sendall(head("200 OK", length=99) + b"{"), reset(line)),
    "less than it says": lambda line: line.sendall(head("200 OK", length=9999) + b"{}"),
    "no HTTP": lambda line: line.sendall(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "a broken chunk": lambda line: line.sendall(
        head("200 OK", more="Transfer-Encoding: chunked\r\n") + b"zz\r\n{}"
    ),
    "gzip that is none": answer(b"{}", more="Content-Encoding: gzip\r\n"),
    "a thousand headers": lambda line: line.sendall(head("200 OK", more="X-A: b\r\n" * 1000)),
    "a long header": lambda line: line.sendall(head("200 OK", more=f"X-A: {'b' * 100_000}\r\n")),
    "silence": lambda _line: time.sleep(4 * TIMEOUT_S),
}


@pytest.mark.parametrize("name", LINES)
def test_a_line_that_breaks_is_unknown(client: WaybillProvider, hostile: Hostile, name: str) -> None:
    hostile.say = LINES[name]
    with pytest.raises(Unknown):
        client.issue(ask())
    assert len(hostile.requests) == 1, "never sent again by itself"


def pack(size: int) -> bytes:
    """A body of so many bytes, packed without holding it."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(b" " * MEGABYTE) for _ in range(size // MEGABYTE)) + packer.flush()


FLOODS: dict[str, Say] = {
    "a body": lambda line: stream(line, head("200 OK", length=100 * MEGABYTE)),
    "a body without end": lambda line: stream(line, head("200 OK")),
    "a body that leads elsewhere": lambda line: stream(
        line, head("302 Found", length=100 * MEGABYTE, more="Location: http://127.0.0.1:9/\r\n")
    ),
    "a body that unpacks": answer(pack(100 * MEGABYTE), more="Content-Encoding: gzip\r\n"),
    "hundreds": lambda line: stream(line, b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, 4000),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_cut_off(client: WaybillProvider, hostile: Hostile, name: str) -> None:
    hostile.say = FLOODS[name]
    began = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(Unknown):
            client.issue(ask())
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < MOST_HELD
    assert time.monotonic() - began < 8 * TIMEOUT_S


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"])
def test_nothing_is_sent_where_an_answer_leads(
    client: WaybillProvider, hostile: Hostile, status: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        address = f"http://localhost:{elsewhere.getsockname()[1]}/api/EOrderService"
        hostile.say = answer(write(client), status, f"Location: {address}\r\n")
        with pytest.raises(Unknown):
            client.issue(ask())
        elsewhere.settimeout(0.2)
        with pytest.raises(TimeoutError):
            elsewhere.accept()


@pytest.mark.parametrize(
    "place", ["http://[::1", "//", "http://ex ample/\xff", "javascript:1", "http://a:b:c/"]
)
def test_an_address_that_makes_no_sense_is_unknown(
    client: WaybillProvider, hostile: Hostile, place: str
) -> None:
    hostile.say = answer(b"", "302 Found", f"Location: {place}\r\n")
    with pytest.raises(Unknown):
        client.issue(ask())


@pytest.mark.parametrize("name", ["kdniao", "kuaidi100"])
class TestNobodyThere:
    def test_no_such_name(self, name: str) -> None:
        with pytest.raises(Unreachable):
            open_client(name, "http://no-such-host.invalid").issue(ask())

    def test_nobody_listens(self, name: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(Unreachable):
            open_client(name, address).issue(ask())

    def test_no_tls(self, name: str, hostile: Hostile) -> None:
        hostile.say = answer(b"{}")
        with pytest.raises(ClientError) as failure:
            open_client(name, hostile.base_url.replace("http", "https")).issue(ask())
        assert "the-secret-key" not in str(failure.value)


def test_what_is_told_of_a_failure_holds_no_secret(client: WaybillProvider, hostile: Hostile) -> None:
    hostile.say = reset
    with pytest.raises(Unknown) as failure:
        client.issue(ask())
    told: BaseException | None = failure.value
    while told is not None:
        assert "the-secret-key" not in repr(told) and hostile.base_url not in repr(told)
        told = told.__cause__ or told.__context__


def test_a_drip_of_a_minute_holds_nobody(client: WaybillProvider, hostile: Hostile) -> None:
    def drip(line: socket.socket) -> None:
        line.sendall(head("200 OK", length=9999))
        for _second in range(600):
            line.sendall(b" ")
            time.sleep(0.1)

    hostile.say = drip
    began = time.monotonic()
    with pytest.raises(Unknown):
        client.issue(ask())
    assert time.monotonic() - began < 4 * TIMEOUT_S


def test_the_circuit_opens_and_closes_again(client: WaybillProvider, hostile: Hostile) -> None:
    hostile.say = answer(b"<html>")
    for _call in range(FAILURES):
        with pytest.raises(Unknown):
            client.issue(ask())
    with pytest.raises(Resting):
        client.issue(ask())
    assert len(hostile.requests) == FAILURES
    forget_circuits()
    hostile.say = answer(write(client))
    name = "kdniao" if isinstance(client, kdniao.KdNiao) else "kuaidi100"
    assert open_client(name, hostile.base_url).issue(ask()).tracking_no == NUMBER
