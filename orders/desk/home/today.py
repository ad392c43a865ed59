"""Today against yesterday: the numbers of the start page, each with the address of the orders behind it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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


def list_figures(to_ship: int, *, actor: Actor) -> list[Figure]:
    """In the actor's scope: orders placed, money paid, to ship, shipped, refunds; four small queries, each by an index.

    `to_ship` orders have been counted already, exact up to CAP.
    """
    orders = real_orders_in_scope(actor)
    refunds = rows_in_scope(Refund.objects.filter(state=RefundState.DONE), scope_key(actor))
    return [
        _make("placed", _("Orders placed"), DateKind.PLACED, _count(orders, "placed_at")),
        _make("paid", _("Paid amount"), DateKind.PAID, _sum(orders, "paid_at", "paid_fen")),
        Figure("to_ship", _("To ship"), describe_count(to_ship), _find_tab(Tab.TO_SHIP)),
        _make("shipped", _("Orders shipped"), DateKind.SHIPPED, _count(orders, "shipped_at")),
        _make(
            "refunded", _("Refunded amount"), DateKind.REFUNDED, _sum(refunds, "finished_at", "amount_fen")
        ),
    ]


def _find_tab(tab: Tab) -> str:
    return make_url(reverse("orders:list"), {"tab": tab})


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
