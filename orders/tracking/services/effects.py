"""What news means for the parcel and its orders: it has left, comes back, has arrived."""

from django.db import transaction

from orders.shipping.models import Direction
from orders.shipping.returns.landing import land_refused, land_return, note_return_moved
from orders.shipping.services.landing import land_parcel, note_moved, note_refused
from orders.tracking.models import Journey, Tracking
from orders.tracking.services.following import end_tracking
from shop.actor import SYSTEM

_COMING_BACK = (Journey.REFUSED, Journey.RETURNING, Journey.RETURNED)


def carry_to_parcel(tracking_id: int) -> None:
    """Let the parcel follow its live journey, whatever has been carried before; what comes back waits for people.

    A courier's “delivered” is the word of the shop's system, so that it may be done again after a crash.
    """
    live = Tracking.objects.filter(pk=tracking_id, ended_at__isnull=True).select_related("parcel")
    tracking = live.first()
    if tracking is None or tracking.state == Journey.NOTHING:
        return
    with transaction.atomic():
        if tracking.parcel.direction == Direction.BACK:
            _carry_back(tracking)
        else:
            _carry_out(tracking)


def _carry_out(tracking: Tracking) -> None:
    number = (tracking.courier, tracking.tracking_no)
    if tracking.state == Journey.DELIVERED:
        land_parcel(tracking.parcel_id, number=number, actor=SYSTEM)
        end_tracking(tracking.pk)
    elif tracking.state in _COMING_BACK:
        note_refused(tracking.parcel_id, number=number, actor=SYSTEM)
        if tracking.state == Journey.RETURNED:
            land_refused(tracking.parcel_id, number=number, actor=SYSTEM)
    else:
        note_moved(tracking.parcel_id, number=number, actor=SYSTEM)


def _carry_back(tracking: Tracking) -> None:
    """Of one that the buyer sends back; one that the shop refuses is a matter for the board alone."""
    number = (tracking.courier, tracking.tracking_no)
    if tracking.state == Journey.DELIVERED:
        land_return(tracking.parcel_id, number=number, actor=SYSTEM)
        end_tracking(tracking.pk)
    elif tracking.state not in _COMING_BACK:
        note_return_moved(tracking.parcel_id, number=number)
