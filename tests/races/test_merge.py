"""Orders are put into one parcel while they are changed, cancelled, sent or labelled."""

from collections import Counter

import pytest
from django.db import transaction

from orders.models import Order
from orders.moves import lock_order
from orders.payments.changes.addressing import change_address
from orders.payments.changes.cancelling import cancel_paid
from orders.services import merging
from orders.services.merging import merge_orders, separate_order
from orders.services.place import Recipient
from orders.shipping.services.ship import ship_order
from orders.stages import Stage
from orders.waybills.models import Waybill
from orders.waybills.services.asking import Wish
from orders.waybills.services.whole import request_whole
from shop.events.delivery import deliver_batch
from tests import cast
from tests.expect import fresh
from tests.races.conftest import Rendezvous, codes_of, run_together
from tests.waybills.conftest import set_up_couriers

ROUNDS = 6
CLERKS = [cast.clerk(name="王店长", id_=1), cast.clerk("warehouse", name="李四", id_=2)]
ELSEWHERE = Recipient("李雷", "13800002222", "浙江省", "杭州市", "西湖区", "文三路9号")


def make_orders(count: int = 3) -> list[Order]:
    customer = cast.make_customer()
    # What others have reserved keeps constraints of stock from speaking before the version.
    sku = cast.make_sku(on_hand=50)
    cast.place(basket={sku.pk: 20})
    return [cast.prepared_order(customer=customer, basket={sku.pk: 1}) for _ in range(count)]


def merge(*orders: Order, actor=CLERKS[0]):
    return lambda: merge_orders([order.pk for order in orders], actor=actor)


def settle() -> None:
    while deliver_batch():
        pass


def list_bundles(orders: list[Order]) -> list[int]:
    """How many orders go in each parcel that several go in."""
    bundles = Counter(fresh(order).bundle for order in orders)
    return sorted(count for bundle, count in bundles.items() if bundle is not None)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_who_merge_with_the_same_order_leave_one_bundle(_round):
    first, second, third = orders = make_orders()
    results = run_together([merge(first, second), merge(third, second, actor=CLERKS[1])])
    codes = codes_of(results)
    assert codes in (["ok", "ok"], ["bundle_changed", "ok"])
    assert list_bundles(orders) == ([3] if codes == ["ok", "ok"] else [2])


def test_without_the_lock_two_who_merge_meet_the_version(switch_off_order_lock):
    first, second, third = make_orders()
    switch_off_order_lock(2)
    results = run_together([merge(first, second), merge(second, third, actor=CLERKS[1])])
    assert codes_of(results) == ["ok", "stale"]


def test_locked_in_the_order_in_which_they_were_chosen_they_would_wait_for_each_other(monkeypatch):
    first, second = make_orders(2)
    rendezvous, lock = Rendezvous(2), merging._lock
    met = []

    def lock_and_meet(pk, actor, version):
        order = lock(pk, actor, version)
        if len(met) < 2:
            met.append(pk)
            rendezvous.meet()
        return order

    monkeypatch.setattr(merging, "_add_companions", lambda ids, _actor: list(ids))
    monkeypatch.setattr(merging, "_lock", lock_and_meet)
    results = run_together([merge(first, second), merge(second, first, actor=CLERKS[1])])
    assert codes_of(results) == ["OperationalError", "ok"]


def come_between(monkeypatch, act, *, looks_again: bool) -> None:
    """Do `act` after it was read what goes together and before that is locked."""
    read, known = merging._add_companions, []

    def read_and_let_in(ids, actor):
        if known:
            return read(ids, actor) if looks_again else known
        known.extend(read(ids, actor))
        assert codes_of(run_together([act])) == ["ok"]
        return known

    monkeypatch.setattr(merging, "_add_companions", read_and_let_in)


@pytest.mark.parametrize(
    ("looks_again", "code", "left"), [(True, "bundle_changed", [3]), (False, "ok", [1, 3])]
)
def test_who_comes_in_between_is_left_behind_by_nobody_who_looks_again(monkeypatch, looks_again, code, left):
    first, second, third, fourth = orders = make_orders(4)
    merge(first, second)()

    def join() -> None:
        ids = sorted([first.pk, second.pk, third.pk])
        with transaction.atomic():
            merging._move_merged([lock_order(pk, "order.merge", actor=CLERKS[1]) for pk in ids], CLERKS[1])

    come_between(monkeypatch, join, looks_again=looks_again)
    assert codes_of(run_together([merge(first, fourth)])) == [code]
    assert list_bundles(orders) == left


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_against_a_new_address_nobody_goes_along_who_lives_elsewhere(round_):
    orders = make_orders()
    change = lambda: change_address(orders[1].pk, to=ELSEWHERE, actor=CLERKS[0])  # noqa: E731
    codes = codes_of(run_together([merge(*orders, actor=CLERKS[1]), change][:: (-1) ** round_]))
    settle()
    assert codes in (["ok", "ok"], ["ok", "other_recipient"])
    assert fresh(orders[1]).bundle is None
    assert list_bundles(orders) == ([2] if codes == ["ok", "ok"] else [])


def test_without_the_lock_a_new_address_meets_the_version(switch_off_order_lock):
    orders = make_orders(2)
    switch_off_order_lock(2)
    change = lambda: change_address(orders[0].pk, to=ELSEWHERE, actor=CLERKS[0])  # noqa: E731
    assert codes_of(run_together([merge(*orders, actor=CLERKS[1]), change])) == ["ok", "stale"]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_against_cancelling_nothing_goes_along_that_is_closed(round_):
    orders = make_orders()
    cancel = lambda: cancel_paid(orders[1].pk, reason="x", actor=CLERKS[0])  # noqa: E731
    codes = codes_of(run_together([merge(*orders, actor=CLERKS[1]), cancel][:: (-1) ** round_]))
    settle()
    assert codes in (["ok", "ok"], ["ok", "wrong_stage"])
    assert (fresh(orders[1]).bundle, fresh(orders[1]).stage) == (None, Stage.CLOSED)
    assert list_bundles(orders) == ([2] if codes == ["ok", "ok"] else [])


def test_without_the_lock_cancelling_meets_the_version(switch_off_order_lock):
    orders = make_orders(2)
    switch_off_order_lock(2)
    cancel = lambda: cancel_paid(orders[0].pk, reason="x", actor=CLERKS[0])  # noqa: E731
    loser = set(codes_of(run_together([merge(*orders, actor=CLERKS[1]), cancel]))) - {"ok"}
    assert loser == {"stale"}


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_against_shipping_one_of_them_it_goes_alone(round_):
    orders = make_orders()
    ship = lambda: ship_order(orders[1].pk, parcels=[cast.parcel()], actor=CLERKS[1])  # noqa: E731
    codes = codes_of(run_together([merge(*orders), ship][:: (-1) ** round_]))
    settle()
    assert codes in (["ok", "ok"], ["already_done", "ok"], ["ok", "wrong_stage"])
    assert (fresh(orders[1]).bundle, fresh(orders[1]).stage) == (None, Stage.SHIPPED)
    assert list_bundles(orders) == ([2] if codes == ["ok", "ok"] else [])


def test_without_the_lock_shipping_meets_the_version(switch_off_order_lock):
    orders = make_orders(2)
    switch_off_order_lock(2)
    ship = lambda: ship_order(orders[0].pk, parcels=[cast.parcel()], actor=CLERKS[1])  # noqa: E731
    assert codes_of(run_together([merge(*orders), ship])) == ["ok", "stale"]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_separated_or_labelled_one_of_both_comes_first(round_):
    set_up_couriers()
    orders = make_orders()
    merge(*orders)()
    label = lambda: request_whole(orders[0].pk, wish=Wish("ZTO"), actor=CLERKS[0])  # noqa: E731
    separate = lambda: separate_order(orders[2].pk, actor=CLERKS[1])  # noqa: E731
    codes = codes_of(run_together([label, separate][:: (-1) ** round_]))
    assert codes in (["ok", "ok"], ["has_label", "ok"])
    is_separate = codes == ["ok", "ok"]
    assert fresh(orders[2]).has_label is not is_separate
    assert len(Waybill.objects.get().contents) == (2 if is_separate else 3)


def test_without_the_lock_separating_and_a_label_meet_the_version(switch_off_order_lock):
    set_up_couriers()
    orders = make_orders(2)
    merge(*orders)()
    switch_off_order_lock(2)
    label = lambda: request_whole(orders[0].pk, wish=Wish("ZTO"), actor=CLERKS[0])  # noqa: E731
    separate = lambda: separate_order(orders[1].pk, actor=CLERKS[1])  # noqa: E731
    assert codes_of(run_together([label, separate])) == ["ok", "stale"]
