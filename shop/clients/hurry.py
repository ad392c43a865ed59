"""HTTP connections whose whole answer, headers too, has to come within a time.

The socket's own timeout bounds each wait for bytes only: an answer that drips, a byte now and then, would hold a
worker for hours.
"""

import http.client
import io
import socket
import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

IN_ALL = 2
"""Times the timeout of one wait."""


class _Hurried(io.RawIOBase):
    """What comes from a socket until the deadline. Raises TimeoutError afterwards."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock
        self._each_s = sock.gettimeout()
        self._deadline = time.monotonic() + IN_ALL * self._each_s if self._each_s else None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._deadline and self._each_s:
            left_s = self._deadline - time.monotonic()
            if left_s <= 0:
                raise TimeoutError("The answer took too long.")
            self._sock.settimeout(min(self._each_s, left_s))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_Hurried(self.fp.detach(), sock))


class _PlainConnection(HTTPConnection):
    response_class = _Response


class _TlsConnection(HTTPSConnection):
    response_class = _Response


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Nowhere: the library would read the whole body of an answer that leads elsewhere, however long it is."""
        return None


def open_session() -> requests.Session:
    """A session as `requests` has it, in a hurry. An answer that takes too long raises `requests.Timeout`."""
    session = _Session()
    session.mount("http://", _Adapter())
    session.mount("https://", _Adapter())
    return session
