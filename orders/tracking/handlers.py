"""Parcels are followed from the moment they are sent, and follow what their couriers tell."""

from orders.shipping.models import Parcel
from orders.tracking.models import Tracking
from orders.tracking.moves import HEARD
from orders.tracking.services.effects import carry_to_parcel
from orders.tracking.services.following import follow_parcels
from shop.events.models import Event
from shop.events.registry import on

_RETURNS = ("order.return_announce", "order.return_withdraw", "order.return_arrive", "order.take_back")
_EXCHANGES = ("order.ship_exchange", "order.undo_exchange", "order.exchange_arrive")


@on("order.ship", "order.ship_part", "order.undo_ship", "order.arrive", *_RETURNS, *_EXCHANGES)
def follow_sent(event: Event) -> None:
    follow_parcels(parcel["id"] for parcel in event.data.get("parcels", ()))


@on("order.replace_number", "order.return_renumber")
def follow_new_number(event: Event) -> None:
    follow_parcels([event.data["parcel"]])


@on("order.return_adopt")
def tell_of_adopted(event: Event) -> None:
    """Its courier may have brought it to the shop before it was the return of a case."""
    parcels = [parcel["id"] for parcel in event.data["parcels"]]
    live = Tracking.objects.filter(parcel__in=parcels, ended_at__isnull=True)
    for tracking_id in live.values_list("pk", flat=True):
        carry_to_parcel(tracking_id)


@on("order.close_returned")
def follow_none_that_is_back(event: Event) -> None:
    of_order = Parcel.objects.filter(lines__order_line__order=event.subject_id)
    follow_parcels(of_order.distinct().values_list("pk", flat=True))


@on(*HEARD.values(), "tracking.take_up")
def tell_parcel(event: Event) -> None:
    if event.subject_id is not None:
        carry_to_parcel(event.subject_id)
