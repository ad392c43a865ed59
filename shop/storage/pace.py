"""Connections to a bucket on which an answer that drips is broken off, however large a good one may be.

`shop/clients/hurry.py` does it for short answers, which have a time in all. Files have none: here only the waiting
counts, so that whoever reads slowly is given the time.
"""

import http.client
import io
import socket
import time
from typing import Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from botocore.handlers import add_expect_header

FREE_WAITS = 2
"""Times the timeout of one wait that may be waited whatever comes."""
SLOWEST = 20_000
"""Bytes a second that an answer has to come with beyond that."""


class _Paced(io.RawIOBase):
    """What comes from a socket fast enough. Raises TimeoutError."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._may_wait_s = FREE_WAITS * (sock.gettimeout() or 0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._may_wait_s <= 0:
            raise TimeoutError("The answer drips.")
        asked_at = time.monotonic()
        count = self._raw.readinto(buffer)
        self._may_wait_s += (count or 0) / SLOWEST - (time.monotonic() - asked_at)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_Paced(self.fp.detach(), sock))


class _PlainConnection(AWSHTTPConnection):  # type: ignore[misc]  # The library has no types.
    response_class = _Response


class _TlsConnection(AWSHTTPSConnection):  # type: ignore[misc]
    response_class = _Response


class _PlainPool(AWSHTTPConnectionPool):  # type: ignore[misc]
    ConnectionCls = _PlainConnection


class _TlsPool(AWSHTTPSConnectionPool):  # type: ignore[misc]
    ConnectionCls = _TlsConnection


def set_pace(client: Any) -> None:
    """Let a client of botocore break off what drips.

    Uses inner parts of the library: tests/storage/test_drip.py tells when they have changed.
    """
    pools = {"http": _PlainPool, "https": _TlsPool}
    session = client._endpoint.http_session
    session._pool_classes_by_scheme = session._manager.pool_classes_by_scheme = pools
    # Waiting for leave to send reads the socket past these classes.
    client.meta.events.unregister("before-call.s3", add_expect_header)
