"""Django's ASGI handler for a shop whose middleware and views are all synchronous."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, TypeVar, cast

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import close_old_connections
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.urls import set_script_prefix

THREADS = 40
"""Requests carried at a time in a process; most of them wait for the database, which has its own bound (the pool)."""
Result = TypeVar("Result")


class ThreadHandler(ASGIHandler):
    """Carry a request from its first signal to its last in one thread of a pool, and only its bytes in the event loop.

    Django's own handler starts a thread for each request and goes back to the event loop between signals, middleware,
    view and the end of the request, for views that might be asynchronous: that took most of what a short answer costs.
    """

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def handle(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        response = await self._in_thread(self._answer, scope, body)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            # Django would make a list of the whole stream first.
            response.streaming_content = self._list_parts(iter(response))
        try:
            await self.send_response(response, send)
        finally:
            if response.streaming:
                await self._in_thread(response.close)

    async def _list_parts(self, parts: Iterator[bytes]) -> AsyncIterator[bytes]:
        """Each when the one before was sent; between them no thread waits for a slow reader."""
        while (part := await self._in_thread(next, parts, None)) is not None:
            yield part

    async def _in_thread(self, call: Callable[..., Result], *arguments: Any) -> Result:
        """With a copy of the context, so that nothing that one request sets is there for the next."""
        run = contextvars.copy_context().run
        return await asyncio.get_running_loop().run_in_executor(self._threads, run, call, *arguments)

    def _answer(self, scope: dict[str, Any], body: IO[bytes]) -> HttpResponseBase:
        """The whole answer, the database connection given back; what is not streamed is finished."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        with body:
            request, refused = self.create_request(scope, body)
            response = self.get_response(request) if request else cast(HttpResponseBase, refused)
        response._handler_class = self.__class__  # type: ignore[attr-defined]  # Django's own
        if response.streaming:
            close_old_connections()
        else:
            response.close()
        return response
