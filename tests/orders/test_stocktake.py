"""count_stock: the shelf is right, and the newest orders pay for what is missing."""

import pytest

from notifications.models import Alert, AlertKind
from orders.models import Order
from orders.services.restock import restock_order
from orders.services.stocktake import Count, Counted, count_stock
from shop.catalog.models import Sku
from shop.events.delivery import drain
from shop.events.models import Event
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of


def count(sku: Sku, pieces: int, *, seen: int | None = None, role: str = "warehouse") -> Counted:
    (result,) = count_stock([Count(sku.pk, pieces, seen)], reason="盘点", actor=cast.clerk(role))
    return result


def lines_of(order: Order) -> list[tuple[int, int]]:
    return list(order.lines.order_by("pk").values_list("reserved", "short"))


def test_a_count_above_what_is_reserved_changes_stock_alone() -> None:
    sku = cast.make_sku(on_hand=10)
    order = cast.paid_order(basket={sku.pk: 4})
    result = count(sku, 7)
    assert (result.before, result.after, result.taken) == (10, 7, {})
    assert stock_of(sku.pk) == (7, 4)
    assert not fresh(order).is_short


def test_a_count_below_takes_from_the_newest_orders_and_makes_them_short() -> None:
    sku = cast.make_sku(on_hand=10)
    old, middle, new = (cast.paid_order(basket={sku.pk: 3}) for _ in range(3))
    result = count(sku, 4)
    assert stock_of(sku.pk) == (4, 4)
    assert [lines_of(order) for order in (old, middle, new)] == [[(3, 0)], [(1, 2)], [(0, 3)]]
    assert [fresh(order).is_short for order in (old, middle, new)] == [False, True, True]
    assert result.taken == {new.number: 3, middle.number: 2}
    assert verbs_of(new)[-1] == "run_short"


def test_a_short_order_rings_and_stands_in_the_queue() -> None:
    sku = cast.make_sku(on_hand=2)
    order = cast.paid_order(basket={sku.pk: 2})
    count(sku, 0)
    drain()
    assert Alert.objects.filter(kind=AlertKind.STOCK_SHORT, order=order, handled_at=None).count() == 1


def test_the_event_says_who_lost_what() -> None:
    sku = cast.make_sku(on_hand=2)
    order = cast.paid_order(basket={sku.pk: 2})
    count(sku, 1)
    event = Event.objects.get(verb="stock.correct")
    assert event.data == {"before": 2, "after": 1, "reason": "盘点", "taken": {order.number: 1}}


def test_an_unpaid_order_loses_its_reservation_and_gets_what_is_there_when_it_is_paid() -> None:
    sku = cast.make_sku(on_hand=5)
    order = cast.place(basket={sku.pk: 3})
    count(sku, 2)
    assert (lines_of(order), fresh(order).is_short) == ([(2, 0)], False)
    cast.pay(order)
    assert (lines_of(order), fresh(order).is_short) == ([(2, 1)], True)


def test_goods_found_again_go_back_to_the_short_order() -> None:
    sku = cast.make_sku(on_hand=2)
    order = cast.paid_order(basket={sku.pk: 2})
    count(sku, 0)
    count(sku, 5)
    drain()
    restock_order(order.pk)
    assert (lines_of(order), fresh(order).is_short) == ([(2, 0)], False)


def test_an_order_that_is_short_already_becomes_shorter_without_a_second_event() -> None:
    sku = cast.make_sku(on_hand=3)
    order = cast.paid_order(basket={sku.pk: 3})
    count(sku, 2)
    count(sku, 1)
    assert lines_of(order) == [(1, 2)]
    assert verbs_of(order).count("run_short") == 1


def test_cash_on_delivery_counts_like_a_paid_order() -> None:
    sku = cast.make_sku(on_hand=2)
    order = cast.place(basket={sku.pk: 2}, pay_method=PayMethod.COD)
    count(sku, 0)
    assert fresh(order).is_short


def test_several_skus_are_counted_together_or_not_at_all() -> None:
    first, second = cast.make_sku(on_hand=5), cast.make_sku(on_hand=5)
    with refused("stock_moved"):
        counts = [Count(first.pk, 1, 5), Count(second.pk, 1, 4)]
        count_stock(counts, reason="盘点", actor=cast.clerk("warehouse"))
    assert (stock_of(first.pk), stock_of(second.pk)) == ((5, 0), (5, 0))


def test_what_moved_since_it_was_seen_must_be_counted_again() -> None:
    sku = cast.make_sku(on_hand=5)
    count(sku, 4)
    with refused("stock_moved") as caught:
        count(sku, 5, seen=5)
    assert caught.value.extra["now"] == 4


def test_the_same_count_again_changes_nothing() -> None:
    sku = cast.make_sku(on_hand=5)
    count(sku, 4)
    count(sku, 4, seen=4)
    assert Event.objects.filter(verb="stock.correct").count() == 1


def test_it_needs_the_capability_a_reason_and_a_sku() -> None:
    sku = cast.make_sku()
    with refused("forbidden", 403):
        count(sku, 1, role="order_clerk")
    with refused("reason_required"):
        count_stock([Count(sku.pk, 1)], reason=" ", actor=cast.clerk("warehouse"))
    with refused("not_found", 404):
        count_stock([Count(987654, 1)], reason="盘点", actor=cast.clerk("warehouse"))


@pytest.mark.parametrize("reserved", [1, 5])
def test_one_order_with_the_same_sku_never_loses_more_than_it_has(reserved: int) -> None:
    sku = cast.make_sku(on_hand=reserved)
    cast.paid_order(basket={sku.pk: reserved})
    count(sku, 0)
    assert stock_of(sku.pk) == (0, 0)
