"""Reading freight templates, and what sending a basket costs by them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from shop.database.kept import KeptQuery, Param
from shop.errors import Refused
from shop.freight.models import FreightRule, FreightTemplate
from shop.freight.pricing import Goods, Region, find_rule, price_goods
from shop.store.places.regions import join_region
from shop.store.plain_freight import PlainFreight, register
from shop.words import fill

_NAMED = 5
"""So many goods are named in a sentence."""


@dataclass(frozen=True)
class Freight:
    """What the goods of one template cost to send."""

    template: str
    freight_fen: int


def list_templates() -> "QuerySet[FreightTemplate]":
    """All templates with their rows, the default one first; `users` is how many products name one."""
    rules = models.Prefetch("rules", queryset=FreightRule.objects.order_by("position"))
    counted = FreightTemplate.objects.annotate(users=Count("products"))
    return counted.prefetch_related(rules).order_by("-is_default", "pk")


def price_freight(goods: Sequence[Goods], region: Region | None) -> list[Freight]:
    """What a basket costs to send to a region, by template; one query, whatever is in it.

    Raises Refused `not_served` (400), which names the goods that do not go there.
    """
    terms, default = _read_terms({article.template_id for article in goods})
    groups: dict[int | None, list[Goods]] = defaultdict(list)
    for article in goods:
        groups[article.template_id if article.template_id in terms else default].append(article)
    found = {key: find_rule(terms[key], region) for key in groups}
    _check_served(region, [article for key in groups if not found[key].is_served for article in groups[key]])
    return [
        Freight(rule.template.name, price_goods(rule, rule.template.counts, groups[key]))
        for key, rule in found.items()
    ]


def _check_served(region: Region | None, refused: list[Goods]) -> None:
    if not refused:
        return
    names = "、".join(article.name for article in refused[:_NAMED])
    values = {
        "region": join_region(region.province, region.city, region.district) if region else "",
        "goods": f"{names}…" if len(refused) > _NAMED else names,
    }
    message = _("Not sent to %(region)s: %(goods)s. Choose another address, or order without it.")
    raise Refused("not_served", fill(message, values), 400)


def _read_terms(ids: set[int | None]) -> tuple[dict[int | None, list[FreightRule]], int | None]:
    """The rows of these templates and of the default one by template, and which that is."""
    named = [pk for pk in ids if pk is not None]
    terms: dict[int | None, list[FreightRule]] = defaultdict(list)
    for rule in _rules_query(len(named)).fetch(**{f"template{n}": pk for n, pk in enumerate(named)}):
        terms[rule.template_id].append(rule)
    default = next((pk for pk, rules in terms.items() if rules[0].template.is_default), None)
    if default is None:
        terms[None] = [_FREE]
    return terms, default


_FREE = FreightRule(template=FreightTemplate(name="", is_default=True), is_elsewhere=True)
"""By this goes what names no template in a shop that has no default one."""


@cache
def _rules_query(count: int) -> KeptQuery[FreightRule]:
    ids: Any = [Param(f"template{n}", models.BigIntegerField()) for n in range(count)]
    wanted = Q(template__pk__in=ids) | Q(template__is_default=True)
    rules = FreightRule.objects.select_related("template").filter(wanted)
    return KeptQuery(lambda: rules.order_by("template_id", "position"))


@register
def get_plain_freight() -> PlainFreight:
    """What the default template says of everywhere else."""
    terms, default = _read_terms(set())
    rules = terms[default]
    rule = find_rule(rules, None)
    return PlainFreight(
        counts=rule.template.counts,
        first_units=rule.first_units,
        first_fen=rule.first_fen,
        next_units=rule.next_units,
        next_fen=rule.next_fen,
        free_from_fen=rule.free_from_fen,
        free_from_pieces=rule.free_from_pieces,
        has_exceptions=len(rules) > 1 or FreightTemplate.objects.filter(is_default=False).exists(),
    )
