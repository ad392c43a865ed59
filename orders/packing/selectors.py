"""Reading packings: what is in the box of an order, what is still to go into it, and which article a code names."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max

from orders.models import Order, OrderLine
from orders.packing.models import REFUSED, Packing, PackingScan, PackingState, Verdict
from orders.selectors import load_lines
from shop import clock
from shop.catalog.models import Sku
from shop.catalog.selectors import find_sku
from shop.spelling import normalise

FREE_AFTER = timedelta(hours=1)
"""So long after the last scan anybody may go on with a packing."""


@dataclass(frozen=True)
class Place:
    """A line of the order in the box: `packed` pieces of the `needed`; none is needed of one short of stock."""

    line: OrderLine
    packed: int

    @property
    def needed(self) -> int:
        return 0 if self.line.short else self.line.to_send

    @property
    def left(self) -> int:
        return max(self.needed - self.packed, 0)

    @property
    def over(self) -> int:
        """Pieces that have to come out again, since the order changed after they were packed."""
        return max(self.packed - self.needed, 0)

    @property
    def name(self) -> str:
        return f"{self.line.product_name} {self.line.sku_name}".strip()


@dataclass(frozen=True)
class Box:
    """All that has to do with what is to be sent of one order."""

    places: Sequence[Place]

    @property
    def packed(self) -> int:
        return sum(place.packed for place in self.places)

    @property
    def needed(self) -> int:
        return sum(place.needed for place in self.places)

    @property
    def left(self) -> int:
        return sum(place.left for place in self.places)

    @property
    def over(self) -> int:
        return sum(place.over for place in self.places)

    @property
    def is_complete(self) -> bool:
        return self.needed > 0 and not self.left and not self.over

    @property
    def contents(self) -> dict[int, int]:
        """Line id → pieces."""
        return {place.line.pk: place.packed for place in self.places if place.packed}

    @property
    def next_place(self) -> Place | None:
        """The line to go on with: one that was begun before another."""
        open_ones = [place for place in self.places if place.left]
        return next((place for place in open_ones if place.packed), open_ones[0] if open_ones else None)

    @property
    def weight_g(self) -> int:
        """Of all that is packed, 0 where one of the articles has not been weighed."""
        goods = [(place.line.sku.weight_g, place.packed) for place in self.places if place.packed]
        return sum(grams * pieces for grams, pieces in goods) if all(grams for grams, _n in goods) else 0

    def judge(self, sku_id: int) -> tuple[Verdict, Place | None]:
        """What one more piece of an article is to this box, and in which line."""
        own = [place for place in self.places if place.line.sku_id == sku_id]
        if not own:
            return Verdict.WRONG, None
        for verdict, found in (
            (Verdict.RIGHT, [place for place in own if place.left]),
            (Verdict.OUT, [place for place in own if place.over]),
            (Verdict.SHORT, [place for place in own if place.line.short]),
        ):
            if found:
                return verdict, found[0]
        return Verdict.EXTRA, own[0]


def read_box(order: Order, packing: Packing | None) -> Box:
    """The box of an order as its scans say."""
    packed: Counter[int | None] = Counter()
    if packing is not None:
        right = packing.scans.filter(verdict=Verdict.RIGHT, undone_by=None)
        packed.update(dict(right.values_list("line").annotate(n=Count("pk")).order_by()))
    places = [Place(line, packed[line.pk]) for line in load_lines(order)]
    return Box([place for place in places if place.line.to_send or place.packed])


def find_open_packing(order_id: int) -> Packing | None:
    return Packing.objects.filter(order=order_id, state=PackingState.OPEN).first()


def find_last_scan_at(packing: Packing) -> datetime:
    """When somebody last did something about it."""
    last: datetime | None = packing.scans.aggregate(at=Max("at"))["at"]
    return max(last, packing.taken_at) if last else packing.taken_at


def is_free(packing: Packing) -> bool:
    """Whether its packer has gone."""
    return find_last_scan_at(packing) + FREE_AFTER <= clock.now()


def find_number(packing: Packing) -> PackingScan | None:
    """The tracking number that was scanned last."""
    numbers = packing.scans.filter(verdict=Verdict.NUMBER, undone_by=None)
    return numbers.order_by("-pk").first()


def find_repeat(key: str, staff_id: int) -> PackingScan | None:
    """The scan that was sent before under this key."""
    scans = PackingScan.objects.select_related("packing__order__customer", "line")
    return scans.filter(key=key, staff_id=staff_id).first()


def count_wrong_scans(packing: Packing) -> int:
    return packing.scans.filter(verdict__in=REFUSED).count()


def count_packed_by(staff_id: int, since: datetime) -> int:
    """The orders that this person has packed and sent."""
    done = Packing.objects.filter(packer_id=staff_id, state=PackingState.DONE)
    return done.filter(ended_at__gte=since).count()


def find_article(code: str, lines: Sequence[OrderLine]) -> Sku | None:
    """The article that a code names, by itself or as one of these lines has it. Raises Refused `two_articles`."""
    return find_sku(code) or _find_among(code, lines)


def _find_among(code: str, lines: Sequence[OrderLine]) -> Sku | None:
    plain = normalise(code)
    skus = {line.sku_id: line.sku for line in lines}.values()
    found = [sku for sku in skus if plain and plain in (normalise(sku.code), normalise(sku.barcode))]
    return found[0] if len(found) == 1 else None
