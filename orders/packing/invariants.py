"""Invariants of packings."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from django.db.models import Count, Q

from orders.packing.models import Packing, PackingScan, PackingState, Verdict
from orders.shipping.models import ParcelLine
from orders.stages import IN_HAND
from shop.events.models import Event
from shop.invariants import in_scope, invariant

CHUNK = 2000


@invariant("B13", "once delivery has drained, an order is packed only while something of it is to be sent")
def packings_end_with_their_orders() -> Iterator[str]:
    late = Packing.objects.filter(state=PackingState.OPEN).exclude(order__stage__in=IN_HAND)
    for packing in in_scope(late, orders="order"):
        yield f"packing {packing.pk} is open, and its order {packing.order_id} is not in hand"
    untimed = Q(state=PackingState.OPEN, ended_at__isnull=False) | ~Q(state=PackingState.OPEN) & Q(
        ended_at=None
    )
    for packing in in_scope(Packing.objects.filter(untimed), orders="order"):
        yield f"packing {packing.pk} is {packing.state}, and ended at {packing.ended_at}"


@invariant("B13.1", "what was packed and sent is in its parcel")
def packed_pieces_are_in_their_parcel() -> Iterator[str]:
    """Of packings whose scans are forgotten nothing can be said."""
    right = PackingScan.objects.filter(
        verdict=Verdict.RIGHT, undone_by=None, packing__state=PackingState.DONE
    )
    scanned = in_scope(right, orders="packing__order").values_list("packing", "line").annotate(n=Count("pk"))
    all_rows = scanned.order_by("packing", "line").iterator()
    while rows := list(islice(all_rows, CHUNK)):
        parcels = _find_parcels({packing for packing, _line, _n in rows})
        held = _count_pieces(parcels.values())
        for packing, line, n in rows:
            if packing in parcels and held.get((parcels[packing], line), 0) < n:
                yield f"packing {packing}: {n} of line {line} were packed, and are not in its parcel"


def _find_parcels(packing_ids: Collection[int]) -> dict[int, int]:
    """Packing id → the id of its parcel, as it was told when it was sent."""
    done = Event._base_manager.filter(
        kind=Packing.subject_kind, verb="packing.done", subject_id__in=packing_ids
    )
    return {event.subject_id: event.data["parcel"] for event in done if "parcel" in event.data}


def _count_pieces(parcel_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    lines = ParcelLine.objects.filter(parcel__in=parcel_ids)
    return {(parcel, line): n for parcel, line, n in lines.values_list("parcel", "order_line", "quantity")}
