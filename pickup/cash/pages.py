"""Pages of the cash sheets: all of them, one with its closing, and a sheet for the bookkeeper."""

from decimal import Decimal
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pickup.cash.forms import CloseForm, ReopenForm, SheetFilters
from pickup.cash.models import CashClosing
from pickup.cash.selectors import (
    CashSheet,
    Drawer,
    drawer_of,
    find_sheet,
    list_payments,
    list_sheets,
    read_drawer,
)
from pickup.cash.services import Count, close_cash
from shop.actor import Actor
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.http.dialogs import Dialog
from shop.moves.table import find_subject
from shop.sheets.sending import send_rows
from shop.staff.actions.rows import Action, ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page

_MONEY = "orders.collect"
ACTIONS = (
    Action(
        "cash_closing.reopen",
        ReopenForm,
        words=gettext_lazy(
            "It can be counted and closed once more. What it says now stays until then, and on the record."
        ),
        done=gettext_lazy("Reopened."),
        is_grave=True,
    ),
)


@staff_page(_MONEY)
def overview(request: StaffRequest) -> HttpResponse:
    """The newest day first; two weeks at a time."""
    filters = SheetFilters(request.GET)
    filters.form.bind(request.actor)  # type: ignore[attr-defined]  # it is a SheetFilterForm
    wanted = filters.read()
    span = (wanted.until - wanted.since).days + 1
    context = {
        "sheets": list_sheets(wanted, actor=request.actor),
        "wanted": wanted,
        "form": filters.form,
        "chips": filters.list_chips(request.path),
        "newer_url": filters.shift(request.path, wanted, span) if filters.has_dates else "",
        "older_url": filters.shift(request.path, wanted, -span),
        "export_url": filters.make_url(reverse("cash:export")),
    }
    return render(request, "pickup/cash/list.html", context)


@staff_page(_MONEY)
def export(request: StaffRequest) -> HttpResponse:
    """The same as a download."""
    wanted = SheetFilters(request.GET).read()
    header = [
        *(_("Day"), _("Store"), _("Collector"), _("Orders"), _("Cash"), _("Transfer"), _("WeChat QR")),
        *(_("Together"), _("Counted"), _("Difference"), _("Not closed"), _("Closed by"), _("Note")),
    ]
    sheets = list_sheets(wanted, actor=request.actor)
    return send_rows(request, _("Cash sheets"), header, map(_write_row, sheets))


def _write_row(sheet: CashSheet) -> list[Any]:
    sums, closing = sheet.sums, sheet.closing if sheet.is_closed else None
    return [
        *(str(sheet.drawer.day), sheet.store_name, sheet.collector_name, sums.orders),
        *map(_yuan, (sums.cash_fen, sums.transfer_fen, sums.native_fen, sums.total_fen)),
        *(map(_yuan, (closing.counted_fen, closing.difference_fen)) if closing else ("", "")),
        _yuan(sheet.later_fen if closing else sums.total_fen),
        *((closing.closed_by_name, closing.note) if closing else ("", "")),
    ]


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


@staff_page(_MONEY, methods=("GET", "POST"))
def sheet(request: StaffRequest, drawer: str) -> HttpResponse:
    """One drawer with its payments; POST closes it."""
    wanted = read_drawer(drawer)
    if wanted is None:
        raise _missing()
    if request.method != "POST":
        return _show(request, wanted)
    form = CloseForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            close_cash(wanted, Count(data["counted"], data["seen"], data["note"]), actor=request.actor)
        except Refused as refused:
            if refused.code in ("forbidden", "not_found"):
                raise
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Closed."))
            return redirect("cash:sheet", drawer)
    return _show(request, wanted, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _missing() -> Refused:
    return Refused("not_found", find_subject(CashClosing).missing, 404)


def _show(
    request: StaffRequest,
    drawer: Drawer,
    *,
    form: CloseForm | None = None,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    found = find_sheet(drawer, actor=request.actor)
    if found is None:
        raise _missing()
    if form is not None:
        # What is on the page now is what is counted next.
        form.data = {**form.data.dict(), "seen": str(found.sums.total_fen)}  # type: ignore[attr-defined]
    context = {
        "sheet": found,
        "closing": found.closing,
        "payments": list_payments(drawer),
        "form": form or CloseForm(initial={"seen": found.sums.total_fen}),
        "offers": _list_offers(found.closing, request.actor),
        "entries": tell_last(found.closing) if found.closing else [],
        "dialog": dialog,
    }
    return render(request, "pickup/cash/sheet.html", context, status=status)


def _list_offers(closing: CashClosing | None, actor: Actor) -> dict[str, Any]:
    return list_offers(ACTIONS, closing, actor, action_url=_find_action_url) if closing else {}


@staff_page(_MONEY)
def closing(request: StaffRequest, closing_id: int) -> HttpResponse:
    """To the sheet that it is of: the record leads here."""
    return redirect(_find_url(_get(request.actor, closing_id)))


def _get(actor: Actor, closing_id: int) -> CashClosing:
    found = find_subject(CashClosing).find_rows(actor).filter(pk=closing_id).first()
    if found is None:
        raise _missing()
    return found


def _find_url(subject: CashClosing) -> str:
    return reverse("cash:sheet", args=[drawer_of(subject).key])


def _find_action_url(subject: CashClosing, name: str) -> str:
    return reverse(f"cash:{name}", args=[subject.pk])


def _render(
    request: StaffRequest, subject: CashClosing, *, dialog: Dialog | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    return _show(request, drawer_of(subject), dialog=dialog, status=status)


PAGE = ActionPage(get=_get, render=_render, url=_find_url, action_url=_find_action_url)
