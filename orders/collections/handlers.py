"""Enqueuing what a provider that calls couriers has to be asked; a parcel that is taken back is not collected."""

from orders.collections.services.ending import end_collections
from orders.collections.tasks import ask_caller
from shop.events.models import Event
from shop.events.registry import on
from shop.queues import CARRIERS


@on("collection.ask", "collection.cancel", outside=True, queue=CARRIERS)
def enqueue_call(event: Event) -> None:
    ask_caller.delay(event.subject_id)


@on("order.undo_ship")
def end_with_parcel(event: Event) -> None:
    end_collections(parcel["id"] for parcel in event.data.get("parcels", ()))
