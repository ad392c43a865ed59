"""Bank transfer: days to pay, a proof that stops the clock, and finance that finds the money or not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import translation

from notifications.models import Alert, AlertKind, HandledHow
from orders.payments.changes.cancelling import cancel_lines, cancel_paid, cancel_unpaid
from orders.payments.changes.pricing import change_price, choose_payment
from orders.payments.models import Payment, ProofState, Refund, RefundState, TransferProof
from orders.payments.services.collecting import collect_payment
from orders.payments.services.payouts import pay_out_refund
from orders.payments.services.transfers import (
    MAX_REJECTED,
    record_excess_transfer,
    record_transfer,
    reject_proof,
    send_proof,
)
from orders.stages import Stage
from shop import clock
from shop.events.delivery import drain
from shop.events.sweeping import sweep
from shop.files.models import Picture
from shop.store.choices import PayMethod
from shop.store.models import StoreSettings
from tests import cast
from tests.expect import fresh, refused, verbs_of

FINANCE = cast.clerk("finance", name="钱会计", id_=7)


@pytest.fixture(autouse=True)
def with_transfers() -> None:
    cast.open_shop(
        transfer_on=True,
        transfer_bank="招商银行",
        transfer_name="山野集商贸",
        transfer_number="6225 0000 1111",
    )


def placed(**kwargs):
    return cast.place(pay_method=PayMethod.TRANSFER, **kwargs)


def picture_of(customer) -> Picture:
    number = Picture.objects.count()
    return Picture.objects.create(
        path=f"pictures/aa/{number}.jpg", width=1, height=1, created_at=clock.now(), customer_id=customer.pk
    )


def shown(order, words: str = "已转"):
    picture = picture_of(order.customer)
    send_proof(order.pk, picture_ids=[picture.pk], words=words, actor=cast.buyer(order))
    return fresh(order)


def record(order, *, amount_fen: int = 0, reference: str = "20261122-001", actor=FINANCE):
    amount_fen = amount_fen or order.owed_fen
    return record_transfer(order.pk, amount_fen=amount_fen, reference=reference, actor=actor)


def alert_of(order) -> Alert:
    return Alert.objects.get(order=order, kind=AlertKind.TRANSFER)


def test_where_orders_need_no_confirming_it_goes_on_as_if_paid():
    StoreSettings.objects.update(confirm_step_on=False)
    assert record(placed()).stage == Stage.CONFIRMED


def test_a_transfer_has_days():
    order = placed()
    assert order.pay_by == order.placed_at + timedelta(days=3)
    with clock.at(order.placed_at + timedelta(days=2)):
        sweep()
        assert fresh(order).stage == Stage.UNPAID
    with clock.at(order.placed_at + timedelta(days=3, minutes=1)):
        sweep()
        assert fresh(order).stage == Stage.CLOSED


def test_a_proof_stops_the_clock_and_rings():
    order = shown(placed())
    assert (order.pay_by, order.stage) == (None, Stage.UNPAID)
    drain()
    assert alert_of(order).handled_at is None
    with clock.at(clock.now() + timedelta(days=60)):
        sweep()
        assert fresh(order).stage == Stage.UNPAID


def test_one_proof_at_a_time():
    order = shown(placed())
    with refused("proof_sent"):
        shown(order)


def test_only_the_buyers_own_pictures():
    order = placed()
    theirs = picture_of(cast.make_customer("别人"))
    shops = Picture.objects.create(path="pictures/bb/1.jpg", width=1, height=1, created_at=clock.now())
    for ids in ([theirs.pk], [shops.pk], [987654], [], list(range(1, 8))):
        with refused("bad_pictures", 400):
            send_proof(order.pk, picture_ids=ids, actor=cast.buyer(order))


def test_only_for_transfers_and_ones_own_order():
    order = cast.place()
    with refused("not_transfer"):
        shown(order)
    with refused("not_found", 404):
        send_proof(order.pk, picture_ids=[1], actor=cast.buyer(cast.place()))


def test_recording_moves_the_order_on_and_ends_the_alert():
    order = shown(placed())
    drain()
    paid = record(order)
    assert (paid.stage, paid.owed_fen, paid.proof_sent_at) == (Stage.TO_CONFIRM, 0, None)
    payment = Payment.objects.get(order=order)
    assert (payment.method, payment.reference) == (PayMethod.TRANSFER, "20261122-001")
    assert TransferProof.objects.get().state == ProofState.ACCEPTED
    drain()
    assert (alert_of(order).handled_how, alert_of(order).handled_by_name) == (HandledHow.MOVED, "钱会计")
    assert Alert.objects.filter(order=order, kind=AlertKind.NEW_ORDER, handled_at=None).count() == 1


def test_money_without_a_proof_is_recorded_too():
    assert record(placed()).stage == Stage.TO_CONFIRM


def test_the_amount_must_be_what_is_owed():
    order = shown(placed())
    for wrong in (order.owed_fen - 1, order.owed_fen + 1):
        with refused("amount_mismatch") as caught:
            record(order, amount_fen=wrong)
        assert caught.value.extra["owed_fen"] == order.owed_fen
    assert fresh(order).stage == Stage.UNPAID


def test_when_less_came_the_price_can_be_changed_to_it():
    order = shown(placed())
    change_price(order.pk, goods_fen=30_00, freight_fen=0, reason="少付", actor=cast.clerk("order_clerk"))
    assert record(order, amount_fen=30_00).stage == Stage.TO_CONFIRM


def test_one_reference_pays_one_order():
    first, second = placed(), placed()
    record(first)
    with refused("reference_used") as caught:
        record(second)
    assert caught.value.extra["order"] == first.number
    with refused("reference_required", 400):
        record(second, reference="  ")


def test_not_twice_and_not_for_other_ways_to_pay():
    order = placed()
    record(order)
    with refused("nothing_owed"):
        record(order, amount_fen=1, reference="x")
    with refused("not_transfer"):
        record(cast.place(), reference="y")


@pytest.mark.parametrize("role", ["warehouse", "support", "store_clerk"])
def test_only_with_the_capability(role):
    order = shown(placed())
    with refused("forbidden", 403):
        record(order, actor=cast.clerk(role))
    with refused("forbidden", 403):
        reject_proof(order.pk, reason="x", actor=cast.clerk(role))


def test_a_rejected_proof_starts_the_clock_afresh_and_another_may_follow():
    order = shown(placed())
    drain()
    with clock.at(clock.now() + timedelta(days=5)):
        reject_proof(order.pk, reason="没有收到款项", actor=FINANCE)
        assert fresh(order).pay_by == clock.now() + timedelta(days=3)
        drain()
    assert alert_of(order).handled_by_name == "钱会计"
    assert TransferProof.objects.get().reason == "没有收到款项"
    shown(order)
    drain()
    assert Alert.objects.filter(kind=AlertKind.TRANSFER, handled_at=None).count() == 1
    assert verbs_of(order) == ["place", "send_proof", "reject_proof", "send_proof"]


def test_rejecting_needs_a_proof_and_a_reason():
    order = placed()
    with refused("no_proof"):
        reject_proof(order.pk, reason="x", actor=FINANCE)
    with refused("reason_required", 400):
        reject_proof(shown(order).pk, reason=" ", actor=FINANCE)


def test_while_it_is_checked_the_buyer_neither_cancels_nor_pays_otherwise():
    order = shown(placed())
    with refused("proof_sent"):
        cancel_unpaid(order.pk, actor=cast.buyer(order))
    with refused("proof_sent"):
        choose_payment(order.pk, method=PayMethod.COD, actor=cast.buyer(order))


def test_staff_may_cancel_or_take_cash_and_the_alert_ends():
    cancelled, cash = shown(placed()), shown(placed())
    drain()
    cancel_unpaid(cancelled.pk, actor=cast.clerk("order_clerk"), reason="x")
    collect_payment(cash.pk, actor=cast.clerk("order_clerk"))
    drain()
    assert alert_of(cancelled).handled_how == HandledHow.CLOSED
    assert alert_of(cash).handled_how == HandledHow.MOVED
    states = TransferProof.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [ProofState.REJECTED, ProofState.ACCEPTED]


def test_nothing_waits_to_be_checked_when_nothing_is_owed_any_more():
    free, emptied = shown(placed()), shown(placed())
    with translation.override("zh-hans"):
        change_price(free.pk, goods_fen=0, freight_fen=0, reason="赠送", actor=cast.clerk("order_clerk"))
    everything = {line.pk: line.quantity for line in emptied.lines.all()}
    cancel_lines(emptied.pk, quantities=everything, reason="缺货", actor=cast.clerk("order_clerk"))
    assert [fresh(free).stage, fresh(emptied).stage] == [Stage.TO_CONFIRM, Stage.CLOSED]
    proofs = TransferProof.objects.order_by("pk")
    assert [(proof.state, proof.reason) for proof in proofs] == [
        (ProofState.REJECTED, "此订单没有待收款。"),
        (ProofState.REJECTED, "缺货"),
    ]


def test_its_refund_is_to_be_paid_out():
    order = record(placed())
    cancel_paid(order.pk, reason="x", actor=cast.clerk("order_clerk"))
    assert Refund.objects.get(order=order).state == RefundState.TO_PAY_OUT


def late(order, *, amount_fen: int = 45_00, reference: str = "late-1", actor=FINANCE):
    return record_excess_transfer(order.pk, amount_fen=amount_fen, reference=reference, actor=actor)


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.TO_CONFIRM])
def test_a_late_or_second_transfer_does_not_count_and_is_to_be_paid_out(stage):
    order = placed()
    if stage == Stage.CLOSED:
        cancel_unpaid(order.pk, actor=cast.clerk("order_clerk"), reason="x")
    else:
        record(order)
    paid_fen = fresh(order).paid_fen
    late(order)
    after, payment = fresh(order), Payment.objects.get(reference="late-1")
    assert (after.stage, after.paid_fen, payment.counts) == (stage, paid_fen, False)
    refund = payment.refunds.get()
    assert (refund.state, refund.amount_fen) == (RefundState.TO_PAY_OUT, 45_00)
    assert verbs_of(order)[-2:] == ["excess_transfer", "refund"]
    drain()
    assert Alert.objects.filter(order=order, kind=AlertKind.LATE_PAYMENT, handled_at=None).count() == 1
    pay_out_refund(refund.pk, reference="退 1", actor=FINANCE)
    assert fresh(order).refunded_fen == 0


@pytest.mark.parametrize("typed", ["ref-1", "ＲＥＦ－１", "REF-1\u200b", "REF -1", "REF1"])
def test_one_reference_is_the_same_however_it_is_typed(typed: str):
    record(placed(), reference="REF-1")
    with refused("reference_used"):
        record(placed(), reference=typed)


def test_one_reference_is_one_transfer_late_or_not():
    order = placed()
    record(order)
    with refused("reference_used"):
        late(order, reference="20261122-001")
    late(order)
    with refused("reference_used"):
        late(order)
    with refused("reference_used"):
        record(placed(), reference="late-1")


def test_a_late_transfer_is_not_recorded_while_one_is_owed_nor_without_right_amount_and_reference():
    order = placed()
    with refused("transfer_awaited"):
        late(order)
    record(order)
    for amount_fen in (0, -1):
        with refused("bad_amount", 400):
            late(order, amount_fen=amount_fen)
    with refused("reference_required", 400):
        late(order, reference=" ")
    with refused("forbidden", 403):
        late(order, actor=cast.clerk("support"))


def test_whoever_may_collect_records_it_whatever_they_may_refund():
    order = placed()
    record(order)
    late(order, actor=cast.clerk("order_clerk", limit=1))


def test_the_limit_is_one_for_all_transfers_that_a_person_records_of_an_order():
    order = placed()
    paid_fen = order.payable_fen
    limited = replace(FINANCE, money_limit_fen=paid_fen + 50_00)
    record(order, actor=limited)
    late(order, amount_fen=30_00, actor=limited)
    with refused("over_money_limit", 403):
        late(order, amount_fen=20_01, reference="late-2", actor=limited)
    late(order, amount_fen=20_00, reference="late-2", actor=limited)
    late(order, amount_fen=20_01, reference="late-3", actor=replace(limited, id=8))
    other = placed()
    record(other, reference="other-1", actor=limited)


def test_above_the_shops_limit_of_two_people_no_transfers_in_parts():
    order = placed()
    record(order)
    cast.open_shop(transfer_on=True, second_person_above_fen=order.payable_fen + 50_00)
    late(order, amount_fen=50_00)
    with refused("second_person_required"):
        late(order, amount_fen=1, reference="late-2")


def test_choosing_to_and_fro_gains_no_time():
    order = cast.place()
    choose_payment(order.pk, method=PayMethod.TRANSFER, actor=cast.buyer(order))
    assert fresh(order).pay_by == order.placed_at + timedelta(days=3)
    choose_payment(order.pk, method=PayMethod.WECHAT, actor=cast.buyer(order))
    assert fresh(order).pay_by < clock.now() + timedelta(minutes=31)
    choose_payment(order.pk, method=PayMethod.TRANSFER, actor=cast.buyer(order))
    assert fresh(order).pay_by == order.placed_at + timedelta(days=3)


def test_rejected_proofs_keep_an_order_open_a_few_times_only():
    order = placed()
    for _ in range(MAX_REJECTED):
        shown(order)
        reject_proof(order.pk, reason="看不清", actor=FINANCE)
    with refused("too_many_proofs"):
        shown(order)
    assert fresh(order).pay_by is not None
