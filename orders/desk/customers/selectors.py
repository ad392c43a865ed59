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
from shop.http.api.fields import read_id
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
class CustomerRow:
    customer: Customer
    spending: Spending


@dataclass(frozen=True)
class CustomerOrder:
    order: Order
    label: Label


@dataclass(frozen=True)
class CustomerPage:
    customer: Customer
    spending: Spending
    orders: list[CustomerOrder]
    entries: list[BalanceEntry]
    record: list[Entry]
    waits_for: list[Any]
    """Why a buyer who asked for it cannot be erased yet; empty where nothing is in the way."""


class CustomerFilter(models.TextChoices):
    """Which buyers the list shows; the value is the address's parameter."""

    ALL = "", _("All customers")
    BLOCKED = "blocked", _("Blocked")
    REMARK = "remark", _("With a remark")


_FITS = {
    CustomerFilter.ALL: Q(),
    CustomerFilter.BLOCKED: Q(is_blocked=True),
    CustomerFilter.REMARK: HAS_REMARK,
}


class CustomerSort(models.TextChoices):
    """In which order the list shows them; the value is the address's parameter."""

    NEWEST = "", _("Newest first")
    SPENT = "spent", _("Most spent first")


def _read_fen(text: str) -> int | None:
    return fen if (fen := read_id(text)) > 0 else None


BY_SPENDING = Keyset("spent_fen", _read_fen)


def find_spenders(*, words: str, only: CustomerFilter) -> "QuerySet[Customer]":
    """Those who have spent anything, for a page by `spent_fen`."""
    return find_customers(words=words, only=only).filter(spent_fen__gt=0)


def find_customers(*, words: str, only: CustomerFilter) -> "QuerySet[Customer]":
    return list_customers(words=words).filter(_FITS[only])


def make_rows(customers: Sequence[Customer], *, actor: Actor) -> list[CustomerRow]:
    """The rows of one page with one grouped query over these customers' own orders."""
    spending = sum_spending((customer.pk for customer in customers), actor=actor)
    return [CustomerRow(customer, spending.get(customer.pk, Spending())) for customer in customers]


def sum_spending(customer_ids: Iterable[int], *, actor: Actor) -> dict[int, Spending]:
    """Customer id → what they ordered and spent in the actor's scope; who never ordered is left out."""
    own = orders_in_scope(actor).filter(customer_id__in=list(customer_ids)).order_by()
    sums = own.values("customer_id").annotate(
        orders=Count("pk"),
        closed=Count("pk", filter=Q(stage=Stage.CLOSED)),
        spent_fen=Coalesce(Sum(F("paid_fen") - F("refunded_fen")), 0),
    )
    return {row["customer_id"]: Spending(row["orders"], row["closed"], row["spent_fen"]) for row in sums}


def make_customer_page(customer: Customer, *, actor: Actor) -> CustomerPage:
    """Everything the page of one buyer shows."""
    own = orders_in_scope(actor).filter(customer=customer)
    last = own.prefetch_related("lines").order_by("-id")[:ORDERS_SHOWN]
    return CustomerPage(
        customer=customer,
        spending=sum_spending([customer.pk], actor=actor).get(customer.pk, Spending()),
        orders=[CustomerOrder(order, describe_order(order)) for order in last],
        entries=list(customer.balance_entries.order_by("-id")[:ENTRIES_SHOWN]),
        record=tell_last(customer, EVENTS_SHOWN),
        waits_for=list_obstacles(customer) if customer.erase_at else [],
    )
