"""Goods of several orders of one buyer in one parcel."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.shipping.models import Direction, Parcel, ParcelState, Purpose
from orders.shipping.selectors import goes_to_same_recipient
from shop.errors import Refused


def find_live_parcel(parcel: Parcel) -> "QuerySet[Parcel]":
    """The parcel that has this courier and number now."""
    live = Parcel.objects.exclude(state=ParcelState.UNDONE)
    return live.filter(courier=parcel.courier, tracking_no=parcel.tracking_no)


def may_join(order: Order, parcel: Parcel | None) -> bool:
    """Whether goods of the order may still go into a parcel: it has not moved, and goes to this person alone."""
    if (
        parcel is None
        or parcel.state != ParcelState.SENT
        or parcel.has_moved
        or parcel.direction == Direction.BACK
        or parcel.purpose == Purpose.EXCHANGE
    ):
        return False
    return goes_to_same_recipient(parcel, order)


def lock_to_join(order: Order, wanted: Parcel) -> Parcel:
    """The live parcel of this number, locked, for goods of a locked order. Raises Refused `cannot_join`."""
    parcel = find_live_parcel(wanted).select_for_update(no_key=True).first()
    if parcel is None or not may_join(order, parcel):
        raise Refused(
            "cannot_join", _("Nothing more can go into this parcel: it has moved, or goes to somebody else.")
        )
    return parcel
