"""The buttons at a parcel that say how it gets to its courier; the dialog that calls one is the order page's."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from orders.collections.models import CollectionState
from orders.collections.selectors import get_collection, list_troubled
from orders.collections.services.asking import hand_over
from orders.collections.services.ending import call_off, call_off_by_phone
from orders.desk.collections.ways import read_way
from orders.scope import scope_key
from orders.selectors import get_order
from orders.shipping.selectors import list_parcels
from shop.errors import Refused
from shop.http.api.fields import read_id, read_version
from shop.staff.decorators import StaffRequest, staff_page

SHOWN = 100


@staff_page("orders.ship")
def list_collections(request: StaffRequest) -> HttpResponse:
    """The parcels for which no courier was called, or of which nobody knows, the oldest first."""
    rows = list_troubled(scope_key(request.actor)).select_related("order", "parcel").order_by("pk")
    return render(request, "desk/collections/list.html", {"collections": rows[:SHOWN], "shown": SHOWN})


@staff_page("orders.view")
def show_way(request: StaffRequest, number: str, parcel_id: int) -> HttpResponse:
    """The part of an open order page that follows what a provider says; 204 while `seen` is what it shows."""
    order = get_order(number, actor=request.actor)
    parcel = list_parcels(order).filter(pk=parcel_id).first()
    if parcel is None:
        raise Refused("not_found", _("There is no such parcel."), 404)
    way = read_way(order, parcel, request.actor)
    if way.collection and way.collection.version == read_id(request.GET.get("seen", "")):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = {"order": order, "parcel": parcel, "way": way}
    return render(request, "desk/collections/_way.html", context)


@staff_page("orders.ship", methods=("POST",))
def hand_parcel_over(request: StaffRequest, number: str, parcel_id: int) -> HttpResponse:
    """Somebody has called the courier, or brought the parcel there: `how` says which."""
    order = get_order(number, actor=request.actor)
    how = request.POST.get("how", "")
    seen = {order.pk: read_version(request.POST)}

    def press() -> str:
        state = CollectionState(how) if how in CollectionState.values else CollectionState.FAILED
        made = hand_over(parcel_id, order_id=order.pk, how=state, actor=request.actor, seen=seen)
        return str(made.get_state_display())

    return _answer(request, order.number, press)


@staff_page("orders.ship", methods=("POST",))
def call_collection_off(request: StaffRequest, collection_id: int) -> HttpResponse:
    """The courier need not come, or what was said was a mistake; `how` is "by_phone" where somebody told them."""
    collection = get_collection(collection_id, actor=request.actor)
    end = call_off_by_phone if request.POST.get("how") == CollectionState.BY_PHONE else call_off

    def press() -> str:
        ended = end(collection_id, actor=request.actor, expected_version=read_version(request.POST))
        return str(ended.get_state_display())

    return _answer(request, collection.order.number, press)


def _answer(request: StaffRequest, number: str, press: Callable[[], str]) -> HttpResponse:
    """The order's page again, with what has been done or why not."""
    try:
        messages.success(request, press())
    except Refused as refused:
        if refused.code in ("forbidden", "not_found"):
            raise
        messages.error(request, str(refused))
    return redirect("orders:detail", number)
