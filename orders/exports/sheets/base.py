"""What a sheet is made of: columns, each told by one function, over rows that are read a batch at a time."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet, TextChoices
from django.utils.translation import get_language, gettext

from orders.models import Order
from shop.crypto import mask_address, mask_name, mask_phone
from shop.store.choices import Delivery, PayMethod
from shop.store.deliveries import name_pay_method

Read = Callable[[Any], Any]
NEEDS_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Column:
    """One column. `read` gives its value for a row: text, a number, a moment, `yuan(…)`, or None for an empty cell.

    `fields` are the columns of the order that it reads; `needs` names what has to be read beside the order, which costs
    a query for each batch. `mask` hides what is personal. `choices` name the value in the language of the export;
    `list_names` does where more than the value tells what it is called.
    """

    name: str
    label: Any
    read: Read
    fields: tuple[str, ...] = ()
    needs: frozenset[str] = NEEDS_NOTHING
    mask: Callable[[str], str] | None = None
    choices: type[TextChoices] | None = None
    list_names: Callable[[], Mapping[Any, str]] | None = None

    def tell(self, *, is_revealed: bool) -> Read:
        """The function that gives the cell, masked unless the export shows what is personal."""
        mask, read, words = self.mask, self.read, self._list_words()
        if words is not None:
            return lambda row: words.get(read(row), "")
        if mask is None or is_revealed:
            return read
        return lambda row: mask(read(row) or "")

    def _list_words(self) -> Mapping[Any, str] | None:
        if self.list_names:
            return self.list_names()
        return _list_words(self.choices, get_language() or "") if self.choices else None


@dataclass(frozen=True)
class Source:
    """A batch to read: ids of what the sheet goes through, and what the columns need beside it.

    `orders` are those that were chosen, `seen` all that the person may see: one that was chosen when the export began
    stands in it whatever became of it since. Of an order nothing but `fields` is read: to build one whole takes longer
    than all cells of its row.
    """

    ids: Sequence[int]
    orders: "QuerySet[Order]"
    seen: "QuerySet[Order]"
    needs: Collection[str]
    fields: Collection[str] = ()


@dataclass(frozen=True)
class Sheet:
    """One kind. `list_ids` is what it goes through, in its order; `read` gives the rows of a batch of these.

    `usual` are the columns of who never chose any.
    """

    label: Any
    columns: Mapping[str, Column]
    usual: tuple[str, ...]
    read: Callable[[Source], Iterable[Any]]
    list_ids: Callable[["QuerySet[Order]"], Iterator[int]] = field(
        default=lambda orders: list_order_ids(orders)
    )

    def choose(self, names: Iterable[str]) -> list[Column]:
        """The columns of these names, in this order; a name of a former version is passed over."""
        return [self.columns[name] for name in dict.fromkeys(names) if name in self.columns]

    def count_gone(self, names: Iterable[str]) -> int:
        """How many of these are no column of the sheet any more."""
        return sum(name not in self.columns for name in set(names))


def list_order_ids(orders: "QuerySet[Order]") -> Iterator[int]:
    """Oldest first."""
    return orders.order_by("pk").values_list("pk", flat=True).iterator(10_000)


def column(
    name: str,
    label: Any,
    read: Read,
    *needs: str,
    fields: tuple[str, ...] = (),
    mask: Callable[[str], str] | None = None,
) -> Column:
    return Column(name, label, read, fields, frozenset(needs), mask)


def of_order(
    name: str,
    label: Any,
    field_name: str = "",
    convert: Callable[[Any], Any] | None = None,
    *needs: str,
    mask: Callable[[str], str] | None = None,
    choices: type[TextChoices] | None = None,
) -> Column:
    """A column of the order itself: one of its fields, `name` unless it is another, as `convert` writes it."""
    of = field_name or name
    get = attrgetter(f"order.{of}")
    read = (lambda row: convert(get(row))) if convert else get
    return Column(name, label, read, (of,), frozenset(needs), mask, choices)


def by_name(*columns: Column) -> dict[str, Column]:
    return {column.name: column for column in columns}


@lru_cache(10_000)  # The same prices come again and again.
def yuan(fen: int | None) -> Decimal | None:
    """An amount in yuan with two decimals."""
    return None if fen is None else Decimal(fen).scaleb(-2)


def pay_method(name: str, label: Any, of: str) -> Column:
    """A way to pay, which is called by how its order is delivered; `of` leads to it from the row."""
    read = attrgetter(of, "order.delivery")
    fields = ("delivery", "pay_method") if of == "order.pay_method" else ("delivery",)
    return Column(name, label, read, fields, list_names=_name_pay_methods)


def _name_pay_methods() -> dict[tuple[str, str], str]:
    pairs = [(method.value, delivery.value) for method in PayMethod for delivery in Delivery]
    return {(method, delivery): str(name_pay_method(method, delivery)) for method, delivery in pairs}


def yes(is_so: bool) -> str:
    """A cell that is marked, or empty."""
    return gettext("Yes") if is_so else ""


def say(choices: type[TextChoices], value: str) -> str:
    """What a value is called; "" for an empty one."""
    return _list_words(choices, get_language() or "")[value] if value else ""


@cache
def _list_words(choices: type[TextChoices], _language: str) -> dict[str, str]:
    """Looked up once: for each cell it would be the dearest thing of a row."""
    return {str(choice.value): str(choice.label) for choice in choices}


NAME, PHONE, ADDRESS = mask_name, mask_phone, mask_address
"""How personal values are masked."""
