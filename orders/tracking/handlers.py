"""Parcels are followed from the moment they are sent, and follow what their couriers tell."""

from orders.shipping.models import Parcel
from orders.tracking.moves import HEARD
from orders.tracking.services.effects import carry_to_parcel
from orders.tracking.services.following import follow_parcels
from shop.events.models import Event
from shop.events.registry import on


@on("order.ship", "order.ship_part", "order.undo_ship", "order.arrive")
def follow_sent(event: Event) -> None:
    follow_parcels(parcel["id"] for parcel in event.data.get("parcels", ()))


@on("order.replace_number")
def follow_new_number(event: Event) -> None:
    follow_parcels([event.data["parcel"]])


@on("order.close_returned")
def follow_none_that_is_back(event: Event) -> None:
    of_order = Parcel.objects.filter(lines__order_line__order=event.subject_id)
    follow_parcels(of_order.distinct().values_list("pk", flat=True))


@on(*HEARD.values(), "tracking.take_up")
def tell_parcel(event: Event) -> None:
    if event.subject_id is not None:
        carry_to_parcel(event.subject_id)
