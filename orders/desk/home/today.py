"""Today against yesterday: the numbers of the start page, each with the address of the orders behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.desk.home.queues import concerns
from orders.desk.list.counts import describe_count
from orders.desk.list.filters import DateKind, Tab
from orders.payments.models import Refund, RefundState
from orders.scope import real_orders_in_scope, rows_in_scope, scope_key
from shop import clock
from shop.actor import Actor
from shop.http.query import make_url
from shop.money import format_fen


@dataclass(frozen=True)
class Figure:
    """One number of today beside yesterday's, in words, with where the orders behind each are.

    What is true now and was not counted yesterday has no second number.
    """

    name: str
    label: Any
    today: str
    today_url: str
    yesterday: str = ""
    yesterday_url: str = ""


MakeFigure = Callable[[int, Actor], Figure]


def list_figures(to_ship: int, *, actor: Actor) -> list[Figure]:
    """The figures that concern the actor, of orders in their scope; at most one small query each, by an index.

    `to_ship` orders have been counted already, exact up to CAP.
    """
    return [make(to_ship, actor) for make, whose in _FIGURES if concerns(actor, whose)]


def _make_placed(_to_ship: int, actor: Actor) -> Figure:
    words = _count(real_orders_in_scope(actor), "placed_at")
    return _make("placed", _("Orders placed"), DateKind.PLACED, words)


def _make_paid(_to_ship: int, actor: Actor) -> Figure:
    words = _sum(real_orders_in_scope(actor), "paid_at", "paid_fen")
    return _make("paid", _("Paid amount"), DateKind.PAID, words)


def _make_to_ship(to_ship: int, _actor: Actor) -> Figure:
    url = make_url(reverse("orders:list"), {"tab": Tab.TO_SHIP})
    return Figure("to_ship", _("To ship"), describe_count(to_ship), url)


def _make_shipped(_to_ship: int, actor: Actor) -> Figure:
    words = _count(real_orders_in_scope(actor), "shipped_at")
    return _make("shipped", _("Orders shipped"), DateKind.SHIPPED, words)


def _make_refunded(_to_ship: int, actor: Actor) -> Figure:
    refunds = rows_in_scope(Refund.objects.filter(state=RefundState.DONE), scope_key(actor))
    words = _sum(refunds, "finished_at", "amount_fen")
    return _make("refunded", _("Refunded amount"), DateKind.REFUNDED, words)


_FIGURES: tuple[tuple[MakeFigure, list[str]], ...] = (
    (_make_placed, ["orders.edit", "insight.view"]),
    (_make_paid, ["insight.view"]),
    (_make_to_ship, ["orders.ship", "alerts.handle"]),
    (_make_shipped, ["orders.ship"]),
    (_make_refunded, ["insight.view"]),
)
"""Each with the capabilities of which one makes it somebody's concern."""


def _count(rows: "QuerySet[Any]", column: str) -> tuple[str, str]:
    rows, is_today = _of_two_days(rows, column)
    found = rows.aggregate(today=Count("pk", filter=is_today), both=Count("pk"))
    return f"{found['today']:,}", f"{found['both'] - found['today']:,}"


def _sum(rows: "QuerySet[Any]", column: str, amount: str) -> tuple[str, str]:
    rows, is_today = _of_two_days(rows, column)
    found = rows.aggregate(today=Sum(amount, filter=is_today, default=0), both=Sum(amount, default=0))
    return format_fen(found["today"]), format_fen(found["both"] - found["today"])


def _of_two_days(rows: "QuerySet[Any]", column: str) -> "tuple[QuerySet[Any], Q]":
    """The rows of yesterday and of today until now, and what marks those of today."""
    this, last = _days()
    end = clock.start_of_day(this + timedelta(days=1))
    rows = rows.filter(**{f"{column}__gte": clock.start_of_day(last), f"{column}__lt": end})
    return rows, Q(**{f"{column}__gte": clock.start_of_day(this)})


def _days() -> tuple[date, date]:
    today = timezone.localtime(clock.now()).date()
    return today, today - timedelta(days=1)


def _make(name: str, label: Any, kind: DateKind, words: tuple[str, str]) -> Figure:
    (today, yesterday), (this, last) = words, _days()
    return Figure(name, label, today, _find_list(kind, this), yesterday, _find_list(kind, last))


def _find_list(kind: DateKind, day: date) -> str:
    values = {"date": "" if kind == DateKind.PLACED else kind, "since": day, "until": day}
    return make_url(reverse("orders:list"), values)
