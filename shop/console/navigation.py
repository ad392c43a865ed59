"""The navigation of the console: each room declares its entries in its `navigation.py`, and the frame shows them."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import IntegerChoices, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shop.actor import Actor


class Group(IntegerChoices):
    """The parts of the navigation, from the top down."""

    HOME = 0, ""
    ORDERS = 1, _("Orders")
    PICKUP = 2, _("Pickup")
    SHOP = 3, _("Shop")
    SETTINGS = 4, _("Settings")


@dataclass(frozen=True)
class Work:
    """What waits behind an entry: `find` gives the rows for a key, and actors with one key share the query.

    The templates of the frame read its count by `name`, where it has one.
    """

    key: Callable[[Actor], Hashable]
    find: Callable[[Any], "QuerySet[Any]"]
    is_urgent: bool = False
    name: str = ""


@dataclass(frozen=True)
class Entry:
    """A line of the navigation, for who holds the capability (None: everybody).

    `query` narrows its address; `is_here` tells which of the pages at and below that address are its own.
    """

    group: Group
    place: int
    label: Any
    route: str
    icon: str
    capability: str | None
    query: str = ""
    is_here: Callable[[HttpRequest], bool] = lambda _request: True
    work: Work | None = None


ENTRIES: list[Entry] = []
"""From the top of the navigation down."""


def register(*entries: Entry) -> None:
    """Put these into the navigation, each at its place in its group."""
    ENTRIES.extend(entries)
    ENTRIES.sort(key=attrgetter("group", "place"))
