"""What couriers told of a buyer's parcels: when and in which state stays, the words and places go."""

from typing import Any

from orders.tracking.models import Tracking, TrackingEvent
from shop.customers.erasure import eraser, sealed
from shop.customers.models import Customer
from shop.events.models import Event


@sealed
def events_of_trackings(customer: Customer) -> Any:
    trackings = Tracking.objects.filter(order__customer=customer)
    return Event._base_manager.filter(kind=Tracking.subject_kind, subject_id__in=trackings.values("pk"))


@eraser
def erase_news(customer: Customer) -> None:
    """Of shared parcels too: whose door it was cannot be told."""
    told = TrackingEvent.objects.filter(tracking__parcel__lines__order_line__order__customer=customer)
    TrackingEvent.objects.filter(pk__in=told.values("pk")).update(words="", place="")
