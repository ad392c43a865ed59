"""A console page's end of the alerts' socket, in the same process.

(`channels.testing` would do, but it cannot be imported without another web server, Daphne.)
"""

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator

from shop.asgi import application


class PageSocket(ApplicationCommunicator):
    def __init__(self, *, origin: str, cookie: str) -> None:
        headers = [(b"host", b"127.0.0.1"), (b"origin", origin.encode()), (b"cookie", cookie.encode())]
        scope = {
            "type": "websocket",
            "path": "/ws/alerts/",
            "query_string": b"",
            "headers": headers,
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def is_let_in(self, *, seconds: float = 5) -> bool:
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(timeout=seconds)
        return bool(answer["type"] == "websocket.accept")

    async def send(self, **frame: str | bytes) -> None:
        await self.send_input({"type": "websocket.receive", **frame})

    async def is_told_to_look(self, *, seconds: float = 3) -> bool:
        """Whether the next message says what is unhandled."""
        message = await self.hear(seconds=seconds)
        return bool(message["type"] == "look" and "alerts" in message["state"])

    async def hear(self, *, seconds: float = 3) -> Any:
        """The next message as JSON; raises AssertionError when the socket closes instead."""
        answer = await self.receive_output(timeout=seconds)
        assert answer["type"] == "websocket.send", answer
        return json.loads(answer["text"])

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(timeout=5)
