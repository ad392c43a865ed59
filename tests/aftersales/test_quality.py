"""The rate of returns for quality, by product and month."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftersales.choices import Kind
from aftersales.pages.quality import read_first
from aftersales.quality import next_month, read_month
from aftersales.services.applying import correct_reason, withdraw_aftersale
from orders.scope import ALL
from shop import clock
from tests import cast
from tests.aftersales.cases import asked, reason, received_order
from tests.console import browser

pytestmark = pytest.mark.django_db


def this_month() -> date:
    return read_first("")


def test_it_is_of_what_was_sent_in_the_orders_of_the_month():
    bad, good = cast.make_sku(), cast.make_sku()
    order = received_order(basket={bad.pk: 4, good.pk: 3})
    received_order(basket={good.pk: 1})
    cast.paid_order(basket={bad.pk: 5})
    first, second = order.lines.order_by("pk")
    asked(order, Kind.REFUND, {first.pk: 1}, reason_id=reason(quality=True).pk)
    asked(order, Kind.REFUND, {second.pk: 2})
    month = read_month(this_month(), ALL)
    told = [(p.name, p.sent, p.asked, p.quality, p.rate) for p in month.products]
    assert told == [(bad.product.name, 4, 1, 1, 25.0), (good.product.name, 4, 2, 0, 0.0)]
    assert (month.total.sent, month.total.quality) == (8, 1)
    assert month.total.reasons == {"不想要了": 2, "收到时已破损": 1}


def test_only_the_buyer_s_last_word_counts_and_nothing_that_was_withdrawn():
    kept, given_up = received_order(), received_order()
    aftersale = asked(kept, Kind.REFUND)
    withdraw_aftersale(asked(given_up, Kind.REFUND).pk, actor=cast.buyer(given_up))
    assert read_month(this_month(), ALL).total.quality == 0
    correct_reason(aftersale.pk, reason(quality=True).pk, actor=cast.buyer(kept))
    assert (read_month(this_month(), ALL).total.asked, read_month(this_month(), ALL).total.quality) == (1, 1)


def test_another_month_has_its_own():
    with clock.at(clock.now() - timedelta(days=40)):
        received_order()
        before = this_month()
    assert read_month(this_month(), ALL).products == []
    assert read_month(before, ALL).total.sent == 1


@pytest.mark.parametrize("orders", [1, 5])
def test_the_page_costs_the_same_however_much_was_sold(orders: int):
    client = browser()
    for _order in range(orders):
        asked(received_order(), Kind.REFUND)
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/console/aftersales/quality/")
    assert len(page.context["products"]) == orders
    assert len(queries) <= 10


@pytest.mark.parametrize("typed", ["", "2026-13", "x", "2026-1", "9999-01", "2099-12", "'", "２０２６-01"])
def test_what_is_no_month_or_yet_to_come_is_this_one(typed: str):
    assert read_first(typed) == this_month()
    assert browser().get("/console/aftersales/quality/", {"month": typed}).status_code == 200


def test_a_year_goes_on():
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)
