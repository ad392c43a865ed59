"""Pages of the bills: a row for each day, one bill with what is in it, and the days as a sheet."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.bills.models import Bill, BillKind, Difference
from orders.bills.selectors import bills_in_scope, get_bill, list_of_bill, list_totals
from orders.desk.money.actions import BILL_ACTIONS, find_bill_url
from orders.desk.money.advice import Advice, advise
from orders.desk.money.sums import DayRow, make_rows, sum_by_method, sum_on_its_way
from orders.scope import scope_key
from shop.console.timeline import tell_last
from shop.http.dialogs import Dialog
from shop.http.paging import Keyset, read_page
from shop.sheets.sending import send_rows
from shop.staff.actions.rows import ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.choices import Delivery, PayMethod
from shop.store.deliveries import name_pay_method

MATCH = "money.match"
DAYS_SHOWN, EVENTS_SHOWN, ROWS_SHOWN, MOST_DAYS = 31, 20, 50, 366


def read_day(text: str) -> date | None:
    """A day out of an address, None for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_BY_DAY = Keyset("day", read_day)


@staff_page(MATCH)
def list_days(request: StaffRequest) -> HttpResponse:
    """The days, the newest first; above them what of the money the shop cannot use yet."""
    bills = bills_in_scope(request.actor).filter(kind=BillKind.TRADES)
    page = read_page(bills, request, _BY_DAY, size=DAYS_SHOWN)
    context = {
        "page": page,
        "rows": make_rows(page.rows),
        "money": sum_on_its_way(scope_key(request.actor)) if not request.actor.store_ids else None,
    }
    return render(request, "desk/money/days.html", context)


@staff_page(MATCH)
def show_bill(request: StaffRequest, bill_id: int) -> HttpResponse:
    """One bill: what it says, what the shop says, what does not agree."""
    return _render(request, get_bill(bill_id, actor=request.actor))


def _render(
    request: StaffRequest, bill: Bill, *, dialog: Dialog | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    is_trades = bill.kind == BillKind.TRADES
    other = Bill.objects.filter(platform=bill.platform, mchid=bill.mchid, day=bill.day).exclude(pk=bill.pk)
    context = {
        "bill": bill,
        "other": other.first(),
        "row": make_rows([bill])[0] if is_trades else None,
        "methods": [(_name_method(way), n, fen) for way, n, fen in sum_by_method(bill.day)]
        if is_trades
        else [],
        "totals": list_totals(bill),
        "rows": _list_differences(bill) if is_trades else [],
        "offers": list_offers(BILL_ACTIONS, bill, request.actor, action_url=find_bill_url),
        "entries": tell_last(bill, EVENTS_SHOWN),
        "dialog": dialog,
    }
    return render(request, "desk/money/bill.html", context, status=status)


def _list_differences(bill: Bill) -> list[tuple[Difference, Advice]]:
    rows = list_of_bill(bill).select_related("order").order_by("-pk")[:ROWS_SHOWN]
    return [(row, advise(row)) for row in rows]


def _name_method(way: str) -> str:
    return str(name_pay_method(PayMethod(way), Delivery.EXPRESS))


@staff_page(MATCH)
def download_days(request: StaffRequest) -> HttpResponse:
    """The days of the last year as a sheet."""
    bills = bills_in_scope(request.actor).filter(kind=BillKind.TRADES).order_by("-day", "-pk")[:MOST_DAYS]
    header = (
        *(_("Day"), _("Platform"), _("Merchant number"), _("State"), _("Rows in it")),
        *(_("Received (platform)"), _("Received (shop)"), _("Refunded (platform)"), _("Refunded (shop)")),
        *(_("Fees"), _("Left for the shop"), _("Account at the end of the day"), _("Open differences")),
    )
    return send_rows(request, _("Days of bills"), header, _list_cells(make_rows(list(bills))))


def _list_cells(rows: list[DayRow]) -> Iterator[list[Any]]:
    for row in rows:
        bill = row.bill
        balance_fen = row.funds.balance_fen if row.funds else None
        yield [
            *(bill.day, bill.get_platform_display(), bill.mchid, bill.get_state_display(), bill.rows),
            *(_yuan(bill.received_fen), _yuan(row.received_fen)),
            *(_yuan(bill.refunded_fen), _yuan(row.refunded_fen), _yuan(bill.fee_fen), _yuan(bill.due_fen)),
            *(_yuan(balance_fen), row.open),
        ]


def _yuan(fen: int | None) -> Decimal | str:
    return "" if fen is None else Decimal(fen).scaleb(-2)


BILL_PAGE = ActionPage(
    get=lambda actor, bill_id: get_bill(bill_id, actor=actor),
    render=_render,
    url=lambda bill: reverse("money:bill", args=[bill.pk]),
    action_url=find_bill_url,
)
