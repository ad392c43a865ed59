"""Pages of what does not agree: the queue, one with what to do about it, and the queue as a sheet."""

from collections.abc import Iterator
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.bills.models import Difference
from orders.bills.selectors import find_trade_bill, get_difference, list_open
from orders.desk.list.counts import describe_count
from orders.desk.money.actions import DIFFERENCE_ACTIONS, find_difference_url
from orders.desk.money.advice import advise
from orders.desk.money.shelves import SHELVES, Filters, Shelf, find_shelf, narrow
from orders.payments.models import RefundState
from orders.scope import scope_key
from shop.console.timeline import tell_last
from shop.http.dialogs import Dialog
from shop.http.paging import read_page
from shop.http.query import make_url
from shop.sheets.sending import send_rows
from shop.staff.actions.rows import ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page

MATCH = "money.match"
EVENTS_SHOWN, MOST_IN_SHEET = 20, 5000
_ONE_KIND = ("other_kind", "no_order")


@staff_page(MATCH)
def list_differences(request: StaffRequest) -> HttpResponse:
    """The differences of one tab, the newest first; `?q=` finds by number on every tab."""
    shelf, filters = find_shelf(request.GET.get("show", "")), Filters(request.GET)
    page = read_page(narrow(shelf, filters, request.actor), request)
    context = {
        "page": page,
        "rows": [(row, advise(row)) for row in page.rows],
        "shelf": shelf,
        "tabs": _list_tabs(request, shelf),
        "filters": filters,
        "kinds": filters.form.fields["kind"].choices,  # type: ignore[attr-defined]  # a choice field
    }
    return render(request, "desk/money/differences.html", context)


def _list_tabs(request: StaffRequest, here: Shelf) -> list[dict[str, Any]]:
    """What is work has its count: one query over a partial index."""
    count = describe_count(list_open(scope_key(request.actor)).count())
    return [
        {
            "label": shelf.label,
            "url": make_url(request.path, {"show": shelf.key}),
            "count": count if shelf is SHELVES[0] else "",
            "is_active": shelf is here,
        }
        for shelf in SHELVES
    ]


@staff_page(MATCH)
def show_difference(request: StaffRequest, difference_id: int) -> HttpResponse:
    """One difference: both sides, what to do, what was done."""
    return _render(request, get_difference(difference_id, actor=request.actor))


def _render(
    request: StaffRequest,
    difference: Difference,
    *,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    is_of_shop = not request.actor.store_ids
    context = {
        "difference": difference,
        "advice": advise(difference),
        "ours": _name_state(difference.ours),
        "bill": find_trade_bill(difference.platform, difference.mchid, difference.day)
        if is_of_shop
        else None,
        "offers": list_offers(
            DIFFERENCE_ACTIONS,
            difference,
            request.actor,
            action_url=find_difference_url,
            is_silent=lambda refused: refused.code in _ONE_KIND,
        ),
        "entries": tell_last(difference, EVENTS_SHOWN),
        "dialog": dialog,
    }
    return render(request, "desk/money/difference.html", context, status=status)


def _name_state(state: str) -> str:
    return str(RefundState(state).label) if state in RefundState.values else ""


@staff_page(MATCH)
def download_differences(request: StaffRequest) -> HttpResponse:
    """What the list shows as a sheet, the newest first."""
    shelf, filters = find_shelf(request.GET.get("show", "")), Filters(request.GET)
    rows = narrow(shelf, filters, request.actor).order_by("-pk")[:MOST_IN_SHEET]
    header = (
        *(_("Day of the bill"), _("Platform"), _("Merchant number"), _("Kind"), _("State"), _("Order")),
        *(
            _("Payment number"),
            _("Refund number"),
            _("The shop says"),
            _("The platform says"),
            _("What to do"),
        ),
    )
    return send_rows(request, _("Differences"), header, _list_cells(rows.iterator(500)))


def _list_cells(rows: Iterator[Difference]) -> Iterator[list[Any]]:
    for row in rows:
        yield [
            *(
                row.day,
                row.get_platform_display(),
                row.mchid,
                row.get_kind_display(),
                row.get_state_display(),
            ),
            *(row.order.number if row.order else "", row.trade_no, row.refund_no),
            *(_yuan(row.ours_fen), _yuan(row.theirs_fen), str(advise(row).todo)),
        ]


def _yuan(fen: int | None) -> Decimal | str:
    return "" if fen is None else Decimal(fen).scaleb(-2)


DIFFERENCE_PAGE = ActionPage(
    get=lambda actor, difference_id: get_difference(difference_id, actor=actor),
    render=_render,
    url=lambda difference: reverse("money:difference", args=[difference.pk]),
    action_url=find_difference_url,
)
