"""The board of goods that nobody came for (待取超期): its tabs, and what a row says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from orders.scope import scope_key
from pickup.uncollected.models import Waiting
from pickup.uncollected.selectors import list_snoozed, list_uncollected
from pickup.uncollected.services import REMIND_EVERY
from shop import clock
from shop.actor import Actor
from shop.crypto import mask_name, mask_phone
from shop.http.query import make_url

OPEN, SNOOZED = "open", "snoozed"
_LISTS = {OPEN: list_uncollected, SNOOZED: list_snoozed}
_LABELS = {OPEN: _("Not picked up"), SNOOZED: _("Snoozed")}
COUNT_CAP = 1_000


@dataclass(frozen=True)
class Row:
    """One order, its buyer masked; `can_remind`: the last reminder is long enough ago."""

    waiting: Waiting
    buyer: str
    phone: str
    can_remind: bool


def list_tab(tab: str, actor: Actor) -> "QuerySet[Waiting]":
    """The orders of one tab."""
    rows = _LISTS[tab](scope_key(actor))
    return rows.select_related("order__customer", "order__pickup_store")


def read_tab(wanted: str) -> str:
    return wanted if wanted in _LISTS else OPEN


def list_tabs(tab: str, path: str, actor: Actor) -> list[dict[str, Any]]:
    """Both tabs with their counts, up to COUNT_CAP."""
    counts = {
        name: find(scope_key(actor)).order_by()[: COUNT_CAP + 1].count() for name, find in _LISTS.items()
    }
    return [
        {
            "label": _LABELS[name],
            "url": make_url(path, {"tab": name} if name != OPEN else {}),
            "count": f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}",
            "is_active": name == tab,
        }
        for name, count in counts.items()
    ]


def make_rows(found: Sequence[Waiting]) -> list[Row]:
    """What the page shows of them; all that they say was read with them."""
    return [_make(waiting) for waiting in found]


def _make(waiting: Waiting) -> Row:
    order, now = waiting.order, clock.now()
    can_remind = waiting.reminded_at is None or waiting.reminded_at + REMIND_EVERY <= now
    return Row(waiting, mask_name(order.recipient), mask_phone(order.phone), can_remind)
