"""Two stations at one moment: the last piece counts once, an order has one packing, a parcel goes once."""

from collections.abc import Callable

import pytest

from orders.models import Order
from orders.packing.models import Packing
from orders.packing.services.opening import open_packing
from orders.packing.services.scanning import count_goods, undo_scan
from orders.packing.services.sending import ask_label, set_number, ship_packed
from orders.payments.changes.cancelling import cancel_paid
from orders.shipping.models import Parcel
from shop.catalog.models import Sku
from shop.moves import services
from tests import cast
from tests.expect import fresh
from tests.packing.acts import WANG, begin, fill_box, order_of, packed, press, scan, told
from tests.races.conftest import Rendezvous, codes_of, run_together
from tests.waybills.conftest import set_up_couriers

STATIONS = 4
BOTH_LOCKS = (Order, Packing)


def scan_once(order: Order, sku: Sku) -> Callable[[], str]:
    return lambda: str(count_goods(order.pk, sku, code=sku.code, press=press()).verdict)


def switch_off_locks(monkeypatch: pytest.MonkeyPatch, racers: int) -> None:
    """Nobody locks an order or its packing, and all have read before any of them writes."""
    rendezvous, lock_row = Rendezvous(racers), services.lock_row

    def read_and_meet(model, pk, *, actor=None):
        if model not in BOTH_LOCKS:
            return lock_row(model, pk, actor=actor)
        found = model._default_manager.get(pk=pk)
        if model is Order:
            rendezvous.meet()
        return found

    monkeypatch.setattr("shop.moves.services.lock_row", read_and_meet)


def test_the_last_piece_counts_once() -> None:
    order, sku = order_of(1)
    begin(order)
    verdicts = run_together([scan_once(order, sku)] * STATIONS)
    assert sorted(verdicts) == ["extra"] * (STATIONS - 1) + ["right"]
    assert packed(order) == 1
    assert told(order) == ["begin", *["wrong"] * (STATIONS - 1)]


def test_without_the_lock_it_counts_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    order, sku = order_of(1)
    begin(order)
    switch_off_locks(monkeypatch, 2)
    # Both have looked into the box before either puts its piece there.
    looked, judge = Rendezvous(2), count_goods.__globals__["read_box"]

    def look_and_meet(*args):
        box = judge(*args)
        looked.meet()
        return box

    monkeypatch.setattr("orders.packing.services.scanning.read_box", look_and_meet)
    assert run_together([scan_once(order, sku)] * 2) == ["right", "right"]
    assert packed(order) == 2


def test_one_request_sent_many_times_at_once_counts_once() -> None:
    order, sku = order_of(9)
    begin(order)
    same = press(key="a" * 32)
    act = lambda: count_goods(order.pk, sku, code=sku.code, press=same).pk  # noqa: E731
    assert len(set(run_together([act] * STATIONS))) == 1
    assert packed(order) == 1


def test_without_the_lock_the_key_stands_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    order, sku = order_of(9)
    begin(order)
    same = press(key="a" * 32)
    looked, find = Rendezvous(2), count_goods.__globals__["find_repeat"]

    def look_and_meet(*args):
        found = find(*args)
        looked.meet()
        return found

    switch_off_locks(monkeypatch, 2)
    monkeypatch.setattr("orders.packing.services.scanning.find_repeat", look_and_meet)
    act = lambda: count_goods(order.pk, sku, code=sku.code, press=same)  # noqa: E731
    assert codes_of(run_together([act] * 2)) == ["IntegrityError", "ok"]
    assert packed(order) == 1


def test_an_order_has_one_packing_and_the_other_hears_whose() -> None:
    order, _sku = order_of()
    acts = [lambda: open_packing(order.pk, press()), lambda: open_packing(order.pk, press(WANG))]
    assert codes_of(run_together(acts)) == ["being_packed", "ok"]
    assert Packing.objects.count() == 1


def test_without_the_lock_the_table_holds_one(monkeypatch: pytest.MonkeyPatch) -> None:
    order, _sku = order_of()
    switch_off_locks(monkeypatch, 2)
    found, find = Rendezvous(2), open_packing.__globals__["find_open_packing"]

    def look_and_meet(order_id):
        packing = find(order_id)
        found.meet()
        return packing

    monkeypatch.setattr("orders.packing.services.opening.find_open_packing", look_and_meet)
    acts = [lambda: open_packing(order.pk, press()), lambda: open_packing(order.pk, press(WANG))]
    assert codes_of(run_together(acts)) == ["IntegrityError", "ok"]
    assert Packing.objects.count() == 1


def test_one_takes_it_over_of_two_who_agreed_to_the_same() -> None:
    order, _sku = order_of()
    packing = begin(order)
    others = [cast.clerk("warehouse", name=f"打包 {n}", id_=10 + n) for n in range(2)]
    ask = f"take:{packing.pk}.{packing.version}"
    acts = [lambda actor=actor: open_packing(order.pk, press(actor), agreed=ask) for actor in others]
    assert codes_of(run_together(acts)) == ["being_packed", "ok"]
    assert told(order) == ["begin", "take_over"]


def test_shipping_scanned_at_two_stations_sends_one_parcel() -> None:
    order, sku = order_of(1)
    fill_box(order, sku)
    set_number(order.pk, "SF1234567890123", press=press())
    acts = [lambda: ship_packed(order.pk, press())] * STATIONS
    assert codes_of(run_together(acts)) == ["already_done"] * (STATIONS - 1) + ["ok"]
    assert (Parcel.objects.count(), told(order)) == (1, ["begin", "done"])


def test_the_label_scanned_at_many_stations_is_asked_for_once() -> None:
    set_up_couriers()
    order, sku = order_of(1)
    fill_box(order, sku)
    waybills = run_together([lambda: ask_label(order.pk, press()).pk] * STATIONS)
    assert len(set(waybills)) == order.waybills.count() == 1


def test_undo_scanned_twice_at_once_takes_back_two_pieces() -> None:
    order, sku = order_of(3)
    fill_box(order, sku)
    assert codes_of(run_together([lambda: undo_scan(order.pk, press())] * 2)) == ["ok", "ok"]
    assert packed(order) == 1


def test_a_scan_and_a_cancellation_are_one_after_the_other() -> None:
    for _round in range(4):
        order, sku = order_of(2)
        begin(order)
        acts = [
            scan_once(order, sku),
            lambda pk=order.pk: cancel_paid(pk, reason="缺货", actor=cast.clerk()),
        ]
        scanned, cancelled = run_together(acts)
        assert not isinstance(cancelled, Exception) and fresh(order).stage == "closed"
        assert scanned == "right" or scanned.code == "wrong_stage"
        assert packed(order) == (1 if scanned == "right" else 0)


def test_shipping_and_a_cancellation_never_both() -> None:
    for _round in range(4):
        order, sku = order_of(1)
        fill_box(order, sku)
        number = f"SF{order.pk:013d}"
        set_number(order.pk, number, press=press())
        acts = [
            lambda pk=order.pk: ship_packed(pk, press()),
            lambda pk=order.pk: cancel_paid(pk, reason="缺货", actor=cast.clerk()),
        ]
        results = run_together(acts)
        assert sum(isinstance(result, Exception) for result in results) == 1
        assert fresh(order).stage == ("closed" if isinstance(results[0], Exception) else "shipped")
        assert Parcel.objects.filter(tracking_no=number).count() == (fresh(order).stage == "shipped")


def test_a_wrong_scan_and_a_right_one_both_stand() -> None:
    order, sku = order_of(2)
    other = cast.make_sku()
    begin(order)
    verdicts = run_together([scan_once(order, sku), scan_once(order, other)])
    assert (sorted(verdicts), packed(order), told(order)) == (["right", "wrong"], 1, ["begin", "wrong"])
    assert scan(order, sku).verdict == "right"
