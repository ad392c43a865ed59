"""What the buttons of the order page do: one view per verb, parcels, refunds, and the courier guess."""

from collections.abc import Callable
from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.order.actions import find_action_url
from orders.desk.order.views import render_order
from orders.guards import is_overdue
from orders.payments.models import Refund
from orders.payments.services.payouts import pay_out_refund
from orders.payments.services.refund_sending import retry_refund
from orders.selectors import get_order
from orders.shipping.couriers import guess_couriers
from orders.shipping.models import ParcelLine
from orders.shipping.services.ship import arrive_parcel, undo_ship
from orders.states import MOVES
from shop.errors import Refused
from shop.http.fields import read_version
from shop.staff.actions.rows import ActionPage
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.address_split import split_address
from shop.store.choices import OverdueRule

MAX_GUESS = 60


ORDER_PAGE = ActionPage(
    get=lambda actor, number: get_order(number, actor=actor),
    render=render_order,
    url=lambda order: reverse("orders:detail", args=[order.number]),
    action_url=find_action_url,
)


def _act_on_page(request: StaffRequest, number: str, run: Callable[[], object], done: str) -> HttpResponse:
    """Run a verb whose button has no form; a refusal becomes a sentence on the order's page."""
    try:
        run()
    except Refused as refused:
        if refused.code in ("forbidden", "not_found"):
            raise
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("orders:detail", number)


def _check_parcel(request: StaffRequest, number: str, parcel_id: int) -> None:
    order = get_order(number, actor=request.actor)
    if not ParcelLine.objects.filter(parcel_id=parcel_id, order_line__order=order).exists():
        raise Refused("not_found", _("There is no such parcel."), 404)


@staff_page("orders.ship", methods=("POST",))
def undo_parcel(request: StaffRequest, number: str, parcel_id: int) -> HttpResponse:
    _check_parcel(request, number, parcel_id)
    version = read_version(request.POST)

    def undo() -> None:
        order = undo_ship(parcel_id, actor=request.actor, expected_version=version)
        if is_overdue(order) is None and order.overdue_rule == OverdueRule.CLOSE:
            messages.warning(
                request, _("The time to send is over: what is not sent within an hour is closed.")
            )

    return _act_on_page(request, number, undo, str(MOVES["order.undo_ship"].done))


@staff_page("orders.ship", methods=("POST",))
def mark_arrived(request: StaffRequest, number: str, parcel_id: int) -> HttpResponse:
    _check_parcel(request, number, parcel_id)
    version = read_version(request.POST)
    return _act_on_page(
        request,
        number,
        lambda: arrive_parcel(parcel_id, actor=request.actor, expected_version=version),
        str(MOVES["order.arrive"].done),
    )


def _check_refund(request: StaffRequest, number: str, refund_id: int) -> None:
    order = get_order(number, actor=request.actor)
    if not Refund.objects.filter(pk=refund_id, order=order).exists():
        raise Refused("not_found", _("There is no such refund."), 404)


@staff_page("orders.refund", methods=("POST",))
def try_refund_again(request: StaffRequest, number: str, refund_id: int) -> HttpResponse:
    _check_refund(request, number, refund_id)
    return _act_on_page(
        request,
        number,
        lambda: retry_refund(refund_id, actor=request.actor),
        str(MOVES["order.retry_refund"].done),
    )


@staff_page("orders.refund", methods=("POST",))
def pay_out(request: StaffRequest, number: str, refund_id: int) -> HttpResponse:
    _check_refund(request, number, refund_id)
    reference = request.POST.get("reference", "")
    return _act_on_page(
        request,
        number,
        lambda: pay_out_refund(refund_id, reference=reference, actor=request.actor),
        str(MOVES["order.pay_out"].done),
    )


@staff_page("orders.edit", methods=("POST",))
def split_pasted(request: StaffRequest) -> HttpResponse:
    """The parts of a pasted address as JSON, for the dialog that changes the address; nothing is kept."""
    response = JsonResponse(asdict(split_address(request.POST.get("pasted", ""))))
    response["Cache-Control"] = "private, no-store"
    return response


@staff_page("orders.ship")
def guess_courier(request: StaffRequest) -> HttpResponse:
    """Couriers a tracking number looks like, the likeliest first: `{"couriers": [{"code", "name"}]}`."""
    guesses = guess_couriers(request.GET.get("number", "")[:MAX_GUESS])
    return JsonResponse({"couriers": [{"code": c.code, "name": c.name} for c in guesses]})
