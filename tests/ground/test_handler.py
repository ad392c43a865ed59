"""A request is carried from its first signal to its last in one thread, and the threads are used again."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import iscoroutinefunction
from asgiref.testing import ApplicationCommunicator
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.core.signals import request_finished, request_started
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from shop.http.handler import THREADS, ThreadHandler
from shop.logs import request_id

threads: list[str] = []
made: list[int] = []
PARTS = 20
SCOPE = {
    "type": "http",
    "method": "POST",
    "headers": [(b"host", b"testserver"), (b"x-request-id", b"request-4711")],
    "query_string": b"",
}


def view(_request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    threads.append(threading.current_thread().name)
    return HttpResponse(f"found {request_id.get()}")


def stream(_request: HttpRequest) -> StreamingHttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return StreamingHttpResponse(iter([b"one ", b"two"]))


def count_out(_request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(_count())


def _count() -> Iterator[bytes]:
    try:
        for number in range(PARTS):
            made.append(number)
            threads.append(threading.current_thread().name)
            yield b"%d " % number
    finally:
        threads.append("closed")


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body)


urlpatterns = [
    path("api/view", view),
    path("api/stream", stream),
    path("api/echo", echo),
    path("api/count", count_out),
]


@pytest.fixture
def handler(settings: Any) -> ThreadHandler:
    settings.ROOT_URLCONF = __name__
    threads.clear()
    made.clear()
    return ThreadHandler()


@pytest.fixture
def signals() -> Iterator[list[str]]:
    """Which thread each signal of a request came from."""
    heard: list[str] = []

    def note(**_kwargs: Any) -> None:
        heard.append(threading.current_thread().name)

    for signal in (request_started, request_finished):
        signal.connect(note)
    yield heard
    for signal in (request_started, request_finished):
        signal.disconnect(note)


def ask(handler: ThreadHandler, path: str, body: bytes = b"", times: int = 1) -> list[bytes]:
    """The bodies of so many answers, one after the other in one event loop."""

    async def ask_all() -> list[bytes]:
        return [await ask_once(handler, {**SCOPE, "path": path}, body) for _ in range(times)]

    return asyncio.run(ask_all())


async def ask_once(handler: ThreadHandler, scope: dict[str, Any], body: bytes) -> bytes:
    talk = ApplicationCommunicator(handler, scope)
    await talk.send_input({"type": "http.request", "body": body})
    assert (await talk.receive_output())["status"] == 200
    parts, more = [], True
    while more:
        message = await talk.receive_output()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    await talk.wait()
    return b"".join(parts)


def is_asynchronous(handler: BaseHandler) -> bool:
    return iscoroutinefunction(handler._middleware_chain)  # type: ignore[attr-defined]  # Django's own


def test_middleware_and_view_are_one_synchronous_chain() -> None:
    assert not is_asynchronous(ThreadHandler())


def test_what_django_makes_of_the_same_middleware_is_not() -> None:
    assert is_asynchronous(ASGIHandler())


@pytest.mark.django_db(transaction=True)
def test_signals_and_view_of_a_request_share_a_thread(handler: ThreadHandler, signals: list[str]) -> None:
    ask(handler, "/api/view", times=3)
    assert signals == [name for name in threads for _ in range(2)]


@pytest.mark.django_db(transaction=True)
def test_the_threads_are_used_again(handler: ThreadHandler) -> None:
    ask(handler, "/api/view", times=THREADS + 5)
    assert len(threads) == THREADS + 5
    assert len(set(threads)) <= THREADS


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_request_is_left_for_the_next(handler: ThreadHandler) -> None:
    assert ask(handler, "/api/view") == [b"found request-4711"]
    (left,) = [asyncio.run(handler._in_thread(request_id.get)) for _ in range(1)]
    assert left == ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/api/view", "/api/stream"])
def test_its_database_connection_is_given_back(handler: ThreadHandler, path: str) -> None:
    ask(handler, path)
    assert asyncio.run(handler._in_thread(lambda: connection.connection)) is None


def test_a_stream_comes_whole(handler: ThreadHandler, transactional_db: None) -> None:
    assert ask(handler, "/api/stream") == [b"one two"]


def test_of_a_stream_only_what_is_being_sent_is_in_memory(
    handler: ThreadHandler, transactional_db: None
) -> None:
    received = [{"type": "http.request", "body": b""}]
    made_when_sent: list[int] = []

    async def receive() -> dict[str, Any]:
        return received.pop()

    async def send(message: dict[str, Any]) -> None:
        if message.get("body"):
            made_when_sent.append(len(made))

    asyncio.run(handler({**SCOPE, "path": "/api/count"}, receive, send))
    assert made_when_sent == list(range(1, PARTS + 1))
    assert threads.pop() == "closed" and all(name.startswith("request") for name in threads)


def test_a_body_comes_whole(handler: ThreadHandler, transactional_db: None) -> None:
    body = bytes(range(256)) * 2000
    assert ask(handler, "/api/echo", body) == [body]


def test_who_hangs_up_early_gets_no_answer(handler: ThreadHandler) -> None:
    async def hang_up() -> bool:
        talk = ApplicationCommunicator(handler, {"type": "http", "method": "GET", "path": "/api/view"})
        await talk.send_input({"type": "http.disconnect"})
        await talk.wait()
        return await talk.receive_nothing()

    assert asyncio.run(hang_up())
    assert threads == []
