"""The page of the refunds: what goes back to buyers, how far it is, what somebody has to do about it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from orders.desk.failures import describe_failure
from orders.desk.labels import find_refund_tone
from orders.desk.list.counts import describe_count
from orders.desk.refunds.shelves import SHELVES, Filters, Shelf, find_shelf, narrow
from orders.payments.models import Refund
from orders.payments.refunding.words import can_be_retried, describe_no_retry, describe_wait
from orders.payments.services.refunds import PAYABLE_BY_HAND
from orders.scope import scope_key
from shop.crypto import mask_name
from shop.http.paging import read_page
from shop.http.query import make_url
from shop.staff.decorators import StaffRequest, staff_page


@dataclass(frozen=True)
class Row:
    """A refund with its buyer masked; `why` it stands where it does, and what is next."""

    refund: Refund
    buyer: str
    way: Any
    tone: str
    why: Any
    can_retry: bool
    can_pay_out: bool


@staff_page("orders.refund")
def list_refunds(request: StaffRequest) -> HttpResponse:
    """The refunds of one tab, the newest first; `?q=` finds by a number of theirs, the order's or the gateway's."""
    scope, filters = scope_key(request.actor), Filters(request.GET)
    shelf = find_shelf(request.GET.get("show", ""))
    page = read_page(narrow(shelf, filters, scope), request)
    context = {
        "page": page,
        "rows": [_make_row(refund) for refund in page.rows],
        "shelf": shelf,
        "tabs": _list_tabs(request, shelf, scope),
        "filters": filters,
    }
    return render(request, "desk/refunds/list.html", context)


def _make_row(refund: Refund) -> Row:
    return Row(
        refund=refund,
        buyer=mask_name(refund.order.recipient),
        way=refund.order.name_method(refund.payment.method),
        tone=find_refund_tone(refund),
        why=describe_no_retry(refund) or describe_failure(refund.last_error) or describe_wait(refund),
        can_retry=can_be_retried(refund),
        can_pay_out=refund.state in PAYABLE_BY_HAND,
    )


def _list_tabs(request: HttpRequest, here: Shelf, scope: str) -> list[dict[str, Any]]:
    """Those that are work have their counts: a query each, over an index by state."""
    return [
        {
            "label": shelf.label,
            "url": make_url(request.path, {"show": shelf.key}),
            "count": describe_count(shelf.find(scope).count()) if shelf.is_counted else "",
            "is_active": shelf is here,
        }
        for shelf in SHELVES
    ]
