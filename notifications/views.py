"""The page 消息提醒 and what the voice of an open page asks for."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from notifications.models import Alert, AlertKind
from notifications.selectors import (
    SHOWN,
    HandledPage,
    count_open_alerts,
    list_handled_alerts,
    list_open_alerts,
    with_lines,
)
from notifications.services import handle_alerts
from notifications.state import get_open_state
from orders.models import Order, OrderLine
from shop.crypto import mask_name, mask_phone
from shop.errors import Refused
from shop.staff.decorators import StaffRequest, staff_page

PAGE_SIZES = (20, 50, 100)
LINES_SHOWN = 2
_LARGEST_ID = 2**63 - 1
TONES = {
    AlertKind.NEW_ORDER: "move",
    AlertKind.STOCK_SHORT: "overdue",
    AlertKind.LATE_PAYMENT: "soon",
    AlertKind.MISMATCH: "overdue",
    AlertKind.REFUND_FAILED: "overdue",
    AlertKind.REFUND_STUCK: "overdue",
    AlertKind.REFUND_TWICE: "overdue",
    AlertKind.URGE: "soon",
    AlertKind.TRANSFER: "move",
}


@staff_page("orders.view")
def alerts(request: StaffRequest) -> HttpResponse:
    """Unhandled alerts first, handled ones below, page by page."""
    return render(request, "notifications/list.html", _list_context(request.GET))


@never_cache
@staff_page("orders.view")
def open_alerts(request: StaffRequest) -> JsonResponse:
    """Everything unhandled, by state: asked on connect, after sleep, and again and again without a socket."""
    return JsonResponse(get_open_state())


@staff_page("alerts.handle", methods=("POST",))
def handle(request: StaffRequest) -> HttpResponse:
    """Mark the alerts named `id` as handled by this person. Raises Refused `no_alerts` (400) for no ids."""
    ids = [_to_id(value) for value in request.POST.getlist("id")][:SHOWN]
    if not any(ids):
        raise Refused("no_alerts", _("Choose at least one alert."), 400)
    handle_alerts(ids, actor=request.actor)
    if not request.htmx:
        return HttpResponseRedirect(reverse("alerts:list"))
    response = render(request, "notifications/_table.html", _list_context(request.POST))
    response["HX-Trigger"] = "alerts-look"
    return response


@dataclass(frozen=True)
class Card:
    """An alert with what a clerk wants to know of its order; names are masked."""

    alert: Alert
    tone: str
    url: str
    buyer: str
    phone: str
    lines: list[OrderLine]
    lines_more: int


def _card(alert: Alert) -> Card:
    order: Order = alert.order
    lines = list(order.lines.all())
    return Card(
        alert=alert,
        tone=TONES[AlertKind(alert.kind)],
        url=reverse("orders:detail", args=[order.number]),
        buyer=mask_name(order.recipient),
        phone=mask_phone(order.phone),
        lines=lines[:LINES_SHOWN],
        lines_more=max(len(lines) - LINES_SHOWN, 0),
    )


def _list_context(query: QueryDict) -> dict[str, Any]:
    before, after, size = _to_id(query.get("before")), _to_id(query.get("after")), _to_id(query.get("size"))
    size = size if size in PAGE_SIZES else PAGE_SIZES[0]
    is_first = not (before or after)
    page = list_handled_alerts(size=size, before=before, after=after)
    cards = [_card(alert) for alert in with_lines(list_open_alerts())] if is_first else []
    return {
        "open_cards": cards,
        "open_more": count_open_alerts() - len(cards) if len(cards) == SHOWN else 0,
        "handled_cards": [_card(alert) for alert in page.alerts],
        "is_first_page": is_first,
        **_pager(page, size),
    }


def _pager(page: HandledPage, size: int) -> dict[str, Any]:
    def url(**position: int) -> str:
        return "?" + urlencode({name: value for name, value in (position | {"size": size}).items() if value})

    return {
        "newer_url": url(after=page.newer_after) if page.newer_after else "",
        "older_url": url(before=page.older_before) if page.older_before else "",
        "page_size": size,
        "page_sizes": [(choice, f"?size={choice}") for choice in PAGE_SIZES],
    }


def _to_id(value: str | None) -> int:
    """The id a form or URL names; 0, which is nobody's, for anything else."""
    text = value or ""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    return number if number <= _LARGEST_ID else 0
