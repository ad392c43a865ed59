"""Pages of the tasks of stopping or redirecting a parcel: what waits for somebody to call, and one with its history."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from orders.desk.intercepts.actions import ACTIONS, find_action_url
from orders.scope import scope_key
from orders.services.recipient import reveal_recipient
from orders.shipping.models import Intercept
from orders.shipping.selectors import get_intercept, list_open_intercepts
from shop.access import has_capability
from shop.console.timeline import tell_last
from shop.couriers.known import find_courier
from shop.crypto import mask_address, mask_name, mask_phone
from shop.http.dialogs import Dialog
from shop.http.paging import read_page
from shop.staff.actions.rows import ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page

EVENTS_SHOWN = 20


@staff_page("orders.ship")
def list_intercepts(request: StaffRequest) -> HttpResponse:
    """The tasks that somebody has to do, the newest first."""
    rows = list_open_intercepts(scope_key(request.actor)).select_related("order", "parcel")
    return render(request, "desk/intercepts/list.html", {"page": read_page(rows, request)})


@staff_page("orders.ship")
def show_intercept(request: StaffRequest, intercept_id: int) -> HttpResponse:
    """One task: what is wanted, whom to call, what came of it."""
    return _render(request, get_intercept(intercept_id, actor=request.actor))


@staff_page("orders.reveal", methods=("POST",))
def reveal_address(request: StaffRequest, intercept_id: int) -> HttpResponse:
    """The new address in full; who looked is on the order's timeline."""
    intercept = get_intercept(intercept_id, actor=request.actor)
    reveal_recipient(intercept.order_id, purpose="redirect", actor=request.actor)
    return render(request, "desk/intercepts/_address.html", {"intercept": intercept, "to": _write(intercept)})


def _write(intercept: Intercept) -> str:
    return f"{intercept.recipient} {intercept.phone} {intercept.region}{intercept.detail}"


def _mask(intercept: Intercept) -> str:
    who = f"{mask_name(intercept.recipient)} {mask_phone(intercept.phone)}"
    return f"{who} {intercept.region}{mask_address(intercept.detail)}"


def _render(
    request: StaffRequest, intercept: Intercept, *, dialog: Dialog | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    courier = find_courier(intercept.parcel.courier)
    context = {
        "intercept": intercept,
        "to": _mask(intercept) if intercept.kind == "redirect" else "",
        "can_reveal": has_capability(request.actor, "orders.reveal"),
        "courier_phone": courier.phone if courier else "",
        "offers": list_offers(
            ACTIONS, intercept, request.actor, action_url=find_action_url, is_silent=lambda _refused: True
        ),
        "entries": tell_last(intercept, EVENTS_SHOWN),
        "dialog": dialog,
    }
    return render(request, "desk/intercepts/intercept.html", context, status=status)


INTERCEPT_PAGE = ActionPage(
    get=lambda actor, intercept_id: get_intercept(intercept_id, actor=actor),
    render=_render,
    url=lambda intercept: reverse("orders:intercept", args=[intercept.pk]),
    action_url=find_action_url,
)
