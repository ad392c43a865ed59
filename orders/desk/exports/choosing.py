"""Which orders an export means: those of a filter of the list when somebody asked, or some by their numbers."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from orders.desk.labels import describe_order
from orders.desk.list.bulk import find_newest, list_stages
from orders.desk.list.filters import Filters
from orders.desk.list.selection import Selection
from orders.desk.list.selectors import narrow
from orders.exports.desk import Desk
from orders.exports.models import SheetKind
from orders.models import Order
from orders.scope import orders_in_scope
from orders.stages import Stage
from shop.actor import Actor


def read_sheet(data: QueryDict) -> SheetKind:
    """The kind of sheet that a form or an address names; orders where it names none."""
    return find_sheet(data.get("sheet"))


def find_sheet(name: Any) -> SheetKind:
    return SheetKind(name) if name in SheetKind.values else SheetKind.ORDERS


def list_hidden(selection: Selection) -> list[tuple[str, str]]:
    """The fields with which the page of a new export says which orders are meant."""
    return [(name, value) for name, value in selection.hidden if name != "all" and value]


def find_new_url(selection: Selection, **more: str) -> str:
    """The page of a new export of these orders, with what else is chosen."""
    query = QueryDict(mutable=True)
    for name, value in [*more.items(), *list_hidden(selection)]:
        query.appendlist(name, value)
    return f"{reverse('exports:new')}?{query.urlencode()}"


class WholeFilters(Filters):
    """Those of the list, of which an export leaves nothing in the archive."""

    @property
    def hidden_archive(self) -> None:
        return None


def write_parameters(selection: Selection, filters: Filters, actor: Actor) -> dict[str, Any]:
    """What `choose_orders` reads: the chosen numbers, or the filter and the newest order there is."""
    if selection.numbers and not selection.is_all:
        return {"numbers": selection.numbers}
    return {"filter": filters.params, "newest": find_newest(actor)}


def choose_orders(parameters: Mapping[str, Any], actor: Actor) -> "QuerySet[Order]":
    """The actor's orders that an export is about; one that repeats knows no newest order."""
    if "numbers" in parameters:
        return orders_in_scope(actor).filter(number__in=parameters["numbers"])
    filters = WholeFilters(parameters["filter"])
    orders, stages = narrow(filters, actor=actor), list_stages(filters)
    if len(stages) < len(Stage):
        orders = orders.filter(stage__in=stages)
    return orders.filter(pk__lte=parameters["newest"]) if "newest" in parameters else orders


DESK = Desk(choose_orders, lambda order: describe_order(order).words)
