"""What an order costs and holds is changed while it is paid, sent, cancelled or joined."""

from contextvars import ContextVar
from dataclasses import replace

import pytest
from django.db import transaction

from orders.models import Order
from orders.payments.changes.addressing import change_address
from orders.payments.changes.cancelling import cancel_lines
from orders.payments.changes.difference import Difference
from orders.payments.changes.swapping import Swap, change_lines
from orders.payments.changes.waiving import waive_owed
from orders.payments.services.attempts import open_attempt
from orders.shipping.models import Parcel, ParcelLine, ParcelState
from orders.shipping.services import ship as shipping
from orders.shipping.services import together
from orders.shipping.services.joining import find_live_parcel
from orders.shipping.services.ship import NewParcel, ship_order, undo_ship
from orders.shipping.services.together import ship_together
from orders.stages import Stage
from tests import cast
from tests.expect import fresh, stock_of
from tests.races.conftest import Rendezvous, codes_of, run_together

CLERKS = [cast.clerk("order_clerk", id_=n, name=f"店员{n}") for n in range(1, 9)]
FAR = replace(cast.HOME, province="西藏自治区", city="拉萨市", district="城关区")
ROUNDS = 6


def swap_of(order: Order, sku_id: int, pieces: int = 1) -> Swap:
    return Swap(order.lines.earliest("id").pk, pieces, sku_id, 1)


def test_the_last_pieces_of_a_line_are_replaced_once():
    order, other = cast.paid_order(basket={cast.make_sku(on_hand=9).pk: 2}), cast.make_sku(on_hand=9)
    wanted = swap_of(order, other.pk, pieces=2)
    results = run_together([lambda by=by: change_lines(order.pk, wanted, actor=by) for by in CLERKS])
    assert codes_of(results) == ["more_than_left"] * 7 + ["ok"]
    assert stock_of(other.pk) == (9, 1)


def test_without_the_lock_the_version_is_the_last_guard(switch_off_order_lock):
    sku, other = cast.make_sku(on_hand=50), cast.make_sku(on_hand=9)
    cast.place(basket={sku.pk: 20})  # so that no stock constraint speaks before the version
    order = cast.paid_order(basket={sku.pk: 2})
    wanted = swap_of(order, other.pk, pieces=2)
    switch_off_order_lock(2)
    codes = codes_of(
        run_together([lambda by=by: change_lines(order.pk, wanted, actor=by) for by in CLERKS[:2]])
    )
    assert codes == ["ok", "stale"]


def test_goods_that_change_places_never_wait_for_each_other():
    """Two orders swap the same two articles in opposite directions, over and over."""
    skus = [cast.make_sku(on_hand=50, price_fen=20_00) for _ in range(2)]
    for _ in range(ROUNDS):
        orders = [cast.paid_order(basket={sku.pk: 1}) for sku in skus]
        acts = [
            lambda order=order, sku=sku: change_lines(order.pk, swap_of(order, sku.pk), actor=CLERKS[0])
            for order, sku in zip(orders, reversed(skus), strict=True)
        ]
        assert codes_of(run_together(acts)) == ["ok", "ok"]


def test_changed_or_shipped():
    for _ in range(ROUNDS):
        order, other = cast.prepared_order(), cast.make_sku(price_fen=35_00)
        change = lambda: change_lines(order.pk, swap_of(order, other.pk), actor=CLERKS[0])  # noqa: B023, E731
        ship = lambda: ship_order(order.pk, parcels=[cast.parcel()], actor=CLERKS[1])  # noqa: B023, E731
        codes = codes_of(run_together([change, ship]))
        assert codes in (["ok", "ok"], ["ok", "wrong_stage"])
        assert fresh(order).stage == Stage.SHIPPED


def test_changed_or_cancelled():
    for _ in range(ROUNDS):
        order, other = cast.paid_order(basket={cast.make_sku().pk: 2}), cast.make_sku()
        line = order.lines.get()
        change = lambda: change_lines(order.pk, swap_of(order, other.pk, 2), actor=CLERKS[0])  # noqa: B023, E731
        cancel = lambda: cancel_lines(  # noqa: E731
            order.pk,  # noqa: B023
            quantities={line.pk: 2},  # noqa: B023
            reason="x",
            actor=CLERKS[1],
        )
        assert codes_of(run_together([change, cancel])) in (["more_than_left", "ok"], ["ok", "wrong_stage"])


def owing() -> Order:
    order = cast.paid_order()
    rules = cast.set_freight(10_00).rules
    rules.update(position=1)
    rules.create(position=0, regions=["540000"], first_fen=18_00)
    return change_address(order.pk, to=FAR, difference=Difference.SETTLE, actor=CLERKS[0])


def test_waived_once_however_often_it_is_pressed():
    order = owing()
    results = run_together([lambda by=by: waive_owed(order.pk, reason="x", actor=by) for by in CLERKS])
    assert codes_of(results) == ["nothing_owed"] * 7 + ["ok"]


def test_paid_or_waived_the_money_is_accounted_for():
    """Who waives asks the gateway first; a payment that came in between goes back by itself."""
    for _ in range(ROUNDS):
        order = owing()
        attempt = open_attempt(order.pk, actor=cast.buyer(order))
        pay = lambda: cast.pay(order, attempt=attempt)  # noqa: B023, E731
        waive = lambda: waive_owed(order.pk, reason="x", actor=CLERKS[1])  # noqa: B023, E731
        run_together([pay, waive])
        assert fresh(order).owed_fen == 0


def pair() -> list[Order]:
    customer, sku = cast.make_customer(), cast.make_sku(on_hand=50)
    return [cast.prepared_order(customer=customer, basket={sku.pk: 1}) for _ in range(2)]


def test_two_people_put_the_same_orders_together_from_either_side():
    for number in range(ROUNDS):
        one, other = pair()
        parcels = [NewParcel("SF", f"SF0000000000{number}{side}") for side in "12"]
        acts = [
            lambda: ship_together(one.pk, others=[other.pk], parcels=parcels[:1], actor=CLERKS[0]),  # noqa: B023
            lambda: ship_together(other.pk, others=[one.pk], parcels=parcels[1:], actor=CLERKS[1]),  # noqa: B023
        ]
        assert codes_of(run_together(acts)) == ["already_done", "ok"]
        assert Parcel.objects.latest("pk").lines.count() == 2


def test_goods_never_follow_into_a_parcel_that_is_being_taken_back():
    for number in range(ROUNDS):
        one, other = pair()
        parcel = NewParcel("SF", f"SF1000000000{number}", may_join=True)
        ship_order(one.pk, parcels=[parcel], actor=CLERKS[0])
        sent = Parcel.objects.latest("pk")
        acts = [
            lambda: ship_order(other.pk, parcels=[parcel], actor=CLERKS[1]),  # noqa: B023
            lambda: undo_ship(sent.pk, actor=CLERKS[0]),  # noqa: B023
        ]
        assert "ok" in codes_of(run_together(acts))
        undone = ParcelLine.objects.filter(parcel__state=ParcelState.UNDONE, order_line__shipped__gt=0)
        sent_again = ParcelLine.objects.exclude(parcel__state=ParcelState.UNDONE).values("order_line")
        assert not undone.exclude(order_line__in=sent_again).exists()


def ship_pair(one: Order, other: Order, number: str, actor=CLERKS[0]):
    parcel = NewParcel("SF", number)
    return lambda: ship_together(one.pk, others=[other.pk], parcels=[parcel], actor=actor)


def test_without_the_lock_of_the_orders_the_database_is_the_last_guard(switch_off_order_lock):
    """It lets one of them through: the other is refused, or would have waited for ever."""
    one, other = pair()
    switch_off_order_lock(2)
    acts = [ship_pair(one, other, "SF20000000001"), ship_pair(other, one, "SF20000000002", CLERKS[1])]
    codes = codes_of(run_together(acts))
    assert codes[-1] == "ok" and codes[0] in ("OperationalError", "nothing_chosen", "stale")
    assert Parcel.objects.get().lines.count() == 2


def test_locked_as_they_were_chosen_two_who_ship_together_would_wait_for_each_other(monkeypatch):
    one, other = pair()
    rendezvous, lock = Rendezvous(2), together.lock_order

    def lock_and_meet(*args, **kwargs):
        order = lock(*args, **kwargs)
        rendezvous.meet()
        return order

    monkeypatch.setattr(together, "lock_order", lock_and_meet)
    as_chosen = lambda ids: CHOSEN.get() if isinstance(ids, set) else sorted(ids)  # noqa: E731
    monkeypatch.setattr(together, "sorted", as_chosen, raising=False)
    acts = [
        in_order([one.pk, other.pk], ship_pair(one, other, "SF20000000003")),
        in_order([other.pk, one.pk], ship_pair(other, one, "SF20000000004", CLERKS[1])),
    ]
    assert codes_of(run_together(acts)) == ["OperationalError", "ok"]


CHOSEN: ContextVar[list[int]] = ContextVar("chosen")


def in_order(ids: list[int], act):
    """The act, for whose thread orders come in the order in which they were chosen."""

    def run():
        CHOSEN.set(ids)
        return act()

    return run


def undone_goods() -> int:
    """Lines that count as sent and lie in nothing but a parcel that was taken back."""
    undone = ParcelLine.objects.filter(parcel__state=ParcelState.UNDONE, order_line__shipped__gt=0)
    sent_again = ParcelLine.objects.exclude(parcel__state=ParcelState.UNDONE).values("order_line")
    return undone.exclude(order_line__in=sent_again).count()


def test_without_the_locks_of_number_and_parcel_goods_would_follow_into_one_that_was_taken_back(monkeypatch):
    one, other = pair()
    parcel = NewParcel("SF", "SF30000000001", may_join=True)
    ship_order(one.pk, parcels=[parcel], actor=CLERKS[0])
    sent = Parcel.objects.get()

    def read_and_be_late(_order, wanted):
        found = find_live_parcel(wanted).get()
        assert codes_of(run_together([lambda: undo_ship(sent.pk, actor=CLERKS[0])])) == ["ok"]
        return found

    monkeypatch.setattr(shipping, "lock_numbers", lambda _numbers: None)
    monkeypatch.setattr(shipping, "lock_to_join", read_and_be_late)
    with transaction.atomic():
        ship_order(other.pk, parcels=[parcel], actor=CLERKS[1])
        assert undone_goods() == 1
        transaction.set_rollback(True)
    assert undone_goods() == 0


def test_without_looking_again_the_parcel_would_be_taken_back_for_some_of_its_orders(monkeypatch):
    """What follows into it after its orders were read is seen under the lock of the parcel."""
    one, other = pair()
    parcel = NewParcel("SF", "SF30000000002", may_join=True)
    ship_order(one.pk, parcels=[parcel], actor=CLERKS[0])
    sent = Parcel.objects.get()
    lock = shipping.lock_orders_of_parcel

    def lock_and_be_late(*args, **kwargs):
        orders = lock(*args, **kwargs)
        assert codes_of(run_together([lambda: ship_order(other.pk, parcels=[parcel], actor=CLERKS[1])])) == [
            "ok"
        ]
        return orders

    monkeypatch.setattr(shipping, "lock_orders_of_parcel", lock_and_be_late)
    assert codes_of(run_together([lambda: undo_ship(sent.pk, actor=CLERKS[0])])) == ["parcel_changed"]
    monkeypatch.setattr(shipping, "list_order_ids", lambda _pk: [one.pk])
    monkeypatch.setattr(shipping, "lock_orders_of_parcel", lock)
    with pytest.raises(KeyError):
        undo_ship(sent.pk, actor=CLERKS[0])


def test_without_the_lock_waiving_twice_meets_the_version(switch_off_order_lock):
    order = owing()
    switch_off_order_lock(2)
    acts = [lambda by=by: waive_owed(order.pk, reason="x", actor=by) for by in CLERKS[:2]]
    assert codes_of(run_together(acts)) == ["ok", "stale"]
