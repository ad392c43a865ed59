"""An answer that drips, headers or body, holds no worker longer than twice its timeout."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from shop.clients.errors import Unknown
from shop.clients.transport import Request, send

TIMEOUT_S = 0.4
HEAD = b"HTTP/1.1 200 OK\r\n"
DRIPS = {
    "headers": (HEAD, b"X-Drip: a\r\n"),
    "a header": (HEAD + b"X-Drip: ", b"a"),
    "the body": (HEAD + b"Content-Length: 1000\r\n\r\n", b"a"),
}


@pytest.fixture
def dripping(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that sends something, and then a little every now and then, for six seconds."""
    begin, drip = DRIPS[request.param]
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _address = server.accept()
            with connection:
                try:
                    connection.sendall(begin)
                    for _drip in range(60):
                        time.sleep(0.1)
                        connection.sendall(drip)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("dripping", DRIPS, indirect=True)
def test_it_is_broken_off(dripping: str) -> None:
    began = time.monotonic()
    with pytest.raises(Unknown):
        send(Request("GET", dripping, "/", {}), timeout=TIMEOUT_S)
    assert time.monotonic() - began < 6 * TIMEOUT_S
