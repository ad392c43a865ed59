"""Django's ASGI handler for a shop whose middleware and views are all synchronous."""

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class OneThreadHandler(ASGIHandler):
    """Carry a request through middleware and view in one thread, from end to end.

    Django's own handler goes back to the event loop between the two, for views that might be asynchronous: with
    eight people at a process that takes about a tenth of its time.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)
