"""A store that answers a byte now and then, for ever: in the headers, or in the file."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest

from shop.clients.circuit import forget_circuits
from shop.clients.errors import Unknown
from shop.storage import s3
from shop.storage.s3 import Bucket

pytestmark = pytest.mark.timeout(20)
BETWEEN_BYTES_S = 0.05
HEADERS = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
FOLDER = {"location": "private", "region_name": "eu-central-1", "addressing_style": "path"}
KEYS = {"bucket_name": "shop", "access_key": "key", "secret_key": "secret"}


@contextmanager
def dripping(at_once: bytes) -> Iterator[str]:
    """The address of a server that sends this at once, and then a byte after the other."""
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=_drip, args=(door, at_once, is_over))
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        is_over.set()
        thread.join()


def _drip(door: socket.socket, at_once: bytes, is_over: threading.Event) -> None:
    line, _address = door.accept()
    with line:
        line.recv(65_536)
        line.sendall(at_once)
        while not is_over.wait(BETWEEN_BYTES_S):
            try:
                line.send(b"a")
            except OSError:
                return


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "WAIT_S", 0.3)
    forget_circuits()


def write(bucket: Bucket) -> None:
    bucket.write("a", BytesIO(b"x"))


def delete(bucket: Bucket) -> None:
    bucket.delete("a")


def read(bucket: Bucket) -> None:
    list(bucket.read("a"))


@pytest.mark.parametrize("ask", [write, delete, read])
def test_headers_that_drip_are_broken_off(ask: Callable[[Bucket], None]) -> None:
    with dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ") as address, pytest.raises(Unknown):
        ask(Bucket(link_endpoint=address, endpoint_url=address, **KEYS, **FOLDER))


def test_a_file_that_drips_is_broken_off() -> None:
    with dripping(HEADERS) as address, pytest.raises(Unknown):
        read(Bucket(link_endpoint=address, endpoint_url=address, **KEYS, **FOLDER))
