"""Buyers as the desk knows them: what they ordered and spent, read by index and never by a scan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from orders.desk.labels import Label, describe_order
from orders.models import Order
from orders.scope import orders_in_scope
from orders.stages import Stage
from shop.actor import Actor
from shop.console.timeline import Entry, tell_last
from shop.customers.erasure import list_obstacles
from shop.customers.models import HAS_REMARK, BalanceEntry, Customer
from shop.customers.selectors import list_customers
from shop.http.fields import read_id
from shop.http.paging import Keyset

ORDERS_SHOWN = 10
ENTRIES_SHOWN = 10
EVENTS_SHOWN = 10


@dataclass(frozen=True)
class Spending:
    """Orders placed, how many of them closed, and what was paid less what was refunded."""

    orders: int = 0
    closed: int = 0
    spent_fen: int = 0


@dataclass(frozen=True)
class BuyerRow:
    customer: Customer
    spending: Spending


@dataclass(frozen=True)
class BuyerOrder:
    order: Order
    label: Label


@dataclass(frozen=True)
class BuyerPage:
    customer: Customer
    spending: Spending
    orders: list[BuyerOrder]
    entries: list[BalanceEntry]
    record: list[Entry]
    waits_for: list[Any]
    """Why a buyer who asked for it cannot be erased yet; empty where nothing is in the way."""


class BuyerFilter(models.TextChoices):
    """Which buyers the list shows; the value is the address's parameter."""

    ALL = "", _("All customers")
    BLOCKED = "blocked", _("Blocked")
    REMARK = "remark", _("With a remark")


_FITS = {
    BuyerFilter.ALL: Q(),
    BuyerFilter.BLOCKED: Q(is_blocked=True),
    BuyerFilter.REMARK: HAS_REMARK,
}


class BuyerSort(models.TextChoices):
    """In which order the list shows them; the value is the address's parameter."""

    NEWEST = "", _("Newest first")
    SPENT = "spent", _("Most spent first")


def _read_fen(text: str) -> int | None:
    return fen if (fen := read_id(text)) > 0 else None


BY_SPENDING = Keyset("spent_fen", _read_fen)


def find_spenders(*, words: str, only: BuyerFilter) -> "QuerySet[Customer]":
    """Those who have spent anything, for a page by `spent_fen`."""
    return find_buyers(words=words, only=only).filter(spent_fen__gt=0)


def find_buyers(*, words: str, only: BuyerFilter) -> "QuerySet[Customer]":
    return list_customers(words=words).filter(_FITS[only])


def make_rows(customers: Sequence[Customer], *, actor: Actor) -> list[BuyerRow]:
    """The rows of one page with one grouped query over these customers' own orders."""
    spending = sum_spending((customer.pk for customer in customers), actor=actor)
    return [BuyerRow(customer, spending.get(customer.pk, Spending())) for customer in customers]


def sum_spending(customer_ids: Iterable[int], *, actor: Actor) -> dict[int, Spending]:
    """Customer id → what they ordered and spent in the actor's scope; who never ordered is left out."""
    own = orders_in_scope(actor).filter(customer_id__in=list(customer_ids)).order_by()
    sums = own.values("customer_id").annotate(
        orders=Count("pk"),
        closed=Count("pk", filter=Q(stage=Stage.CLOSED)),
        spent_fen=Coalesce(Sum(F("paid_fen") - F("refunded_fen")), 0),
    )
    return {row["customer_id"]: Spending(row["orders"], row["closed"], row["spent_fen"]) for row in sums}


def make_buyer_page(customer: Customer, *, actor: Actor) -> BuyerPage:
    """Everything the page of one buyer shows."""
    own = orders_in_scope(actor).filter(customer=customer)
    last = own.prefetch_related("lines").order_by("-id")[:ORDERS_SHOWN]
    return BuyerPage(
        customer=customer,
        spending=sum_spending([customer.pk], actor=actor).get(customer.pk, Spending()),
        orders=[BuyerOrder(order, describe_order(order)) for order in last],
        entries=list(customer.balance_entries.order_by("-id")[:ENTRIES_SHOWN]),
        record=tell_last(customer, EVENTS_SHOWN),
        waits_for=list_obstacles(customer) if customer.erase_at else [],
    )
