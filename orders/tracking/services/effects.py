"""What news means for the parcel and its orders: it has left, it has arrived."""

from django.db import transaction

from orders.shipping.services.landing import land_parcel, note_moved
from orders.tracking.models import Journey, Tracking
from orders.tracking.services.following import end_tracking
from shop.actor import SYSTEM


def carry_to_parcel(tracking_id: int) -> None:
    """Let the parcel follow its live journey, whatever has been carried before; what was returned waits for people.

    A courier's “delivered” is the word of the shop's system, so that it may be done again after a crash.
    """
    tracking = Tracking.objects.filter(pk=tracking_id, ended_at__isnull=True).first()
    if tracking is None or tracking.state == Journey.NOTHING:
        return
    with transaction.atomic():
        if tracking.state == Journey.DELIVERED:
            land_parcel(tracking.parcel_id, number=(tracking.courier, tracking.tracking_no), actor=SYSTEM)
            end_tracking(tracking.pk)
        else:
            note_moved(tracking.parcel_id, number=(tracking.courier, tracking.tracking_no), actor=SYSTEM)
