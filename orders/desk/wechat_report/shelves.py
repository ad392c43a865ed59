"""The tabs of the page: what needs a person, what waits, and the money that WeChat keeps, by its state there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from orders.desk.list.counts import CAP
from orders.wechat_report.models import HeldState, ShippingReport
from orders.wechat_report.selectors import Held, list_held, list_troubled, list_waiting


@dataclass(frozen=True)
class Shelf:
    """`find(scope)` are its reports; `empty` is said when there is none."""

    key: str
    label: Any
    find: Callable[[str], "QuerySet[ShippingReport]"]
    empty: Any


def _name_held(state: HeldState) -> str:
    return f"held{state.value}"


SHELVES = (
    Shelf("trouble", _("To look at"), list_troubled, _("WeChat has refused nothing")),
    Shelf("waiting", _("To report"), list_waiting, _("WeChat knows all that was shipped")),
    *(
        Shelf(
            _name_held(state),
            state.label,
            partial(list_held, state=state),
            _("WeChat keeps no money here"),
        )
        for state in HeldState
    ),
)


def count_shelves(scope: str, held: Sequence[Held]) -> dict[str, int]:
    """How many reports each tab has, two queries; what WeChat keeps is counted already."""
    first = {shelf.key: shelf.find(scope).order_by()[: CAP + 1].count() for shelf in SHELVES[:2]}
    return first | {_name_held(row.state): row.count for row in held}


def find_shelf(key: str) -> Shelf:
    """The one of this name, else the first."""
    return next((shelf for shelf in SHELVES if shelf.key == key), SHELVES[0])
