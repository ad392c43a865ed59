"""Goods that come back and are sent again: each piece once, whoever presses, and against whoever else moves them."""

from typing import Any

import pytest
from django.db import transaction

from orders.models import Order, OrderLine
from orders.services.steps import receive_order
from orders.shipping.exchanges.sending import Carriage, ship_exchange
from orders.shipping.models import Parcel, Purpose
from orders.shipping.returns.taking import take_back
from orders.shipping.services.ship import undo_ship
from orders.stages import Stage
from shop.catalog.models import Sku, StockMovement
from shop.catalog.stock import changes
from shop.events.models import Event
from shop.moves import services
from tests import cast
from tests.expect import fresh, stock_of
from tests.races.conftest import Act, Rendezvous, codes_of, run_together
from tests.returns.cases import CASE, line_of, received, take
from tests.shipping.cash import parcel_of

ROUNDS = 5
STAFF = [cast.clerk(name="王店长", id_=1), cast.clerk("warehouse", name="李四", id_=2)]


def take_in(order: Order, n: int = 0, pieces: int = 2) -> Act:
    """A press of one of two people, in a transaction that locks the order first, as an after-sale does."""
    pk = line_of(order).pk

    def press() -> None:
        with transaction.atomic():
            locked = services.lock_row(Order, order.pk)
            take_back(locked, {pk: pieces}, {}, actor=STAFF[n % 2], case_number=CASE)

    return press


def send_again(order: Order, n: int = 0, pieces: int = 2) -> Act:
    line = line_of(order)
    wanted = {line.pk: (line.sku_id, pieces)}

    def press() -> Parcel:
        carriage = Carriage("SF", f"SF88{n:011d}")
        with transaction.atomic():
            locked = services.lock_row(Order, order.pk)
            return ship_exchange(locked, wanted, carriage=carriage, actor=STAFF[n % 2], case_number=CASE)

    return press


def test_pressed_50_times_by_two_people_the_goods_are_taken_in_once():
    sku = cast.make_sku(on_hand=9)
    order = received(basket={sku.pk: 2})
    told = codes_of(run_together([take_in(order, n) for n in range(50)]))
    assert told == ["more_than_sent"] * 49 + ["ok"]
    assert (fresh(order).pieces_returned, stock_of(sku.pk)) == (2, (9, 0))
    assert StockMovement.objects.filter(order_id=order.pk, kind="return").count() == 1


def test_pressed_50_times_the_exchange_is_sent_once():
    sku = cast.make_sku(on_hand=9)
    order = received(basket={sku.pk: 2})
    take(order, 2)
    told = codes_of(run_together([send_again(order, n) for n in range(50)]))
    assert told == ["more_than_came_back"] * 49 + ["ok"]
    assert (fresh(order).pieces_resent, stock_of(sku.pk)) == (2, (7, 0))
    assert Parcel.objects.filter(purpose=Purpose.EXCHANGE).count() == 1


@pytest.fixture
def blind_saves(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version, which is the last guard behind the lock, is not looked at."""

    def save_blindly(self: Order, *fields: str) -> None:
        values = {name: getattr(self, name) for name in fields} | {"version": self.version + 1}
        type(self)._default_manager.filter(pk=self.pk).update(**values)
        self.version += 1

    monkeypatch.setattr("shop.events.models.Versioned.save_raised", save_blindly)


@pytest.mark.parametrize("press", [take_in, send_again])
def test_without_the_lock_the_version_is_the_last_guard(press, switch_off_order_lock):
    order = received(basket={cast.make_sku(on_hand=9).pk: 2})
    if press is send_again:
        take(order, 2)
    switch_off_order_lock(2)
    told = codes_of(run_together([press(order, n) for n in range(2)]))
    assert told == ["ok", "stale"]


@pytest.mark.parametrize(("press", "kind"), [(take_in, "return"), (send_again, "exchange")])
def test_without_lock_and_version_it_would_be_done_twice(press, kind, switch_off_order_lock, blind_saves):
    """The control of the control: what stands behind both is the number of the event, and the sum of pieces."""
    order = received(basket={cast.make_sku(on_hand=9).pk: 2})
    if press is send_again:
        take(order, 2)
    switch_off_order_lock(2)
    told = codes_of(run_together([press(order, n) for n in range(2)]))
    assert told == ["IntegrityError", "ok"]
    assert StockMovement.objects.filter(order_id=order.pk, kind=kind).count() == 1


def test_the_last_piece_on_the_shelf_is_sent_for_one_of_two_orders():
    sku = cast.make_sku(on_hand=3)
    orders = [received(basket={sku.pk: 1}) for _ in range(2)]
    for order in orders:
        take(order, 0, 1)
    told = codes_of(run_together([send_again(order, n, 1) for n, order in enumerate(orders)]))
    assert told == ["not_enough_stock", "ok"] and stock_of(sku.pk) == (0, 0)


def test_without_the_guard_in_the_statement_the_shelf_would_owe_one(monkeypatch):
    """Both have looked before either takes: what the table itself refuses is the last guard."""
    sku = cast.make_sku(on_hand=3)
    orders = [received(basket={sku.pk: 1}) for _ in range(2)]
    for order in orders:
        take(order, 0, 1)
    rendezvous = Rendezvous(2)

    def take_after_looking(sku_id: int, quantity: int) -> bool | None:
        seen = Sku.objects.get(pk=sku_id)
        rendezvous.meet()
        return changes._add(sku_id, -quantity, 0) if seen.sellable >= quantity else None

    monkeypatch.setattr(changes, "_take_unreserved", take_after_looking)
    told = codes_of(run_together([send_again(order, n, 1) for n, order in enumerate(orders)]))
    assert told == ["IntegrityError", "ok"]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_taken_in_or_undone_and_never_both(round_):
    sku = cast.make_sku(on_hand=9)
    order = cast.shipped_order(basket={sku.pk: 2})
    undo = lambda: undo_ship(parcel_of(order).pk, actor=STAFF[1])  # noqa: E731
    told = run_together([take_in(order), undo][:: (-1) ** round_])
    assert codes_of(told) in (["goods_came_back", "ok"], ["nothing_shipped", "ok"])
    now = fresh(order)
    is_undone = now.stage == Stage.PREPARING
    assert (now.pieces_shipped, now.pieces_returned) == ((0, 0) if is_undone else (2, 2))
    assert stock_of(sku.pk) == ((9, 2) if is_undone else (9, 0))


def test_without_the_lock_both_would_have_the_goods_but_for_the_sum_of_pieces(
    switch_off_order_lock, monkeypatch
):
    """Both have read the line before either writes it."""
    order = cast.shipped_order(basket={cast.make_sku(on_hand=9).pk: 2})
    parcel, rendezvous, save = parcel_of(order).pk, Rendezvous(2), OrderLine.save
    switch_off_order_lock(2)

    def save_together(line: OrderLine, **options: Any) -> None:
        rendezvous.meet()
        save(line, **options)

    monkeypatch.setattr(OrderLine, "save", save_together)
    told = codes_of(run_together([take_in(order), lambda: undo_ship(parcel, actor=STAFF[1])]))
    assert told == ["IntegrityError", "ok"]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_received_while_its_goods_are_taken_in_both_are_told(round_):
    order = cast.shipped_order(basket={cast.make_sku(on_hand=9).pk: 2})
    receive = lambda: receive_order(order.pk, actor=cast.buyer(order))  # noqa: E731
    told = codes_of(run_together([take_in(order, pieces=1), receive][:: (-1) ** round_]))
    assert told == ["ok", "ok"]
    now = fresh(order)
    assert (now.stage, now.pieces_returned) == (Stage.DONE, 1)
    events = Event.objects.filter(kind="order", subject_id=order.pk)
    assert set(events.values_list("verb", flat=True)) >= {"order.take_back", "order.receive"}
