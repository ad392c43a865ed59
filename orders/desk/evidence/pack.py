"""What is put before whoever decides a dispute: the case, money, parcels with their journeys and photos, all events."""

from dataclasses import dataclass
from typing import Any

from aftersales.models import Aftersale, AftersaleLine, Dispute
from aftersales.pages.facts import list_disputes
from orders.desk.timeline import Entry, make_timeline
from orders.models import OrderLine
from orders.payments.models import Payment, Refund
from orders.shipping.models import Parcel, ParcelPhoto
from orders.tracking.models import Tracking
from orders.tracking.selectors import map_journeys
from pickup.models import Verification
from pickup.selectors import list_verifications
from shop.crypto import mask_address, mask_name, mask_phone
from shop.events.models import Event
from shop.files.models import Picture

MOST_EVENTS = 500


@dataclass(frozen=True)
class ParcelEvidence:
    """One parcel of the order, where its courier says it was, and what it looked like when it was packed."""

    parcel: Parcel
    journey: Tracking | None
    photos: list[ParcelPhoto]


@dataclass(frozen=True)
class Pack:
    """Everything about one case; of the buyer only what the desk shows too. `entries`: all events, the first first."""

    aftersale: Aftersale
    buyer: str
    lines: list[AftersaleLine]
    disputes: list[tuple[Dispute, str]]
    pictures: list[Picture]
    payments: list[Payment]
    refunds: list[Refund]
    parcels: list[ParcelEvidence]
    handouts: list[Verification]
    entries: list[Entry]


def make_pack(aftersale: Aftersale) -> Pack:
    """Read it in as many queries as there are kinds of rows."""
    order = aftersale.order
    order_lines = list(order.lines.order_by("pk"))
    address = mask_address(order.address_detail)
    return Pack(
        aftersale,
        f"{mask_name(order.recipient)} {mask_phone(order.phone)} {order.region} {address}".strip(),
        list(aftersale.lines.select_related("order_line").order_by("order_line_id")),
        list_disputes(aftersale),
        [row.picture for row in aftersale.pictures.select_related("picture")],
        list(order.payments.order_by("pk")),
        list(order.refunds.order_by("pk")),
        _list_parcels(order_lines),
        list(list_verifications(order)),
        make_timeline(_list_events(aftersale), order_lines)[::-1],
    )


def _list_parcels(lines: list[OrderLine]) -> list[ParcelEvidence]:
    rows = Parcel.objects.filter(lines__order_line__in=lines).distinct().order_by("pk")
    parcels = list(rows.prefetch_related("photos__picture"))
    journeys = map_journeys(parcel.pk for parcel in parcels)
    return [ParcelEvidence(parcel, journeys.get(parcel.pk), list(parcel.photos.all())) for parcel in parcels]


def _list_events(aftersale: Aftersale) -> list[Event]:
    found: list[Any] = list(Event.objects.of_order(aftersale.order_id).order_by("-id")[:MOST_EVENTS])
    secret = aftersale.read_secret()
    for event in found:
        event.secret = secret
    return found
