"""Pages of parcels on their way: the board, one journey with what can be done, and the part on the order's page."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.tracking.actions import ACTIONS, find_action_url
from orders.desk.tracking.board import SNOOZED, count_tabs, list_tab, list_tabs, make_rows, read_tab
from orders.desk.tracking.journeys import mark_journey
from orders.desk.tracking.notes import write_complaint
from orders.selectors import get_order
from orders.shipping.selectors import list_parcels, list_returns
from orders.tracking.models import Tracking
from orders.tracking.selectors import get_tracking, list_news, map_journeys
from shop.access import has_capability
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.http.dialogs import Dialog
from shop.http.paging import read_page
from shop.staff.actions.rows import ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page

EVENTS_SHOWN = 20


@staff_page("orders.ship")
def show_board(request: StaffRequest) -> HttpResponse:
    """The parcels of one kind of trouble, the newest first."""
    counts = count_tabs(request.actor)
    tab = read_tab(request.GET, counts)
    page = read_page(list_tab(tab, request.actor), request)
    context = {
        "tabs": list_tabs(tab, request.path, counts),
        "rows": make_rows(page.rows),
        "page": page,
        "is_snoozed": tab == SNOOZED,
        "here": request.get_full_path(),
    }
    return render(request, "desk/tracking/board.html", context)


@staff_page("orders.ship")
def show_tracking(request: StaffRequest, tracking_id: int) -> HttpResponse:
    """One journey: its news, what is wrong, what was done about it."""
    return _render(request, get_tracking(tracking_id, actor=request.actor))


@staff_page("orders.view")
def show_journey(request: StaffRequest, number: str, parcel_id: int) -> HttpResponse:
    """The part of an open order page that follows a parcel; 204 while `seen` is what it shows."""
    order = get_order(number, actor=request.actor)
    mine = {"pk": parcel_id}
    parcel = list_parcels(order).filter(**mine).first() or list_returns(order).filter(**mine).first()
    journey = map_journeys([parcel_id]).get(parcel_id) if parcel else None
    if parcel is None or journey is None:
        raise Refused("not_found", _("There is no such parcel."), 404)
    if request.GET.get("seen", "") == mark_journey(journey):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    may_ship = has_capability(request.actor, "orders.ship")
    context = {"order": order, "parcel": parcel, "journey": journey, "may_ship": may_ship}
    return render(request, "desk/tracking/_journey.html", context)


def _render(
    request: StaffRequest, tracking: Tracking, *, dialog: Dialog | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    news = list_news(tracking)
    context = {
        "tracking": tracking,
        "news": news,
        "complaint": write_complaint(tracking, news[0] if news else None),
        "offers": list_offers(
            ACTIONS, tracking, request.actor, action_url=find_action_url, is_silent=lambda _refused: True
        ),
        "entries": tell_last(tracking, EVENTS_SHOWN),
        "dialog": dialog,
    }
    return render(request, "desk/tracking/tracking.html", context, status=status)


TRACKING_PAGE = ActionPage(
    get=lambda actor, tracking_id: get_tracking(tracking_id, actor=actor),
    render=_render,
    url=lambda tracking: reverse("orders:tracking", args=[tracking.pk]),
    action_url=find_action_url,
)
