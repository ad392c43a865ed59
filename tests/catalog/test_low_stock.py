"""A SKU that runs low is told of once, until it is there again, whatever changed its stock."""

import pytest

from orders.payments.changes.cancelling import cancel_unpaid
from orders.services.stocktake import Count, count_stock
from shop.catalog.models import Sku
from shop.catalog.services import ProductChange, change_product
from shop.catalog.stock.changes import correct_stock
from shop.events.models import Event
from shop.store.choices import PayMethod, ReserveOn
from tests import cast
from tests.expect import refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop() -> None:
    cast.open_shop()


def told(sku: Sku) -> list[str]:
    events = Event.objects.filter(kind="sku", subject_id=sku.pk, verb__in=("sku.run_low", "sku.restocked"))
    return [verb.removeprefix("sku.") for verb in events.order_by("number").values_list("verb", flat=True)]


def test_placing_tells_once_with_what_is_left() -> None:
    sku = cast.make_sku(on_hand=8)
    cast.place(basket={sku.pk: 2})
    assert told(sku) == []
    cast.place(basket={sku.pk: 1})
    cast.place(basket={sku.pk: 1})
    assert told(sku) == ["run_low"]
    event = Event.objects.get(verb="sku.run_low")
    assert event.data == {"code": sku.code, "name": str(sku), "sellable": 5, "low_at": 5}
    assert (event.actor_kind, event.order_id) == ("system", None)


def test_paying_tells_where_stock_is_reserved_then() -> None:
    cast.open_shop(reserve_on=ReserveOn.PAYING)
    sku = cast.make_sku(on_hand=6)
    order = cast.place(basket={sku.pk: 1})
    assert told(sku) == []
    cast.pay(order)
    assert told(sku) == ["run_low"]


def test_a_cancelled_order_tells_that_it_is_there_again() -> None:
    sku = cast.make_sku(on_hand=6)
    order = cast.place(basket={sku.pk: 1})
    cancel_unpaid(order.pk, actor=cast.buyer(order))
    cast.place(basket={sku.pk: 1})
    assert told(sku) == ["run_low", "restocked", "run_low"]


def test_a_refused_order_tells_nothing() -> None:
    sku = cast.make_sku(on_hand=6)
    with refused("out_of_stock"):
        cast.place(basket={sku.pk: 1, cast.make_sku(on_hand=0).pk: 1})
    assert told(sku) == []


def test_shipping_changes_nothing_that_is_for_sale() -> None:
    sku = cast.make_sku(on_hand=6)
    cast.shipped_order(basket={sku.pk: 1})
    assert told(sku) == ["run_low"]


def test_a_correction_tells_both_ways() -> None:
    sku = cast.make_sku(on_hand=50)
    correct_stock(sku.pk, on_hand=5, reason="数过", actor=cast.clerk())
    correct_stock(sku.pk, on_hand=4, reason="数过", actor=cast.clerk())
    correct_stock(sku.pk, on_hand=6, reason="到货", actor=cast.clerk())
    assert told(sku) == ["run_low", "restocked"]


def test_a_count_that_takes_from_orders_tells_what_came_of_it() -> None:
    sku = cast.make_sku(on_hand=10)
    Sku.objects.filter(pk=sku.pk).update(low_at=0)
    for _order in range(5):
        cast.place(basket={sku.pk: 2}, pay_method=PayMethod.COD)
    assert told(sku) == ["run_low"]
    count_stock([Count(sku.pk, 6)], reason="盘点", actor=cast.clerk())
    assert told(sku) == ["run_low"]
    count_stock([Count(sku.pk, 7)], reason="盘点", actor=cast.clerk())
    assert told(sku) == ["run_low", "restocked"]


def test_another_level_is_a_crossing_too() -> None:
    sku = cast.make_sku(on_hand=20)
    for low_at in (20, 5):
        change_product(sku.product_id, ProductChange({}, {sku.pk: {"low_at": low_at}}), actor=cast.clerk())
    assert told(sku) == ["run_low", "restocked"]


def test_what_is_not_on_sale_may_run_out() -> None:
    sku, other = cast.make_sku(on_hand=3), cast.make_sku(on_hand=50)
    for is_on_sale in (False, True):
        change_product(
            sku.product_id, ProductChange({}, {sku.pk: {"is_on_sale": is_on_sale}}), actor=cast.clerk()
        )
    correct_stock(other.pk, on_hand=2, reason="数过", actor=cast.clerk())
    for is_on_sale in (False, True):
        change_product(other.product_id, ProductChange({"is_on_sale": is_on_sale}, {}), actor=cast.clerk())
    assert told(sku) == ["run_low"]
    assert told(other) == ["run_low", "restocked", "run_low"]
