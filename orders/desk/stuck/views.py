"""Work that failed too often: what it was about, why it failed, and a button to have it tried again."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from orders.models import Order
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
    return render(request, "desk/stuck/list.html", {"rows": _list_rows()})


@staff_page("audit.view", methods=("POST",))
def again(request: StaffRequest) -> HttpResponse:
    """Try what is named by `key` once more."""
    done = try_again(request.POST.getlist("key"), actor=request.actor)
    words = ngettext("%(n)d piece of work is tried again.", "%(n)d pieces of work are tried again.", done)
    messages.success(request, words % {"n": done})
    return redirect("stuck:list")


def _list_rows() -> list[Row]:
    letters = list_dead_letters()
    ids = {letter.event.order_id for letter in letters if letter.event and letter.event.order_id}
    numbers = dict(Order.objects.filter(pk__in=ids).values_list("pk", "number"))
    return [_make_row(letter, numbers) for letter in letters]


def _make_row(letter: DeadLetter, numbers: dict[int, str]) -> Row:
    if letter.event is None:
        return Row(letter, _("Timer"), "", "")
    number = numbers.get(letter.event.order_id or 0, "")
    url = reverse("orders:detail", args=[number]) if number else ""
    return Row(letter, describe_verb(letter.event.verb), number, url)
