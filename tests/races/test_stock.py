"""The last pieces, and orders that share them."""

import threading

from django.db.models import F

from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines
from orders.shipping.services.ship import ship_order
from shop.catalog.models import Sku
from shop.catalog.stock import changes as stock
from shop.catalog.stock.changes import correct_stock
from shop.store.choices import PayMethod, ReserveOn
from tests import cast
from tests.expect import fresh, stock_of
from tests.races.conftest import Rendezvous, codes_of, run_together


def test_twenty_buyers_and_one_piece():
    sku = cast.make_sku(on_hand=1)
    buyers = [cast.make_customer() for _ in range(20)]
    results = run_together([lambda b=buyer: cast.place(b, basket={sku.pk: 1}) for buyer in buyers])
    assert codes_of(results) == ["ok"] + ["out_of_stock"] * 19
    assert stock_of(sku.pk) == (1, 1)


def test_checked_before_it_is_taken_stock_would_meet_the_constraint(monkeypatch):
    sku = cast.make_sku(on_hand=1)
    buyers = [cast.make_customer() for _ in range(4)]
    rendezvous = Rendezvous(4)

    def check_then_take(quantities, **_kwargs):
        for sku_id, pieces in quantities.items():
            assert Sku.objects.get(pk=sku_id).sellable >= pieces
            rendezvous.meet()
            Sku.objects.filter(pk=sku_id).update(reserved=F("reserved") + pieces)

    monkeypatch.setattr("orders.services.place.reserve_stock", check_then_take)
    results = run_together([lambda b=buyer: cast.place(b, basket={sku.pk: 1}) for buyer in buyers])
    assert codes_of(results) == ["IntegrityError"] * 3 + ["ok"]
    _enter_what_the_control_left_out(sku)


def _enter_what_the_control_left_out(sku):
    """The control wrote no movement: enter it, so that the books can be checked as everywhere."""
    order = Order.objects.get()
    sku.movements.create(
        kind="reserve", reserved_delta=1, order_id=order.pk, actor_kind="system", at=order.placed_at
    )


def test_paying_for_the_last_piece_makes_all_but_one_short():
    cast.open_shop(reserve_on=ReserveOn.PAYING)
    sku = cast.make_sku(on_hand=1)
    orders = [cast.place(basket={sku.pk: 1}) for _ in range(8)]
    attempts = [cast.open_attempt(order.pk, actor=cast.buyer(order)) for order in orders]
    acts = [lambda o=o, a=a: cast.pay(o, attempt=a) for o, a in zip(orders, attempts, strict=True)]
    assert codes_of(run_together(acts)) == ["ok"] * 8
    assert Order.objects.filter(is_short=True).count() == 7
    assert stock_of(sku.pk) == (1, 1)


def test_without_row_locks_paying_meets_the_constraint(switch_off_row_locks, monkeypatch):
    cast.open_shop(reserve_on=ReserveOn.PAYING)
    sku = cast.make_sku(on_hand=1)
    orders = [cast.place(basket={sku.pk: 1}) for _ in range(3)]
    attempts = [cast.open_attempt(order.pk, actor=cast.buyer(order)) for order in orders]
    rendezvous = Rendezvous(3)
    in_bulk = Sku.objects.none().__class__.in_bulk

    def read_together(rows, *args, **kwargs):
        found = in_bulk(rows, *args, **kwargs)
        rendezvous.meet()
        return found

    monkeypatch.setattr("django.db.models.query.QuerySet.in_bulk", read_together)
    acts = [lambda o=o, a=a: cast.pay(o, attempt=a) for o, a in zip(orders, attempts, strict=True)]
    assert {*codes_of(run_together(acts))} == {"IntegrityError", "ok"}


def place_opposite_baskets(monkeypatch, sorting) -> tuple[list[str], tuple[int, int]]:
    """Two buyers whose baskets name two SKUs the other way round; each waits for the other after its first one."""
    one, two = cast.make_sku(on_hand=500), cast.make_sku(on_hand=500)
    rendezvous, take, has_met = Rendezvous(2), stock._take_free, threading.local()

    def take_and_meet(sku_id, quantity):
        found = take(sku_id, quantity)
        if not hasattr(has_met, "yes"):
            has_met.yes = True
            rendezvous.meet()
        return found

    monkeypatch.setattr(stock, "_take_free", take_and_meet)
    monkeypatch.setattr(stock, "sorted", sorting, raising=False)
    buyers = [cast.make_customer() for _ in range(2)]
    baskets = [{one.pk: 1, two.pk: 1}, {two.pk: 1, one.pk: 1}]
    acts = [
        lambda b=buyer, basket=basket: cast.place(b, basket=basket, pay_method=PayMethod.COD)
        for buyer, basket in zip(buyers, baskets, strict=True)
    ]
    return codes_of(run_together(acts)), (stock_of(one.pk)[1], stock_of(two.pk)[1])


def test_baskets_in_opposite_order_never_wait_in_a_circle(monkeypatch):
    codes, reserved = place_opposite_baskets(monkeypatch, sorted)
    assert (codes, reserved) == (["ok", "ok"], (2, 2))


def test_without_one_order_of_locks_they_do(monkeypatch):
    codes, reserved = place_opposite_baskets(monkeypatch, lambda items: list(items))
    assert (codes, reserved) == (["OperationalError", "ok"], (1, 1))


def test_sixteen_baskets_of_both_kinds_are_all_placed():
    one, two = cast.make_sku(on_hand=500), cast.make_sku(on_hand=500)
    buyers = [cast.make_customer() for _ in range(16)]
    baskets = [{one.pk: 1, two.pk: 1}, {two.pk: 1, one.pk: 1}]
    acts = [
        lambda b=buyer, n=n: cast.place(
            b, basket=baskets[n % 2], pay_method=(PayMethod.COD, PayMethod.WECHAT)[n // 2 % 2]
        )
        for n, buyer in enumerate(buyers)
    ]
    assert codes_of(run_together(acts)) == ["ok"] * 16
    assert stock_of(one.pk) == stock_of(two.pk) == (500, 16)


def test_one_form_sent_many_times_cancels_its_pieces_once():
    order = cast.paid_order(basket={cast.make_sku().pk: 20})
    line = order.lines.get().pk
    press = [
        lambda: cancel_lines(
            order.pk, quantities={line: 1}, reason="x", actor=cast.clerk(), expected_version=order.version
        )
    ]
    assert codes_of(run_together(press * 8)) == ["already_done"] * 7 + ["ok"]
    assert fresh(order).pieces_cancelled == 1


def test_shipping_and_counting_the_same_article():
    sku = cast.make_sku(on_hand=40)
    orders = [cast.prepared_order(basket={sku.pk: 2}) for _ in range(6)]
    acts = [lambda o=o: ship_order(o.pk, parcels=[cast.parcel()], actor=cast.clerk()) for o in orders]
    acts.append(lambda: correct_stock(sku.pk, on_hand=100, reason="盘点", actor=cast.clerk()))
    assert codes_of(run_together(acts)) == ["ok"] * 7
    assert stock_of(sku.pk)[1] == 0
