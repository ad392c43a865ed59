"""What a toast says after something was done, with the form in it that takes it back."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest


@dataclass(frozen=True)
class Undo:
    """The form in a toast: the address that it is sent to, and its fields."""

    url: str
    fields: dict[str, str]


def say_done(request: HttpRequest, words: Any, undo: Undo | None = None) -> None:
    """Say on the next page that something is done, with a button to take it back where `undo` is given.

    A message carries one text beside its own: the form is kept as an address with a query.
    """
    kept = f"{undo.url}?{urlencode(undo.fields)}" if undo else ""
    messages.success(request, str(words), extra_tags=kept)


def read_undo(message: Message) -> Undo | None:
    """The form of a message from `say_done`, None where it has none."""
    url, _mark, query = (message.extra_tags or "").partition("?")
    return Undo(url, dict(parse_qsl(query))) if url else None
