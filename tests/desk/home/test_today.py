"""The figures of the start page: today against yesterday, each with the orders behind it."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from orders.desk.home.today import Figure, list_figures
from orders.desk.list.counts import count_tabs
from orders.desk.list.filters import Tab
from orders.models import Order
from orders.payments.models import Refund, RefundState
from shop import clock
from shop.actor import SYSTEM
from tests.cast import paid_order, place, prepared_order, shipped_order


def figures() -> dict[str, Figure]:
    return {
        figure.name: figure for figure in list_figures(count_tabs(SYSTEM).tabs[Tab.TO_SHIP], actor=SYSTEM)
    }


def at_noon(days_ago: int) -> dt.datetime:
    today = timezone.localtime(clock.now())
    return today.replace(hour=0, minute=0, second=1) - dt.timedelta(days=days_ago)


def orders_behind(client: Client, url: str) -> list[str]:
    return re.findall(r'<tr data-href="/console/orders/(\d{18})/"', client.get(url).content.decode())


@pytest.mark.parametrize("name", ["placed", "paid", "shipped"])
def test_today_and_yesterday_are_counted_and_opened_apart(owner: Client, name: str) -> None:
    orders = [shipped_order() for _ in range(4)]
    for days_ago, order in zip((0, 1, 1, 2), orders, strict=True):
        Order.objects.filter(pk=order.pk).update(**{f"{name}_at": at_noon(days_ago)})
    figure = figures()[name]
    expected = ("¥45.00", "¥90.00") if name == "paid" else ("1", "2")
    assert (figure.today, figure.yesterday) == expected
    assert orders_behind(owner, figure.today_url) == [orders[0].number]
    assert set(orders_behind(owner, figure.yesterday_url)) == {orders[1].number, orders[2].number}


def test_refunds_count_when_the_money_is_back(owner: Client) -> None:
    def refund(state: RefundState, **columns: Any) -> Order:
        order = paid_order()
        row = {
            "payment": order.payments.get(),
            "order": order,
            "number": f"{order.number}R-1",
            "amount_fen": 1000,
        }
        Refund.objects.create(**row, reason="x", state=state, created_at=clock.now(), **columns)
        return order

    today = refund(RefundState.DONE, finished_at=at_noon(0))
    yesterday = refund(RefundState.DONE, finished_at=at_noon(1))
    refund(RefundState.PROCESSING)
    figure = figures()["refunded"]
    assert (figure.today, figure.yesterday) == ("¥10.00", "¥10.00")
    assert orders_behind(owner, figure.today_url) == [today.number]
    assert orders_behind(owner, figure.yesterday_url) == [yesterday.number]


def test_to_ship_is_what_the_tab_holds(owner: Client) -> None:
    order = prepared_order()
    paid_order()
    figure = figures()["to_ship"]
    assert (figure.today, figure.yesterday) == ("1", "")
    assert orders_behind(owner, figure.today_url) == [order.number]


def test_an_empty_shop_has_zeros(owner: Client) -> None:
    found = figures()
    assert [(found[name].today, found[name].yesterday) for name in ("placed", "paid")] == [
        ("0", "0"),
        ("¥0.00", "¥0.00"),
    ]
    place()
    assert figures()["placed"].today == "1"
