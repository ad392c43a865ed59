"""Work that failed too often: what it was about, why it failed, and a button to have it tried again."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from orders.scope import orders_in_scope
from shop.actor import Actor
from shop.events.dead_letters import DeadLetter, list_dead_letters, try_again
from shop.moves.table import describe_verb
from shop.staff.decorators import StaffRequest, staff_page


@dataclass(frozen=True)
class Row:
    """`about` is an order's number, or "" for other things; `words` say what had happened."""

    letter: DeadLetter
    words: Any
    about: str
    url: str


@staff_page("audit.view")
def stuck(request: StaffRequest) -> HttpResponse:
    return render(request, "desk/stuck/list.html", {"rows": _list_rows(request.actor)})


@staff_page("audit.view", methods=("POST",))
def again(request: StaffRequest) -> HttpResponse:
    """Try what is named by `key` once more."""
    done = try_again(request.POST.getlist("key"), actor=request.actor)
    words = ngettext("%(n)d piece of work is tried again.", "%(n)d pieces of work are tried again.", done)
    messages.success(request, words % {"n": done})
    return redirect("stuck:list")


def _list_rows(actor: Actor) -> list[Row]:
    """Timers have rows of any kind, so they are shown to everybody; of events those about orders in scope."""
    letters = list_dead_letters()
    orders = orders_in_scope(actor).filter(pk__in={letter.order_id for letter in letters})
    numbers = {0: "", **dict(orders.values_list("pk", "number"))}
    return [_make_row(letter, numbers[pk]) for letter in letters if (pk := letter.order_id) in numbers]


def _make_row(letter: DeadLetter, number: str) -> Row:
    if letter.event is None:
        return Row(letter, _("Timer"), "", "")
    url = reverse("orders:detail", args=[number]) if number else ""
    return Row(letter, describe_verb(letter.event.verb), number, url)
