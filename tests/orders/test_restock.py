"""Stock that became free goes to the paid orders that wait for it, oldest first."""

import pytest

from orders.payments.changes.cancelling import cancel_unpaid
from shop.catalog.stock.changes import correct_stock
from shop.errors import Refused
from shop.events.sweeping import sweep
from shop.store.choices import ReserveOn
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def shop():
    return cast.open_shop(reserve_on=ReserveOn.PAYING)


def two_orders_for_one_piece():
    sku = cast.make_sku(on_hand=1)
    first, second = cast.place(basket={sku.pk: 1}), cast.place(basket={sku.pk: 1})
    return sku, cast.pay(first), cast.pay(second)


def test_a_paid_order_without_stock_is_short():
    _sku, first, second = two_orders_for_one_piece()
    assert (first.is_short, second.is_short) == (False, True)
    assert second.lines.get().short == 1


def test_a_correction_serves_the_short_order():
    sku, _first, second = two_orders_for_one_piece()
    correct_stock(sku.pk, on_hand=5, reason="recounted", actor=cast.clerk("warehouse"))
    sweep()
    second.refresh_from_db()
    line = second.lines.get()
    assert (second.is_short, line.short, line.reserved) == (False, 0, 1)


def test_a_cancelled_order_leaves_its_stock_to_the_short_one():
    sku = cast.make_sku(on_hand=1)
    first = cast.place(basket={sku.pk: 1})
    second = cast.place(basket={sku.pk: 1})
    cast.pay(second)
    third = cast.pay(first)
    assert third.is_short
    # Nothing is freed by cancelling what held nothing.
    idle = cast.place(basket={cast.make_sku().pk: 1})
    cancel_unpaid(idle.pk, actor=cast.buyer(idle))
    sweep()
    third.refresh_from_db()
    assert third.is_short


def test_stock_is_looked_at_when_placing_though_it_is_reserved_on_paying():
    sku = cast.make_sku(on_hand=0)
    with pytest.raises(Refused) as refused:
        cast.place(basket={sku.pk: 1})
    assert refused.value.code == "out_of_stock"
