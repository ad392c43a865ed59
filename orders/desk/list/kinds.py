"""Kinds of orders that have an entry of their own in the navigation, with the tabs of each.

A kind is a filter of the list: its address says which one it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.desk.list.counts import CAP, describe_count
from orders.desk.list.filters import TAB_STAGES, Filters, Tab
from orders.scope import real_orders_in_scope
from orders.stages import IN_HAND
from shop.actor import Actor
from shop.database.capped import read_row, write_row
from shop.store.choices import Delivery

_CHOSEN = ("tab", "queue", "stage", "size")
"""What tabs and pager set: anything else narrows a kind."""


@dataclass(frozen=True)
class KindTab:
    """One tab: what it sets in the list's address, and which orders it holds."""

    label: Any
    params: Mapping[str, str]
    holds: Q


@dataclass(frozen=True)
class OrderKind:
    """`params` is the address of its entry, `work` what waits in it for somebody; the ordinary kind has no tabs.

    `nothing` and `until_when` stand where the list would be.
    """

    name: str
    title: Any
    work: Q
    params: Mapping[str, str]
    tabs: tuple[KindTab, ...] = ()
    nothing: Any = ""
    until_when: Any = ""

    @property
    def query(self) -> str:
        return urlencode(self.params)


def _pickup_tab(tab: Tab, label: Any = None) -> KindTab:
    stages = TAB_STAGES[tab]
    holds = Q(delivery=Delivery.PICKUP) & (Q(stage__in=stages) if stages else Q())
    return KindTab(label or tab.label, {"tab": "" if tab == Tab.ALL else tab.value}, holds)


ORDINARY = OrderKind("ordinary", _("All orders"), Q(stage__in=IN_HAND), {})
PICKUP = OrderKind(
    "pickup",
    _("Pickup orders"),
    Q(delivery=Delivery.PICKUP, stage__in=IN_HAND),
    {"delivery": Delivery.PICKUP.value},
    (
        _pickup_tab(Tab.ALL),
        _pickup_tab(Tab.UNPAID),
        _pickup_tab(Tab.TO_CONFIRM),
        _pickup_tab(Tab.TO_SHIP, _("To be picked up")),
        _pickup_tab(Tab.DONE),
        _pickup_tab(Tab.CLOSED),
    ),
    _("No pickup orders yet"),
    _(
        "Buyers choose a store once one is open and pickup is switched on in the store settings. Their orders "
        "wait here to be handed over."
    ),
)


def find_kind(params: Mapping[str, str]) -> OrderKind:
    """The kind that an address of the list shows."""
    return PICKUP if params.get("delivery") == Delivery.PICKUP else ORDINARY


def list_kind_tabs(kind: OrderKind, filters: Filters, path: str, actor: Actor) -> list[dict[str, Any]]:
    """The tabs of a kind; one query for their counts, which a filter beyond the kind's own would make a lie."""
    is_narrowed = bool(set(filters.params) - {*_CHOSEN, *kind.params})
    orders = real_orders_in_scope(actor)
    if filters.archive:
        orders = orders.filter(filters.archive.in_sight)
    counts = () if is_narrowed else read_row(*write_row((orders.filter(tab.holds) for tab in kind.tabs), CAP))
    return [
        {
            "label": tab.label,
            "url": filters.make_url(path, **{"stage": "", "queue": "", **tab.params}),
            "count": "" if count is None else describe_count(count),
            "is_active": all(filters.params.get(name, "") == value for name, value in tab.params.items()),
        }
        for tab, count in zip_longest(kind.tabs, counts)
    ]
