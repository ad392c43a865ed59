"""Dialogs: a question that is fetched from its own address when somebody opens it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shop.errors import Refused


@dataclass(frozen=True, kw_only=True)
class Dialog:
    """One question. `template` extends `components/_dialog.html`; `url` is where it is fetched and answered.

    `subject` is what it is about, for the template. `is_open` shows it with the page that it is on. `back` is the page
    of ours that its answer leads to, "" for that of the subject.
    """

    template: str
    name: str
    title: Any
    url: str
    form: Any = None
    subject: Any = None
    is_open: bool = False
    back: str = ""


def show_dialog(
    request: HttpRequest, dialog: Dialog, show_page: Callable[[Dialog], HttpResponse]
) -> HttpResponse:
    """The dialog alone when a script of ours asks; else the page that it belongs to, with the dialog open."""
    if getattr(request, "htmx", False):
        return render(request, dialog.template, {"dialog": dialog})
    return show_page(replace(dialog, is_open=True))


def show_obstacle(request: HttpRequest, obstacle: Any, show_page: Callable[[], HttpResponse]) -> HttpResponse:
    """Why there is no dialog any more: the sentence alone when a script of ours asks, else on the page as it is now."""
    if getattr(request, "htmx", False):
        raise Refused("wrong_state", obstacle)
    messages.warning(request, str(obstacle))
    return show_page()
