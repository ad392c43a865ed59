"""Printing many labels by one press: the question, the record, and the page that the browser prints."""

from dataclasses import dataclass, replace

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.list.bulk import PRINT_LABELS, Choice, count_choice
from orders.desk.list.bulk_views import make_dialog
from orders.desk.list.selection import Selection, read_selection
from orders.desk.list.views import draw_list
from orders.desk.waybills.presses import MOST, find_labels, press, read_key, write_key
from orders.scope import rows_in_scope, scope_key
from orders.waybills.models import Waybill
from shop.actor import Actor
from shop.http.dialogs import Dialog, show_dialog
from shop.http.query import make_url
from shop.staff.decorators import StaffRequest, staff_page

NAMED = 10
"""So many orders without a label are named in the question."""
_KEPT = "label_paper"
PAPERS = {"150": _("100 × 150 mm"), "180": _("100 × 180 mm")}


@dataclass(frozen=True)
class Found:
    """What would be printed: so many labels, some `again`; `without` names orders that have none, of `more` yet."""

    labels: int
    again: int
    without: list[str]
    more: int


@staff_page("orders.ship", methods=("GET", "POST"))
def print_labels(request: StaffRequest) -> HttpResponse:
    """GET asks; POST records a print of each label and leads to the page of all of them."""
    if request.method == "POST":
        copies = press(read_selection(request.POST), actor=request.actor)
        key = write_key(copies, request.user.pk)
        return redirect(make_url(reverse("orders:labels"), {"key": key}))
    selection = read_selection(request.GET)
    dialog = _make_dialog(selection, request.actor)
    return show_dialog(request, dialog, lambda shown: draw_list(request, selection.filters, dialog=shown))


def _make_dialog(selection: Selection, actor: Actor) -> Dialog:
    choice = count_choice(selection, PRINT_LABELS, actor=actor)
    found = _find(selection, choice, actor)
    asked = make_dialog(PRINT_LABELS, selection, choice)
    title = str(_("Print 1 label") if found.labels == 1 else _("Print {n} labels"))
    subject = asked.subject | {"found": found, "most": MOST}
    return replace(
        asked,
        template="desk/waybills/_print_ask.html",
        title=title.replace("{n}", str(found.labels)),
        subject=subject,
    )


def _find(selection: Selection, choice: Choice, actor: Actor) -> Found:
    labels = find_labels(selection, actor)
    again = sum(1 for label in labels if label.prints)
    if selection.is_all:
        return Found(len(labels), again, [], choice.others)
    having = {label.order_id for label in labels}
    named = selection.find_named(actor).exclude(pk__in=having).order_by("pk")
    without = list(named.values_list("number", flat=True)[:NAMED])
    return Found(len(labels), again, without, named.count() - len(without))


@staff_page("orders.ship")
def show_labels(request: StaffRequest) -> HttpResponse:
    """Each label in a sandbox of its own, with the browser's print dialog; loading it again counts nothing."""
    copies = read_key(request)
    waybills = rows_in_scope(Waybill.objects.filter(pk__in=copies), scope_key(request.actor))
    paper = _find_paper(request)
    context = {
        "labels": [(waybill, copies[waybill.pk]) for waybill in waybills.order_by("order", "place", "pk")],
        "key": request.GET["key"],
        "paper": paper,
        "papers": [(name, label, name == paper) for name, label in PAPERS.items()],
    }
    return render(request, "desk/waybills/print_many.html", context)


def _find_paper(request: StaffRequest) -> str:
    """The paper asked for, which is kept for the next press; else the one that was asked for last."""
    wanted = request.GET.get("paper", "")
    if wanted in PAPERS:
        request.session[_KEPT] = wanted
    kept: str = request.session.get(_KEPT, "")
    return kept if kept in PAPERS else next(iter(PAPERS))
