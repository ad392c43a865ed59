"""What freight costs: pure arithmetic of whole fen, pieces and grams, as docs/freight.md tells it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from shop.freight.choices import Counts
from shop.freight.models import FreightRule
from shop.store.area.places import list_codes


class Region(Protocol):
    """Where goods go."""

    @property
    def province(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def district(self) -> str: ...


@dataclass(frozen=True)
class Goods:
    """What is sent of one article: all its pieces, what they weigh (0 where nobody knows) and cost together.

    `template_id` None: it goes by the default template.
    """

    name: str
    template_id: int | None
    pieces: int
    grams: int
    amount_fen: int


def find_rule(rules: Collection[FreightRule], region: Region | None) -> FreightRule:
    """The row of a template that is about a region, that of a city before that of its province.

    Without a region what most buyers pay: the row for everywhere else or, where that is not served, the first that is.
    """
    elsewhere = next(rule for rule in rules if rule.is_elsewhere)
    if region is None:
        return next((rule for rule in (elsewhere, *rules) if rule.is_served), elsewhere)
    codes = list_codes(province=region.province, city=region.city, district=region.district)
    named = (rule for code in codes for rule in rules if code in rule.regions)
    return next(named, elsewhere)


def price_goods(rule: FreightRule, counts: str, goods: Sequence[Goods]) -> int:
    """What it costs in fen to send goods of one template together, to a region that is served."""
    pieces = sum(article.pieces for article in goods)
    if _is_free(rule, pieces, sum(article.amount_fen for article in goods)):
        return 0
    units = sum(article.grams for article in goods) if counts == Counts.WEIGHT else pieces
    further = -(-max(units - rule.first_units, 0) // rule.next_units)
    return rule.first_fen + further * rule.next_fen


def _is_free(rule: FreightRule, pieces: int, amount_fen: int) -> bool:
    by_amount = rule.free_from_fen is not None and amount_fen >= rule.free_from_fen
    return by_amount or (rule.free_from_pieces is not None and pieces >= rule.free_from_pieces)
