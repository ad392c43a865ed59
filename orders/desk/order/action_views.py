"""What the buttons of the order page do: one view per verb, parcels, refunds, and the courier guess."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.order.actions import find_action_url
from orders.desk.order.views import render_order
from orders.guards import is_overdue
from orders.models import Order
from orders.payments.services.payouts import pay_out_refund
from orders.payments.services.refund_sending import retry_refund
from orders.selectors import get_order
from orders.shipping.models import Parcel, ParcelPhoto
from orders.shipping.services.photos import remove_photo
from orders.shipping.services.ship import arrive_parcel, undo_ship
from orders.states import MOVES
from shop.couriers.known import guess_couriers
from shop.errors import Refused
from shop.http.api.fields import read_version
from shop.http.middleware import read_next
from shop.staff.actions.rows import ActionPage
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.choices import OverdueRule
from shop.store.places.split import split_address

MAX_GUESS = 60
_Act = Callable[[StaffRequest, Order, int], None]

ORDER_PAGE = ActionPage(
    get=lambda actor, number: get_order(number, actor=actor),
    render=render_order,
    url=lambda order: reverse("orders:detail", args=[order.number]),
    action_url=find_action_url,
)


def _make_part_view(verb: str, rows: Callable[[Order], QuerySet[Any]], missing: Any, act: _Act) -> Any:
    """The view of a button of one of the order's `rows`, without a dialog; a refusal is a sentence on the page."""

    @staff_page(MOVES[verb].capability, methods=("POST",))
    def press(request: StaffRequest, /, number: str, **named: int) -> HttpResponse:
        (row_id,) = named.values()
        order = get_order(number, actor=request.actor)
        if not rows(order).filter(pk=row_id).exists():
            raise Refused("not_found", missing, 404)
        try:
            act(request, order, row_id)
        except Refused as refused:
            if refused.code in ("forbidden", "not_found"):
                raise
            messages.error(request, str(refused))
        else:
            messages.success(request, str(MOVES[verb].done))
        page = reverse("orders:detail", args=[number])
        return redirect(read_next(request, otherwise=page))

    return press


def _undo(request: StaffRequest, order: Order, parcel_id: int) -> None:
    order = undo_ship(parcel_id, actor=request.actor, seen={order.pk: read_version(request.POST)})
    if is_overdue(order) is None and order.overdue_rule == OverdueRule.CLOSE:
        messages.warning(request, _("The time to send is over: what is not sent within an hour is closed."))


def _arrive(request: StaffRequest, order: Order, parcel_id: int) -> None:
    arrive_parcel(parcel_id, actor=request.actor, seen={order.pk: read_version(request.POST)})


def _remove_photo(request: StaffRequest, order: Order, photo_id: int) -> None:
    remove_photo(photo_id, actor=request.actor, seen={order.pk: read_version(request.POST)})


def _retry(request: StaffRequest, _order: Order, refund_id: int) -> None:
    retry_refund(refund_id, actor=request.actor)


def _pay_out(request: StaffRequest, _order: Order, refund_id: int) -> None:
    pay_out_refund(refund_id, reference=request.POST.get("reference", ""), actor=request.actor)


_PARCELS = (
    lambda order: Parcel.objects.filter(lines__order_line__order=order),
    _("There is no such parcel."),
)
_PHOTOS = (
    lambda order: ParcelPhoto.objects.filter(parcel__lines__order_line__order=order),
    _("There is no such photo any more."),
)
_REFUNDS = (lambda order: order.refunds.all(), _("There is no such refund."))
undo_parcel = _make_part_view("order.undo_ship", *_PARCELS, _undo)
mark_arrived = _make_part_view("order.arrive", *_PARCELS, _arrive)
remove_packing_photo = _make_part_view("order.remove_photo", *_PHOTOS, _remove_photo)
try_refund_again = _make_part_view("order.retry_refund", *_REFUNDS, _retry)
pay_out = _make_part_view("order.pay_out", *_REFUNDS, _pay_out)


@staff_page("orders.edit", methods=("POST",))
def split_pasted(request: StaffRequest) -> HttpResponse:
    """The parts of a pasted address as JSON, for the dialog that changes the address; nothing is kept."""
    return JsonResponse(asdict(split_address(request.POST.get("pasted", ""))))


@staff_page("orders.ship")
def guess_courier(request: StaffRequest) -> HttpResponse:
    """Couriers a tracking number looks like, the likeliest first: `{"couriers": [{"code", "name"}]}`."""
    guesses = guess_couriers(request.GET.get("number", "")[:MAX_GUESS])
    return JsonResponse({"couriers": [{"code": c.code, "name": c.name} for c in guesses]})
