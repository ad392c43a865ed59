"""Handing out: money first, each piece once, where it waits, and who did it for whom."""

from datetime import timedelta

import pytest
from django.db import transaction

from aftersales.choices import Kind
from orders.models import Order
from orders.moves import move
from orders.payments.changes.cancelling import cancel_lines
from orders.payments.models import Means, Payment
from orders.payments.services.attempts import open_attempt
from orders.services.steps import confirm_order, hold_order, prepare_order
from orders.stages import Stage
from pickup.models import Verification
from pickup.services.verifiers import switch_off, verifier_actor
from pickup.services.verifying import Collected, Handout, undo_verify, verify_pickup
from shop import clock
from shop.events.models import Event
from shop.invariants import INVARIANTS
from shop.store.choices import PayMethod
from tests import cast
from tests.aftersales.cases import hold
from tests.expect import count_queries, fresh, refused, stock_of, verbs_of
from tests.gateway import Gateway
from tests.pickup.counter import appoint, hand_out, unpaid, waiting

CLERK = cast.clerk("order_clerk", name="李四", id_=7)
MANAGER = cast.clerk("manager", name="王店长", id_=2)


def books(code: str) -> list[str]:
    return [words for found in INVARIANTS if found.code == code for words in found.find()]


def cash(order: Order, *, amount_fen: int | None = None, means: Means = Means.CASH) -> Collected:
    return Collected(means, order.owed_fen if amount_fen is None else amount_fen)


@pytest.mark.parametrize("steps", [(), (confirm_order,), (confirm_order, prepare_order)])
def test_from_each_stage_all_is_handed_out_and_the_order_is_done(steps):
    sku = cast.make_sku(on_hand=5)
    order = waiting(basket={sku.pk: 2})
    for step in steps:
        step(order.pk, actor=CLERK)
    verification = hand_out(order, actor=CLERK)
    order = fresh(order)
    assert (order.stage, order.pieces_shipped, order.pieces_to_send) == (Stage.DONE, 2, 0)
    assert order.received_at is not None
    assert order.receive_by is None
    assert stock_of(sku.pk) == (3, 0)
    assert (verification.is_last, verification.operator_name, verification.verifier) == (True, "李四", None)
    passed = ["reach_counter"] if len(steps) < 2 else []
    assert verbs_of(order)[-1 - len(passed) :] == [*passed, "verify"]


def test_the_verifier_of_the_store_is_credited_and_the_operator_is_kept():
    order = waiting()
    verifier = appoint(order.pickup_store, nickname="小周")
    verification = hand_out(order, verifier_id=verifier.pk, actor=CLERK)
    assert (verification.verifier, verification.operator_id) == (verifier, 7)
    with refused("already_done") as told:
        hand_out(order)
    assert f"小周 (#{verifier.customer_id})" in str(told.value)


def test_a_verifier_hands_out_himself_and_is_credited():
    order = waiting()
    verifier = appoint(order.pickup_store, nickname="小周")
    verification = hand_out(order, actor=verifier_actor(verifier))
    assert (verification.verifier, verification.operator_kind) == (verifier, "verifier")
    event = Event.objects.get(verb="order.verify")
    assert (event.actor_kind, event.actor_name) == ("verifier", f"#{verifier.customer_id}")
    assert "小周" not in str(event.data)


def test_part_by_part_the_last_one_completes():
    first, second = cast.make_sku(on_hand=9), cast.make_sku(on_hand=9)
    order = waiting(basket={first.pk: 3, second.pk: 1})
    lines = {line.sku_id: line.pk for line in order.lines.all()}
    hand_out(order, {lines[first.pk]: 2})
    assert (fresh(order).stage, fresh(order).pieces_to_send) == (Stage.PREPARING, 2)
    with refused("more_than_left"):
        hand_out(order, {lines[first.pk]: 2})
    hand_out(order, {lines[second.pk]: 1})
    last = hand_out(order)
    assert last.is_last
    assert fresh(order).stage == Stage.DONE
    assert [v.is_last for v in Verification.objects.order_by("pk")] == [False, False, True]
    assert [stock_of(pk) for pk in lines] == [(6, 0), (8, 0)]


def test_once_more_says_by_whom_when_and_where():
    order = waiting()
    at = hand_out(order, actor=CLERK).at
    with refused("already_done", 409) as told:
        hand_out(order, actor=MANAGER)
    assert "李四" in str(told.value)
    assert order.pickup_store.name in str(told.value)
    assert told.value.extra["at"] == at.isoformat()
    assert Verification.objects.count() == 1


def test_elsewhere_one_is_told_where():
    order, other = waiting(), cast.make_store("滨江店")
    with refused("wrong_store") as told:
        verify_pickup(order.pk, Handout(other.pk), actor=CLERK)
    assert order.pickup_store.name in str(told.value)


def test_what_is_sent_is_not_handed_out_and_needs_the_right():
    sent = cast.prepared_order()
    sent.pickup_store_id = cast.make_store().pk
    with refused("not_picked_up"):
        hand_out(sent)
    with refused("forbidden", 403):
        hand_out(waiting(), actor=cast.clerk("support"))


def test_a_held_order_and_an_open_aftersale_block_with_the_reason():
    order = waiting()
    hold_order(order.pk, reason="等客服确认", actor=MANAGER)
    with refused("held") as told:
        hand_out(order)
    assert "等客服确认" in str(told.value)
    other = waiting()
    hold(other, Kind.CANCEL)
    with refused("aftersale_open"):
        hand_out(other)


def test_nobody_is_credited_who_does_not_hand_out_there():
    order = waiting()
    elsewhere, off = appoint(cast.make_store()), appoint(order.pickup_store)
    switch_off(off.pk, actor=MANAGER)
    for verifier in (elsewhere, off):
        with refused("not_verifier", 400):
            hand_out(order, verifier_id=verifier.pk)
    with refused("not_found", 404):
        hand_out(order, actor=verifier_actor(elsewhere))
    with refused("not_verifier", 400):
        hand_out(order, actor=verifier_actor(off))


def test_what_owes_is_handed_out_only_with_the_money():
    order = unpaid()
    with refused("owes"):
        hand_out(order)
    with refused("amount_mismatch") as told:
        hand_out(order, collected=cash(order, amount_fen=1))
    assert told.value.extra["owed_fen"] == order.owed_fen
    owed_fen = order.owed_fen
    verifier = appoint(order.pickup_store)
    hand_out(order, collected=cash(order), verifier_id=verifier.pk)
    payment = Payment.objects.get()
    assert (payment.amount_fen, payment.means, payment.store) == (owed_fen, "cash", order.pickup_store)
    assert (payment.collected_by_kind, payment.collected_by_id) == ("verifier", verifier.pk)
    assert fresh(order).stage == Stage.DONE
    assert fresh(order).owed_fen == 0


def test_pay_at_the_store_by_transfer_is_collected_by_the_clerk():
    order = unpaid(pay_method=PayMethod.COD)
    assert order.stage == Stage.TO_CONFIRM
    with refused("owes") as told:
        hand_out(order)
    assert told.value.extra["owed_fen"] == order.owed_fen
    hand_out(order, collected=cash(order, means=Means.TRANSFER), actor=CLERK)
    payment = Payment.objects.get()
    assert (payment.means, payment.collected_by_kind, payment.collected_by_name) == (
        "transfer",
        "staff",
        "李四",
    )


def test_money_is_not_kept_where_the_goods_are_not_handed_out():
    order = unpaid(pay_method=PayMethod.COD)
    hold_order(order.pk, reason="等", actor=MANAGER)
    with refused("held"):
        hand_out(order, collected=cash(order))
    assert (Payment.objects.count(), fresh(order).paid_fen) == (0, 0)


def test_who_has_paid_meanwhile_pays_no_cash():
    order = unpaid()
    owed = cash(order)
    cast.pay(order)
    with refused("nothing_owed"):
        hand_out(order, collected=owed)
    hand_out(order)
    with refused("already_done"):
        hand_out(order, collected=owed)
    assert Payment.objects.count() == 1


def test_an_online_attempt_is_closed_at_the_gateway_first(gateway: Gateway):
    order = unpaid()
    attempt = open_attempt(order.pk, actor=cast.buyer(order))
    hand_out(order, collected=cash(order))
    attempt.refresh_from_db()
    assert attempt.state == "closed"
    assert fresh(order).stage == Stage.DONE


def test_undone_within_ten_minutes_the_goods_wait_again_and_the_money_stays():
    sku = cast.make_sku(on_hand=5)
    order = unpaid(basket={sku.pk: 2}, pay_method=PayMethod.COD)
    hand_out(order, collected=cash(order))
    with refused("forbidden", 403):
        undo_verify(order.pk, reason="拿错了", actor=CLERK)
    with refused("reason_required", 400):
        undo_verify(order.pk, reason=" ", actor=MANAGER)
    undo_verify(order.pk, reason="拿错了", actor=MANAGER)
    order = fresh(order)
    assert (order.stage, order.pieces_shipped, order.received_at) == (Stage.PREPARING, 0, None)
    assert order.paid_fen == order.payable_fen
    assert order.ship_by is not None
    assert stock_of(sku.pk) == (5, 2)
    with refused("nothing_handed_out"):
        undo_verify(order.pk, reason="再来", actor=MANAGER)
    hand_out(order)
    assert fresh(order).stage == Stage.DONE
    assert stock_of(sku.pk) == (3, 0)


def test_only_the_last_part_is_undone_and_not_after_ten_minutes(monkeypatch):
    sku = cast.make_sku(on_hand=9)
    order = waiting(basket={sku.pk: 3})
    line = order.lines.get().pk
    first, second = hand_out(order, {line: 1}), hand_out(order, {line: 1})
    undo_verify(order.pk, reason="多给了", actor=MANAGER)
    assert [v.undone_at is None for v in Verification.objects.order_by("pk")] == [True, False]
    assert fresh(order).pieces_shipped == 1
    later = first.at + timedelta(minutes=10, seconds=1)
    assert second.at <= later
    monkeypatch.setattr(clock, "now", lambda: later)
    with refused("too_late"):
        undo_verify(order.pk, reason="晚了", actor=MANAGER)


def test_goods_cancelled_after_a_part_was_handed_out_complete_the_order():
    order = waiting(basket={cast.make_sku(on_hand=9).pk: 2})
    line = order.lines.get().pk
    hand_out(order, {line: 1})
    cancel_lines(order.pk, quantities={line: 1}, reason="不要了", actor=MANAGER)
    assert fresh(order).stage == Stage.DONE
    assert verbs_of(order)[-1] == "all_handed_out"


def test_verifying_costs_few_queries_more_than_the_verb_itself():
    """Beside lock, lines, stock and event: verification, its lines, verifier, store."""
    order = waiting()
    verifier = appoint(order.pickup_store)
    assert count_queries(lambda: hand_out(order, verifier_id=verifier.pk)) <= 22


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("B4", lambda v: v.lines.update(quantity=2)),
        ("B4", lambda v: Verification.objects.filter(pk=v.pk).update(undone_at=clock.now())),
        ("B4.1", lambda v: Order.objects.filter(pk=v.order_id).update(stage=Stage.PREPARING)),
        ("B4.2", lambda v: Verification.objects.filter(pk=v.pk).update(undone_at=clock.now())),
        (
            "B4.2",
            lambda v: Verification.objects.create(
                order=v.order, store=v.store, operator_name="x", is_last=False, at=v.at
            ),
        ),
        (
            "B4.3",
            lambda v: Verification.objects.create(
                order=v.order, store=v.store, operator_name="x", is_last=False, at=v.at
            ),
        ),
        ("B4.3", lambda v: v.lines.update(order_line=waiting().lines.get())),
    ],
)
def test_each_book_finds_what_it_is_for(code, spoil):
    verification = hand_out(waiting())
    assert books(code) == []
    with transaction.atomic():
        spoil(verification)
        assert len(books(code)) >= 1
        transaction.set_rollback(True)


def test_the_counter_is_reached_only_by_what_is_picked_up():
    order = cast.paid_order()
    with refused("not_picked_up"):
        move(order, "order.reach_counter", actor=CLERK)
