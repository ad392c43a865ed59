"""Presale goods: nobody is late before their day is over."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from shop import clock
from shop.catalog.models import Sku
from shop.store.choices import PayMethod
from tests import cast
from tests.api.conftest import Buyer
from tests.console import browser
from tests.expect import fresh


def presale(days: int) -> Sku:
    sku = cast.make_sku()
    sku.is_presale, sku.ships_on = True, timezone.localdate() + timedelta(days=days)
    sku.save()
    return sku


def end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def test_ship_by_waits_for_the_latest_day_of_the_order() -> None:
    soon, later, now = presale(10), presale(20), cast.make_sku()
    order = cast.paid_order(basket={soon.pk: 1, later.pk: 1, now.pk: 1})
    assert order.ship_by == end_of(later.ships_on)


def test_cash_on_delivery_waits_too() -> None:
    sku = presale(10)
    order = cast.place(basket={sku.pk: 1}, pay_method=PayMethod.COD)
    assert fresh(order).ship_by == end_of(sku.ships_on)


def test_a_day_that_is_past_leaves_the_ordinary_deadline() -> None:
    sku = presale(-3)
    order = cast.paid_order(basket={sku.pk: 1})
    assert order.ship_by <= clock.now() + timedelta(hours=order.ship_within_hours)


def test_ordinary_goods_are_not_touched() -> None:
    order = cast.paid_order()
    assert order.ship_by == order.paid_at + timedelta(hours=order.ship_within_hours)


def test_buyers_see_the_day(client: object) -> None:
    sku = presale(10)
    product = Buyer().get(f"/products/{sku.product_id}").json()
    assert product["skus"][0]["ships_on"] == sku.ships_on.isoformat()


def test_clerks_see_the_day_on_the_line() -> None:
    sku = presale(10)
    order = cast.paid_order(basket={sku.pk: 1})
    page = browser().get(f"/console/orders/{order.number}/").content.decode()
    assert f"Presale, ships {sku.ships_on:%m-%d}" in page


def test_a_day_beyond_all_time_does_not_keep_a_payment_from_being_booked() -> None:
    sku = presale(10)
    Sku.objects.filter(pk=sku.pk).update(ships_on=date.max)
    order = cast.paid_order(basket={sku.pk: 1})
    assert order.ship_by == end_of(clock.LATEST_DAY)
