"""The page 消息提醒 and what the voice of an open page asks for."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from notifications.kinds import KINDS, audience_of, make_sentence
from notifications.models import Alert, AlertKind
from notifications.selectors import (
    SHOWN,
    count_open_alerts,
    describe_count,
    find_handled_alerts,
    find_open_alerts,
    load_subjects,
    with_orders,
)
from notifications.services import handle_alerts, handle_alerts_up_to
from notifications.state import get_open_state
from orders.models import Order, OrderLine
from shop.crypto import mask_name, mask_phone
from shop.errors import Refused
from shop.http.api.fields import read_id
from shop.http.dialogs import Dialog, show_dialog, show_obstacle
from shop.http.paging import read_page
from shop.http.query import make_url
from shop.staff.decorators import StaffRequest, staff_page

PAGE_SIZE = 50
LINES_SHOWN = 2
_HANDLED = "handled"


@staff_page("orders.view")
def alerts(request: StaffRequest) -> HttpResponse:
    """Unhandled alerts of this person's kinds, or with `?state=handled` handled ones; newest first, page by page."""
    return _show_alerts(request)


def _show_alerts(request: StaffRequest, *, dialog: Dialog | None = None) -> HttpResponse:
    return render(request, "notifications/list.html", _list_context(request) | {"dialog": dialog})


@never_cache
@staff_page("orders.view")
def open_alerts(request: StaffRequest) -> JsonResponse:
    """Everything unhandled, by state: asked on connect, after sleep, and again and again without a socket."""
    return JsonResponse(get_open_state(audience_of(request.user)))


@staff_page("orders.view", methods=("POST",))
def handle(request: StaffRequest) -> HttpResponse:
    """Mark the alerts named `id` as handled by this person, and show the page they were on (as in its address).

    Raises Refused `no_alerts` (400) for no ids.
    """
    ids = [pk for text in request.POST.getlist("id")[:SHOWN] if (pk := read_id(text)) > 0]
    if not ids:
        raise _no_alerts()
    handle_alerts(ids, actor=request.actor)
    if not request.htmx:
        return HttpResponseRedirect(make_url(reverse("alerts:list"), request.GET))
    response = render(request, "notifications/_table.html", _list_context(request))
    response["HX-Trigger"] = "alerts-look"
    return response


@staff_page("orders.view", methods=("GET", "POST"))
def handle_all(request: StaffRequest) -> HttpResponse:
    """Ask, with how many there are now for this person; then mark those as handled, and nothing that came since."""
    if request.method != "POST":
        return _ask_to_handle_all(request)
    newest = read_id(request.POST.get("newest", ""))
    if newest <= 0:
        raise _no_alerts()
    done = handle_alerts_up_to(newest, actor=request.actor)
    if done:
        words = ngettext("%(n)d alert is handled.", "%(n)d alerts are handled.", done)
        messages.success(request, words % {"n": done})
    else:
        messages.warning(request, _("Somebody else has just done this."))
    return redirect("alerts:list")


def _ask_to_handle_all(request: StaffRequest) -> HttpResponse:
    audience = audience_of(request.user)
    mine = find_open_alerts(audience.kinds, audience.scope)
    newest = mine.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return show_obstacle(request, _("No alert waits for you now."), lambda: _show_alerts(request))
    dialog = Dialog(
        template="notifications/_handle_all.html",
        name="handle-all",
        title=_("Mark all as handled"),
        url=reverse("alerts:handle_all"),
        subject={"newest": newest, "count": mine.filter(pk__lte=newest).count()},
    )
    return show_dialog(request, dialog, lambda dialog: _show_alerts(request, dialog=dialog))


def _no_alerts() -> Refused:
    return Refused("no_alerts", _("Choose at least one alert."), 400)


@dataclass(frozen=True)
class Card:
    """An alert with what a clerk wants to know of its order; names are masked. About no order, it has `words`."""

    alert: Alert
    tone: str
    kind: Any
    words: Any = ""
    buyer: str = ""
    phone: str = ""
    pay_method: Any = ""
    lines: list[OrderLine] = field(default_factory=list)
    lines_more: int = 0


def _make_cards(alerts: list[Alert]) -> list[Card]:
    load_subjects(alerts)
    return [_card(alert) for alert in alerts]


def _card(alert: Alert) -> Card:
    kind = AlertKind(alert.kind)
    if alert.order is None:
        return Card(alert, KINDS[kind].tone, kind.label, make_sentence(alert))
    order: Order = alert.order
    lines = list(order.lines.all())
    return Card(
        alert=alert,
        tone=KINDS[kind].tone,
        kind=kind.label,
        buyer=mask_name(order.recipient),
        phone=mask_phone(order.phone),
        pay_method=order.pay_method_name,
        lines=lines[:LINES_SHOWN],
        lines_more=max(len(lines) - LINES_SHOWN, 0),
    )


def _list_context(request: StaffRequest) -> dict[str, Any]:
    is_handled, path = request.GET.get("state") == _HANDLED, reverse("alerts:list")
    audience = audience_of(request.user)
    find = find_handled_alerts if is_handled else find_open_alerts
    found = with_orders(find(audience.kinds, audience.scope))
    page = read_page(found, request, size=PAGE_SIZE, path=path)
    count = count_open_alerts(audience)
    return {
        "page": page,
        "cards": _make_cards(page.rows),
        "tabs": _tabs(path, count, is_handled=is_handled),
        "is_handled": is_handled,
        # Nothing newer lies before it: what arrives from now on would stand on top.
        "is_newest_page": not is_handled and not page.newer_url,
        "open_count": count,
        "may_handle": bool(audience.kinds),
        "handle_url": make_url(reverse("alerts:handle"), request.GET),
    }


def _tabs(path: str, count: int, *, is_handled: bool) -> list[dict[str, Any]]:
    return [
        {"label": _("Unhandled"), "url": path, "count": describe_count(count), "is_active": not is_handled},
        {"label": _("Handled"), "url": f"{path}?state={_HANDLED}", "count": "", "is_active": is_handled},
    ]
