"""What became of a parcel, as its buyer is told: the bones of a timeline, which couriers' own news will fill."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.scope import orders_in_scope
from orders.shipping.models import InterceptState, Parcel, ParcelState
from shop.actor import Actor
from shop.events.models import Event


class ParcelEventCode(models.TextChoices):
    SENT = "sent", _("Shipped")
    REPLACED = "replaced", _("Tracking number replaced")
    INTERCEPT_ASKED = "intercept_asked", _("Stopping or redirecting a parcel asked for")
    INTERCEPT_DONE = "intercept_done", _("The courier has stopped or redirected the parcel")
    REFUSED = "refused", _("Refused, on its way back")
    RETURNED = "returned", _("Back at the shop")
    ARRIVED = "arrived", _("Delivered")


class ParcelPlace(models.TextChoices):
    """Where a parcel of theirs is, in the fewest words that buyers need."""

    SENT = "sent", _("On its way")
    ARRIVED = "arrived", _("Delivered")
    REFUSED = "refused", _("Refused, on its way back")
    RETURNED = "returned", _("Back at the shop")


def find_place(parcel: Parcel) -> ParcelPlace:
    """Of a parcel that was handed over: by the shop's own record, also where no courier tells anything."""
    if parcel.state == ParcelState.SENT and parcel.turned_back_at is not None:
        return ParcelPlace.REFUSED
    return ParcelPlace(parcel.state)


@dataclass(frozen=True)
class ParcelEvent:
    at: datetime
    code: ParcelEventCode

    @property
    def words(self) -> str:
        return str(self.code.label)


def map_parcel_events(order: Order, parcels: Iterable[Parcel]) -> dict[int, list[ParcelEvent]]:
    """Parcel id → what became of it, oldest first. `intercepts` of the parcels are prefetched; one query."""
    replaced: dict[int, list[datetime]] = defaultdict(list)
    events = Event.objects.filter(kind="order", subject_id=order.pk, verb="order.replace_number")
    for at, parcel_id in events.values_list("at", "data__parcel"):
        replaced[parcel_id].append(at)
    return {
        parcel.pk: sorted(_list_events(parcel, replaced[parcel.pk]), key=lambda event: event.at)
        for parcel in parcels
    }


def map_shared(order: Order, parcels: Iterable[Parcel], actor: Actor) -> dict[int, list[str]]:
    """Parcel id → numbers of the same buyer's other orders that have goods in it; a query only where there are any."""
    holds = {
        parcel.pk: {line.order_line.order_id for line in parcel.lines.all()} - {order.pk}
        for parcel in parcels
    }
    ids = set().union(*holds.values())
    own = orders_in_scope(actor).filter(pk__in=ids, customer=order.customer_id) if ids else None
    numbers = dict(own.order_by("pk").values_list("pk", "number")) if own is not None else {}
    return {pk: [number for other, number in numbers.items() if other in held] for pk, held in holds.items()}


def _list_events(parcel: Parcel, replaced: Iterable[datetime]) -> Iterator[ParcelEvent]:
    if parcel.sent_at:
        yield ParcelEvent(parcel.sent_at, ParcelEventCode.SENT)
    yield from (ParcelEvent(at, ParcelEventCode.REPLACED) for at in replaced)
    for intercept in parcel.intercepts.all():
        yield ParcelEvent(intercept.asked_at, ParcelEventCode.INTERCEPT_ASKED)
        if intercept.state == InterceptState.DONE and intercept.ended_at:
            yield ParcelEvent(intercept.ended_at, ParcelEventCode.INTERCEPT_DONE)
    if parcel.turned_back_at:
        yield ParcelEvent(parcel.turned_back_at, ParcelEventCode.REFUSED)
    if parcel.returned_at:
        yield ParcelEvent(parcel.returned_at, ParcelEventCode.RETURNED)
    if parcel.arrived_at:
        yield ParcelEvent(parcel.arrived_at, ParcelEventCode.ARRIVED)
