"""What a toast says after something was done, with the button in it that takes it back, or that gets a file."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest


@dataclass(frozen=True)
class Button:
    """The button in a toast: a form with these fields that is sent to an address, or a link to a file.

    `asks`: a link to the dialog in which something is to be said first.
    """

    url: str
    fields: dict[str, str] = field(default_factory=dict)
    is_file: bool = False
    asks: bool = False


def say_done(request: HttpRequest, words: Any, button: Button | None = None) -> None:
    """Say on the next page that something is done; `button` takes it back, or gets the file that is ready.

    A message carries one text beside its own, in which the button is kept.
    """
    messages.success(request, str(words), extra_tags=json.dumps(asdict(button)) if button else "")


def read_button(message: Message) -> Button | None:
    """The button of a message from `say_done`, None where it has none."""
    return Button(**json.loads(message.extra_tags)) if message.extra_tags else None
