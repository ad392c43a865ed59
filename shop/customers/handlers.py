"""What is left to do after a buyer was erased."""

from shop.customers.erasure import empty_unsealed
from shop.events.models import Event
from shop.events.registry import on


@on("customer.erase")
def empty_what_was_not_sealed(event: Event) -> None:
    empty_unsealed(event.subject_id)
