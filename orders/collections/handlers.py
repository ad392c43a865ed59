"""Enqueuing what a provider that calls couriers has to be asked; nobody comes for a parcel that goes another way."""

from orders.collections.services.ending import end_needless
from orders.collections.tasks import ask_caller
from shop.events.models import Event
from shop.events.registry import on
from shop.queues import CARRIERS


@on("collection.ask", "collection.cancel", outside=True, queue=CARRIERS)
def enqueue_call(event: Event) -> None:
    ask_caller.delay(event.subject_id)


@on("order.undo_ship", "order.undo_exchange")
def end_with_parcel(event: Event) -> None:
    end_needless(parcel["id"] for parcel in event.data.get("parcels", ()))


@on("order.replace_number")
def end_with_courier(event: Event) -> None:
    end_needless([event.data["parcel"]])
