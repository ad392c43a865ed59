"""Faults that a test orders for the next calls."""

import threading
from dataclasses import dataclass, replace

from shop.demo.standins.wire import Reply

KINDS = (
    *("timeout_before", "timeout_after", "error_500", "truncated", "html", "wrong_type"),
    *("slow", "late", "bad_signature", "gbk"),
)
# These never reach the work; all others do it first and then spoil the answer.
WITHOUT_WORK = frozenset({"timeout_before", "error_500"})


@dataclass
class Fault:
    """One kind of trouble for the next `times` calls whose path begins with `path_prefix`."""

    path_prefix: str
    kind: str
    times: int
    seconds: float


class Faults:
    """The ordered faults, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, path: str) -> Fault | None:
        """The fault for this call, used up once."""
        with self._lock:
            for fault in self._faults:
                if fault.times > 0 and path.startswith(fault.path_prefix):
                    fault.times -= 1
                    return fault
            return None


def spoil(reply: Reply, kind: str) -> Reply:
    """The answer as a sick gateway would give it (before it is signed)."""
    if kind == "truncated":
        return replace(reply, body=reply.body[: len(reply.body) // 2])
    if kind == "html":
        return Reply(200, b"<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html")
    if kind == "wrong_type":
        return replace(reply, content_type="text/html")
    if kind == "gbk":
        return replace(reply, body=reply.body.decode().encode("gbk", "replace"))
    if kind == "error_500":
        return Reply(500, b'{"code":"SYSTEM_ERROR","message":"busy"}')
    return reply


def spoil_signature(reply: Reply) -> Reply:
    """The signed answer with the signature of another message."""
    other = reply.headers["Wechatpay-Signature"][::-1]
    return replace(reply, headers={**reply.headers, "Wechatpay-Signature": other})
