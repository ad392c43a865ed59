"""The counter pressed by many: one code, two verifiers; and against cancelling, refunding and another price."""

import secrets
import time
from functools import partial

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines, cancel_paid
from orders.payments.changes.difference import Difference
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.changes.pricing import change_price
from orders.payments.models import Means, Payment, Refund
from orders.stages import Stage
from pickup.cards import find_card
from pickup.codes import make_code
from pickup.models import Verification, Verifier
from pickup.places import find_place
from pickup.services.converting import NewDelivery, change_delivery
from pickup.services.once import verify_once
from pickup.services.verifying import Collected, Handout, undo_verify
from shop.errors import Refused
from shop.http.api.idempotency import Kept
from shop.store.choices import Delivery, PayMethod
from tests import cast
from tests.expect import fresh, stock_of
from tests.pickup.counter import appoint, hand_out, unpaid, waiting
from tests.races.conftest import codes_of, run_together

ROUNDS = 200
OF_PAIRS = 6
START_S = 0.05
CLERK = cast.clerk("order_clerk", name="李四", id_=7)
MANAGER = cast.clerk("manager", name="王店长", id_=2)


def scan(code: str, verifier: Verifier) -> Kept:
    """As the phone does: the card of the code, then the button."""
    place = find_place(verifier)
    order = find_card(code, place).order
    return verify_once(order.pk, Handout(place.store.pk), secrets.token_hex(16), actor=place.actor)


def test_two_verifiers_with_one_code_200_times_one_wins_and_the_other_is_told_who():
    sku = cast.make_sku(on_hand=ROUNDS + 1)
    order = waiting(basket={sku.pk: 1})
    store = order.pickup_store
    pair = [appoint(store, nickname="小周"), appoint(store, nickname="小吴")]
    for round_ in range(ROUNDS):
        code = make_code(fresh(order)).short
        acts = [partial(scan, code, verifier) for verifier in pair]
        results = run_together(acts[:: (-1) ** round_])
        assert codes_of(results) == ["already_done", "ok"]
        (told,) = (str(result) for result in results if isinstance(result, Refused))
        assert Verification.objects.get(undone_at=None).who in told and store.name in told
        # The same order again: as many rounds with orders of their own would take minutes to be paid.
        undo_verify(order.pk, reason="下一轮", actor=MANAGER)
    assert Verification.objects.filter(undone_at=None).count() == 0
    assert Verification.objects.count() == ROUNDS
    assert stock_of(sku.pk) == (ROUNDS + 1, 1)


def test_without_the_lock_the_constraint_and_the_version_are_the_last_guards(switch_off_order_lock):
    sku = cast.make_sku(on_hand=50)
    cast.place(basket={sku.pk: 20})
    order = waiting(basket={sku.pk: 1})
    switch_off_order_lock(2)
    codes = codes_of(run_together([lambda: hand_out(order), lambda: hand_out(order, actor=MANAGER)]))
    assert codes.count("ok") == 1
    assert set(codes) - {"ok"} <= {"IntegrityError", "stale"}
    assert Verification.objects.count() == 1


def test_without_lock_and_version_a_part_would_be_handed_out_twice(switch_off_order_lock, monkeypatch):
    """The control of the control: what stands behind the version is the number of the event."""
    sku = cast.make_sku(on_hand=50)
    cast.place(basket={sku.pk: 20})
    order = waiting(basket={sku.pk: 2})
    line = order.lines.get().pk
    switch_off_order_lock(2)

    def save_blindly(self, *fields):
        values = {name: getattr(self, name) for name in fields} | {"version": self.version + 1}
        type(self)._default_manager.filter(pk=self.pk).update(**values)
        self.version += 1

    monkeypatch.setattr("shop.events.models.Versioned.save_raised", save_blindly)
    codes = codes_of(run_together([lambda: hand_out(order, {line: 1})] * 2))
    assert codes == ["IntegrityError", "ok"]


def test_pressed_50_times_by_two_people_it_is_handed_out_once():
    sku = cast.make_sku(on_hand=9)
    order = waiting(basket={sku.pk: 2})
    people = [CLERK, MANAGER]
    results = run_together([lambda n=n: hand_out(order, actor=people[n % 2]) for n in range(50)])
    assert codes_of(results) == ["already_done"] * 49 + ["ok"]
    assert Verification.objects.count() == 1
    assert stock_of(sku.pk) == (7, 0)


def test_cash_pressed_50_times_is_collected_once():
    order = unpaid(pay_method=PayMethod.COD)
    collected = Collected(Means.CASH, order.owed_fen)
    results = run_together([lambda: hand_out(order, collected=collected)] * 50)
    assert codes_of(results) == ["already_done"] * 49 + ["ok"]
    assert (Payment.objects.count(), Verification.objects.count()) == (1, 1)


def in_two_parts() -> Order:
    """Handed out piece by piece, so that each undo takes one of the two back."""
    order = waiting(basket={cast.make_sku(on_hand=9).pk: 2})
    line = order.lines.get().pk
    for _time in range(2):
        hand_out(order, {line: 1})
    return fresh(order)


def undo(order: Order) -> Verification:
    return undo_verify(order.pk, reason="拿错了", actor=MANAGER, expected_version=order.version)


def test_undone_by_many_at_once_one_verification_is_taken_back():
    order = in_two_parts()
    codes = codes_of(run_together([partial(undo, order)] * 10))
    assert codes.count("ok") == 1
    assert set(codes) - {"ok"} <= {"already_done", "stale"}
    assert Verification.objects.filter(undone_at=None).count() == 1
    assert fresh(order).pieces_to_send == 1


def test_without_the_lock_the_version_keeps_an_undo_from_counting_twice(switch_off_order_lock):
    order = in_two_parts()
    switch_off_order_lock(2)
    codes = codes_of(run_together([partial(undo, order)] * 2))
    assert codes.count("ok") == 1
    assert set(codes) - {"ok"} <= {"IntegrityError", "stale"}
    assert Verification.objects.filter(undone_at=None).count() == 1


@pytest.mark.parametrize("round_", range(OF_PAIRS))
def test_verifying_against_cancelling(round_):
    order = waiting()
    acts = [lambda: hand_out(order), lambda: cancel_paid(order.pk, reason="缺货", actor=MANAGER)]
    codes = codes_of(run_together(acts[:: (-1) ** round_]))
    # Whoever comes second waits for the lock, and is told what has become of the order.
    assert codes.count("ok") == 1 and "stale" not in codes
    is_closed = fresh(order).stage == Stage.CLOSED
    assert (Refund.objects.count(), Verification.objects.count()) == (is_closed, not is_closed)


@pytest.mark.parametrize("round_", range(OF_PAIRS))
def test_verifying_against_goods_that_are_cancelled_and_refunded(round_):
    order = waiting(basket={cast.make_sku().pk: 2})
    line = order.lines.get()
    cancel = {"quantities": {line.pk: 1}, "reason": "不要了", "actor": MANAGER}
    acts = [lambda: hand_out(order), lambda: cancel_lines(order.pk, **cancel)]
    assert codes_of(run_together(acts[:: (-1) ** round_])).count("ok") >= 1
    line.refresh_from_db()
    assert line.shipped + line.cancelled == 2
    assert Refund.objects.count() == (line.cancelled > 0)


@pytest.mark.parametrize("round_", range(OF_PAIRS))
def test_verifying_against_a_refund(round_):
    """Money may go back for what was handed out; neither stops the other, and both stand on the books."""
    order = waiting()
    back = PartRefund(amount_fen=1_00, reason="有瑕疵", line_ids=frozenset({order.lines.get().pk}))
    acts = [lambda: hand_out(order), lambda: refund_part(order.pk, back, actor=MANAGER)]
    assert codes_of(run_together(acts[:: (-1) ** round_])) == ["ok", "ok"]
    assert (Refund.objects.count(), fresh(order).stage) == (1, Stage.DONE)


def convert(order, **kwargs) -> None:
    change_delivery(order.pk, NewDelivery(Delivery.EXPRESS, cast.HOME), actor=MANAGER, **kwargs)


@pytest.mark.parametrize("round_", range(OF_PAIRS))
def test_verifying_against_another_delivery(round_):
    order = fresh(cast.paid_pickup())

    def press() -> None:
        # Another delivery is worked out before the order is locked: every second round it has a start.
        time.sleep(round_ % 2 * START_S)
        hand_out(order)

    results = run_together([press, lambda: convert(order)])
    assert codes_of(results).count("ok") == 1
    order = fresh(order)
    is_sent = order.delivery == Delivery.EXPRESS
    assert (order.stage == Stage.DONE, Verification.objects.count()) == (not is_sent, not is_sent)
    assert bool(order.ship_by) == is_sent
    assert set(codes_of(results)) - {"ok"} <= {
        "not_picked_up",
        "already_shipped",
        "wrong_stage",
        "already_done",
    }


def test_without_the_lock_the_version_keeps_both_from_happening(switch_off_order_lock):
    order = fresh(cast.paid_pickup())
    switch_off_order_lock(2)
    keep = partial(convert, order, difference=Difference.KEEP)
    codes = codes_of(run_together([lambda: hand_out(order), keep]))
    assert codes.count("ok") == 1
    assert set(codes) - {"ok"} <= {"IntegrityError", "stale"}


def test_converted_50_times_at_once_it_is_converted_once():
    order = fresh(cast.paid_pickup())
    results = run_together([lambda: convert(order)] * 50)
    assert set(codes_of(results)) == {"ok", "same_delivery"}
    assert codes_of(results).count("ok") == 1
    assert fresh(order).code_version == 1


@pytest.mark.parametrize("round_", range(OF_PAIRS))
def test_collecting_against_another_price(round_):
    order = unpaid(pay_method=PayMethod.COD)
    collected = Collected(Means.CASH, order.owed_fen)
    reprice = lambda: change_price(  # noqa: E731
        order.pk, goods_fen=1_00, freight_fen=0, reason="熟客", actor=MANAGER
    )
    results = run_together([lambda: hand_out(order, collected=collected), reprice][:: (-1) ** round_])
    assert codes_of(results).count("ok") == 1
    order = fresh(order)
    assert (order.stage == Stage.DONE) == (Payment.objects.count() == 1)
    assert order.paid_fen in (0, order.payable_fen)
