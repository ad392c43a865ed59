"""The ship button pressed by many, and against cancelling."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from orders.models import Order
from orders.moves import lock_order
from orders.payments.changes.cancelling import cancel_paid, cancel_unpaid
from orders.payments.models import Refund
from orders.services.steps import receive_order
from orders.shipping.models import Parcel, ParcelLine
from orders.shipping.services import ship as shipping
from orders.shipping.services.ship import arrive_parcel, ship_order, undo_ship
from orders.stages import Stage
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, stock_of
from tests.races.conftest import Rendezvous, codes_of, run_together

ROUNDS = 6
STAFF = [cast.clerk(name="王店长", id_=1), cast.clerk("warehouse", name="李四", id_=2)]


def press_ship(order, actor, **kwargs):
    return lambda: ship_order(order.pk, parcels=[cast.parcel()], actor=actor, **kwargs)


def test_pressed_50_times_by_two_people_it_ships_once_and_the_rest_are_told_who():
    sku = cast.make_sku(on_hand=9)
    order = cast.prepared_order(basket={sku.pk: 2})
    results = run_together([press_ship(order, STAFF[n % 2]) for n in range(50)])
    assert codes_of(results) == ["already_done"] * 49 + ["ok"]
    assert all(
        "王店长" in str(told) or "李四" in str(told) for told in results if isinstance(told, Exception)
    )
    assert Parcel.objects.count() == 1
    assert stock_of(sku.pk) == (7, 0)


def order_among_others():
    """An order whose stock is also reserved by others, so that no stock constraint speaks before the version."""
    sku = cast.make_sku(on_hand=50)
    cast.place(basket={sku.pk: 20})
    return cast.prepared_order(basket={sku.pk: 1})


def test_one_form_sent_many_times_ships_its_part_once():
    order = cast.prepared_order(basket={cast.make_sku().pk: 9})
    line = order.lines.get().pk
    press = [
        lambda: ship_order(
            order.pk, parcels=[cast.parcel({line: 1})], actor=STAFF[0], expected_version=order.version
        )
    ]
    assert codes_of(run_together(press * 10)) == ["already_done"] * 9 + ["ok"]
    assert fresh(order).pieces_shipped == 1


def test_without_the_lock_the_version_is_the_last_guard(switch_off_order_lock):
    order = order_among_others()
    switch_off_order_lock(4)
    results = run_together([press_ship(order, STAFF[n % 2]) for n in range(4)])
    assert codes_of(results) == ["ok", "stale", "stale", "stale"]


def test_without_lock_and_version_it_would_ship_twice(switch_off_order_lock, monkeypatch):
    """The control of the control: what stands behind the version is the number of the event."""
    order = order_among_others()
    switch_off_order_lock(2)

    def save_blindly(self, *fields):
        values = {name: getattr(self, name) for name in fields} | {"version": self.version + 1}
        type(self)._default_manager.filter(pk=self.pk).update(**values)
        self.version += 1

    monkeypatch.setattr("shop.events.models.Versioned.save_raised", save_blindly)
    results = run_together([press_ship(order, STAFF[n]) for n in range(2)])
    assert codes_of(results) == ["IntegrityError", "ok"]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_shipping_against_cancelling_cash_on_delivery(round_):
    order = cast.place(pay_method=PayMethod.COD)
    cast.confirm_order(order.pk, actor=STAFF[0])
    acts = [press_ship(order, STAFF[1]), lambda: cancel_unpaid(order.pk, actor=cast.buyer(order))]
    results = run_together(acts[:: (-1) ** round_])
    assert codes_of(results).count("ok") == 1
    assert fresh(order).stage in (Stage.SHIPPED, Stage.CLOSED)
    assert Parcel.objects.count() == (fresh(order).stage == Stage.SHIPPED)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_shipping_against_cancelling_and_refunding(round_):
    order = cast.prepared_order()
    acts = [press_ship(order, STAFF[1]), lambda: cancel_paid(order.pk, reason="缺货", actor=STAFF[0])]
    results = run_together(acts[:: (-1) ** round_])
    assert codes_of(results).count("ok") == 1
    is_closed = fresh(order).stage == Stage.CLOSED
    assert (Refund.objects.count(), Parcel.objects.count()) == (is_closed, not is_closed)


def test_without_the_lock_cancelling_and_shipping_meet_a_last_guard(switch_off_order_lock):
    order = order_among_others()
    switch_off_order_lock(2)
    acts = [press_ship(order, STAFF[1]), lambda: cancel_paid(order.pk, reason="缺货", actor=STAFF[0])]
    loser = (set(codes_of(run_together(acts))) - {"ok"}).pop()
    # Or the database finds that the two wait for each other, which the order's lock never lets happen.
    assert loser in ("stale", "IntegrityError", "OperationalError")
    assert (Refund.objects.count(), Parcel.objects.count()) in ((0, 1), (1, 0))


def test_one_parcel_is_undone_once():
    sku = cast.make_sku(on_hand=5)
    order = cast.prepared_order(basket={sku.pk: 2})
    ship_order(order.pk, parcels=[cast.parcel()], actor=STAFF[0])
    parcel = Parcel.objects.get()
    results = run_together([lambda: undo_ship(parcel.pk, actor=STAFF[1])] * 10)
    assert codes_of(results).count("ok") == 1
    assert stock_of(sku.pk) == (5, 2)


def test_one_tracking_number_goes_to_one_order():
    orders = [cast.prepared_order() for _ in range(8)]
    parcel = cast.parcel()
    acts = [lambda o=order: ship_order(o.pk, parcels=[parcel], actor=STAFF[0]) for order in orders]
    assert codes_of(run_together(acts)) == ["duplicate_tracking"] * 7 + ["ok"]


def two_parcels_of_two_orders() -> tuple[list[Order], list[Parcel]]:
    """Each parcel holds a piece of each order; the first begins with the one, the second with the other."""
    orders = [cast.prepared_order(basket={cast.make_sku(on_hand=9).pk: 2}) for _ in range(2)]
    for order in orders:
        line = order.lines.get().pk
        for _ in range(2):
            ship_order(order.pk, parcels=[cast.parcel({line: 1})], actor=STAFF[0])
    a, spare_a, b, spare_b = Parcel.objects.order_by("pk")
    spare_b.lines.update(parcel=a)
    spare_a.lines.update(parcel=b)
    Parcel.objects.filter(pk__in=[spare_a.pk, spare_b.pk]).delete()
    return orders, [a, b]


def undo_both(parcels: list[Parcel]) -> list[str]:
    acts = [lambda pk=parcel.pk: undo_ship(pk, actor=STAFF[0]) for parcel in parcels]
    return codes_of(run_together(acts))


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_parcels_of_the_same_orders_are_undone_at_once(round_):
    orders, parcels = two_parcels_of_two_orders()
    assert undo_both(parcels[:: (-1) ** round_]) == ["ok", "ok"]
    assert [(fresh(o).pieces_shipped, fresh(o).stage) for o in orders] == [(0, Stage.PREPARING)] * 2


def test_without_the_locks_the_version_of_each_order_is_the_last_guard(switch_off_order_lock):
    orders, parcels = two_parcels_of_two_orders()
    switch_off_order_lock(2)
    assert set(undo_both(parcels)) - {"ok"} <= {"stale", "OperationalError"} != set()
    assert sum(fresh(order).pieces_shipped for order in orders) == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_locked_in_the_order_of_their_lines_they_would_wait_for_each_other(monkeypatch):
    _orders, parcels = two_parcels_of_two_orders()
    rendezvous = Rendezvous(2)

    def lock_as_they_lie(parcel_id, verb, *, actor, **_seen):
        rows = ParcelLine.objects.filter(parcel=parcel_id).order_by("order_line")
        ids = list(rows.values_list("order_line__order", flat=True))
        first, second = ids if parcel_id == parcels[0].pk else ids[::-1]
        locked = [lock_order(first, verb, actor=actor)]
        rendezvous.meet()
        return [*locked, lock_order(second, verb, actor=actor)]

    monkeypatch.setattr(shipping, "lock_orders_of_parcel", lock_as_they_lie)
    assert undo_both(parcels) == ["OperationalError", "ok"]


def test_a_parcel_arrives_for_the_others_while_one_of_its_buyers_receives():
    orders, parcels = two_parcels_of_two_orders()
    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            receive_order(orders[0].pk, actor=cast.buyer(orders[0]))
            arriving = pool.submit(run_together, [lambda: arrive_parcel(parcels[0].pk, actor=STAFF[0])])
            time.sleep(0.5)
        assert codes_of(arriving.result()) == ["ok"]
    assert [fresh(order).has_moved for order in orders] == [False, True]
