"""A stock-take against everything that moves the same stock at the same moment."""

from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines
from orders.services import stocktake
from orders.services.stocktake import Count, count_stock
from orders.shipping.services.ship import ship_order
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import stock_of
from tests.races.conftest import Rendezvous, codes_of, run_together


def count(sku, pieces):
    return lambda: count_stock([Count(sku.pk, pieces)], reason="盘点", actor=cast.clerk())


def test_counting_against_placing_shipping_and_cancelling_keeps_the_books():
    sku = cast.make_sku(on_hand=40)
    cod = {"pay_method": PayMethod.COD}
    old = [cast.prepared_order(basket={sku.pk: 3}) for _ in range(6)]
    acts = [count(sku, pieces) for pieces in (20, 9, 3)]
    acts += [
        lambda o=order: ship_order(o.pk, parcels=[cast.parcel()], actor=cast.clerk()) for order in old[:3]
    ]
    acts += [
        lambda o=order: cancel_lines(
            o.pk, quantities={o.lines.get().pk: 1}, reason="缺货", actor=cast.clerk()
        )
        for order in old[3:]
    ]
    acts += [lambda: cast.place(basket={sku.pk: 2}, **cod) for _ in range(4)]
    results = run_together(acts)
    # Whoever lost a race was told so; nobody met a deadlock or a constraint, and somebody counted.
    assert codes_of(results[:3]) != ["busy"] * 3
    assert set(codes_of(results)) <= {"ok", "short", "line_short", "out_of_stock", "busy"}
    on_hand, reserved = stock_of(sku.pk)
    assert 0 <= reserved <= on_hand


def test_two_counts_at_once_take_each_piece_once():
    sku = cast.make_sku(on_hand=12)
    for _ in range(6):
        cast.paid_order(basket={sku.pk: 2})
    assert codes_of(run_together([count(sku, 4), count(sku, 4), count(sku, 4)])) == ["ok"] * 3
    assert stock_of(sku.pk) == (4, 4)
    assert Order.objects.filter(is_short=True).count() == 4


def test_an_order_placed_between_the_look_and_the_locks_is_the_newest(monkeypatch):
    sku = cast.make_sku(on_hand=10)
    cast.paid_order(basket={sku.pk: 5})
    look, late = stocktake.plan_taking, []

    def look_then_place(*args):
        found = look(*args)
        if not late:
            late.append(None)
            run_together([lambda: late.append(cast.place(basket={sku.pk: 5}, pay_method=PayMethod.COD))])
        return found

    monkeypatch.setattr(stocktake, "plan_taking", look_then_place)
    (result,) = count(sku, 5)()
    assert result.taken == {late[1].number: 5}


def test_without_the_second_look_a_reservation_would_be_taken_from_an_order_that_gave_it_up(
    switch_off_row_locks, monkeypatch
):
    """The negative control: two counts that lock nothing take the same pieces twice, and a guard refuses."""
    sku = cast.make_sku(on_hand=4)
    cast.paid_order(basket={sku.pk: 4})
    rendezvous, look = Rendezvous(2), stocktake.plan_taking

    def look_together(*args):
        found = look(*args)
        rendezvous.meet()
        return found

    monkeypatch.setattr(stocktake, "plan_taking", look_together)
    codes = codes_of(run_together([count(sku, 1), count(sku, 2)]))
    assert codes in (["IntegrityError", "ok"], ["ok", "stale"])
