"""What an alert is about where it is not an order: where its page is, and a sentence that says what to do.

A kind of subject that has a page of its own is declared here once; all alerts of a page about it are read together.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse, reverse_lazy

from notifications.kinds import KINDS
from notifications.models import Alert, AlertKind
from shop.catalog.models import Sku


@dataclass(frozen=True)
class Described:
    """The page of a subject, and what the sentences about it name."""

    url: Any
    facts: dict[str, Any] = field(default_factory=dict)


SHOP = Described(reverse_lazy("desk:home"))
"""What concerns the shop as a whole."""


def _describe_skus(ids: Collection[int]) -> dict[int, Described]:
    return {
        sku.pk: Described(
            reverse("catalog:product", args=[sku.product_id]),
            {"name": str(sku), "sellable": sku.sellable},
        )
        for sku in Sku.objects.filter(pk__in=ids).select_related("product")
    }


_SUBJECTS: dict[str, Callable[[Collection[int]], dict[int, Described]]] = {Sku.subject_kind: _describe_skus}


def describe_subjects(alerts: Iterable[Alert]) -> dict[int, Described]:
    """Alerts that are about something with a page of its own, by their ids; one query for each kind of subject."""
    found: dict[int, Described] = {}
    by_kind: dict[str, list[Alert]] = defaultdict(list)
    for alert in alerts:
        by_kind[alert.subject_kind].append(alert)
    for kind in by_kind.keys() & _SUBJECTS.keys():
        known = _SUBJECTS[kind]({alert.subject_id for alert in by_kind[kind] if alert.subject_id})
        found |= {alert.pk: known[pk] for alert in by_kind[kind] if (pk := alert.subject_id) in known}
    return found


def make_sentence(alert: Alert, described: Described) -> str:
    """What the page says of an alert about no order: the kind alone where its subject is gone."""
    try:
        return str(KINDS[AlertKind(alert.kind)].sentence) % described.facts
    except KeyError:
        return str(AlertKind(alert.kind).label)
