"""The one way in which a command says no."""

from http import HTTPStatus
from typing import Any


class Refused(Exception):
    """A command was refused and nothing has changed.

    `code` is for programs and stable; `message` is a sentence for the person who gets it (lazy translations
    are fine); `status` is the HTTP status: 400 input, 403 capability, 404 out of scope, 409 refused by
    state, 422 same key with another body, 503 an outside service did not answer. `extra` holds JSON values
    that help a program to go on.

    What both staff and buyers may be told speaks to staff in `message` and to buyers in `to_buyer`, where one sentence
    would not fit both.
    """

    def __init__(
        self,
        code: str,
        message: Any,
        status: int = HTTPStatus.CONFLICT,
        *,
        to_buyer: Any = None,
        **extra: Any,
    ) -> None:
        super().__init__(code, str(message))
        self.code = code
        self.message = message
        self.to_buyer = message if to_buyer is None else to_buyer
        self.status = status
        self.extra = extra

    def __str__(self) -> str:
        return str(self.message)
