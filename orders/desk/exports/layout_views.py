"""Pages of layouts: a new one of the columns that were chosen for an export, and one with what can be done to it."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.exports.choosing import find_new_url, list_hidden, read_sheet
from orders.desk.exports.forms import LayoutForm
from orders.desk.list.selection import read_selection
from orders.exports.models import ExportLayout, SheetKind
from orders.exports.selectors import list_layouts
from orders.exports.services.layouts import add_layout, change_layout, delete_layout
from orders.exports.sheets import SHEETS
from shop.actor import Actor
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.http.api.fields import read_version
from shop.http.dialogs import Dialog
from shop.staff.actions.forms import bare_form
from shop.staff.actions.rows import Action, ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page

DELETE = Action(
    "export_layout.delete",
    bare_form("delete_layout", delete_layout),
    title=_("Delete the layout?"),
    submit=_("Delete the layout"),
    words=_("Exports that were made stay. What repeats by it goes on with the columns it was made with."),
    done=_("The layout is deleted."),
    is_grave=True,
)
OPENS = "open"
"""The button of the page of a new export: its columns are shown here, and nothing is saved yet."""


@staff_page("orders.export", methods=("GET", "POST"))
def add(request: StaffRequest) -> HttpResponse:
    """A name for the columns that were chosen; POST keeps them."""
    data = request.POST if request.method == "POST" else request.GET
    sheet = read_sheet(data)
    if request.method != "POST" or OPENS in request.POST:
        columns = data.getlist("columns") or SHEETS[sheet].usual
        return _show_new(request, sheet, LayoutForm(sheet=SHEETS[sheet], initial={"columns": columns}))
    form = LayoutForm(request.POST, sheet=SHEETS[sheet])
    if form.is_valid():
        try:
            layout = add_layout(sheet, form.read(), actor=request.actor)
        except Refused as refused:
            form.show_refusal(refused)
        else:
            return _say_saved(request, layout)
    return _show_new(request, sheet, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _show_new(
    request: StaffRequest, sheet: SheetKind, form: LayoutForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    return _draw(request, sheet, form, {}, status)


def _draw(
    request: StaffRequest, sheet: SheetKind, form: LayoutForm, more: dict[str, Any], status: int
) -> HttpResponse:
    selection = read_selection(request.POST if request.method == "POST" else request.GET)
    context = {"form": form, "columns": form.list_columns(), "sheet": sheet, "hidden": list_hidden(selection)}
    return render(request, "desk/exports/layout.html", context | more, status=status)


def _say_saved(request: StaffRequest, layout: ExportLayout) -> HttpResponse:
    """Back to the export for which it was wanted, with the layout chosen."""
    messages.success(request, _("The layout is saved."))
    return redirect(find_new_url(read_selection(request.POST), sheet=layout.sheet, layout=str(layout.pk)))


def _get_layout(actor: Actor, layout_id: int) -> ExportLayout:
    return get_object_or_404(list_layouts(actor), pk=layout_id)


@staff_page("orders.export", methods=("GET", "POST"))
def layout(request: StaffRequest, layout_id: int) -> HttpResponse:
    """One layout; POST changes it."""
    subject = _get_layout(request.actor, layout_id)
    if request.method != "POST":
        return _show(request, subject)
    of = SHEETS[subject.sheet]
    if OPENS in request.POST:
        return _show(request, subject, bound=_start(subject, request.POST.getlist("columns")))
    form, seen = LayoutForm(request.POST, sheet=of), read_version(request.POST)
    if form.is_valid():
        try:
            change_layout(subject.pk, form.read(), actor=request.actor, expected_version=seen)
        except Refused as refused:
            form.show_refusal(refused)
        else:
            return _say_saved(request, subject)
    else:
        subject.version = seen  # Nobody has been told what others changed since.
    return _show(request, subject, bound=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _start(subject: ExportLayout, columns: list[str]) -> LayoutForm:
    says = {"name": subject.name, "is_shared": subject.is_shared, "columns": columns}
    return LayoutForm(sheet=SHEETS[subject.sheet], initial=says)


def _show(
    request: StaffRequest,
    subject: ExportLayout,
    *,
    bound: LayoutForm | None = None,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    more = {
        "layout": subject,
        "gone": SHEETS[subject.sheet].count_gone(subject.columns),
        "offers": list_offers((DELETE,), subject, request.actor, action_url=_find_action_url),
        "entries": tell_last(subject),
        "dialog": dialog,
    }
    form = bound or _start(subject, subject.columns)
    return _draw(request, SheetKind(subject.sheet), form, more, status)


def _find_action_url(subject: ExportLayout, name: str) -> str:
    return reverse(f"exports:{name}", args=[subject.pk])


PAGE = ActionPage(
    get=_get_layout,
    render=_show,
    url=lambda _subject: reverse("exports:list"),
    action_url=_find_action_url,
)
