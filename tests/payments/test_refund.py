"""Refunds: decided once, sent under one number until the gateway says done."""

from dataclasses import replace
from datetime import timedelta

import pytest

from notifications.models import Alert, AlertKind
from orders.moves import lock_row
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.models import Payment, Refund, RefundState
from orders.payments.services import refund_evidence
from orders.payments.services.collecting import collect_payment
from orders.payments.services.payouts import pay_out_refund
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.payments.services.refund_sending import lease_refund, put_off_refund, refuse_refund, retry_refund
from orders.payments.tasks import send_refund
from orders.services.steps import confirm_order, receive_order
from orders.shipping.services.ship import ship_order
from shop import clock
from shop.actor import GATEWAY
from shop.clients.errors import Rejected
from shop.clients.wechat_pay import WeChatPay
from shop.customers.erasure import ask_erasure, erase_when_due
from shop.events.delivery import drain
from shop.events.sweeping import sweep
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused, verbs_of


def cancelled(gateway) -> Refund:
    order = cast.place()
    attempt = gateway.take_money(order)
    cast.pay(order, attempt=attempt, trade_no=gateway.trade(attempt.number)["trade_no"])
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    return Refund.objects.get(order=order)


def test_a_refund_goes_out_once_under_its_number(gateway):
    refund = cancelled(gateway)
    for _ in range(3):
        send_refund(refund.pk)
    refund.refresh_from_db()
    order = fresh(refund.order)
    assert (refund.state, order.refunded_fen) == (RefundState.DONE, order.paid_fen)
    assert [row["number"] for row in gateway.refunds(order)] == [f"{order.number}R-1"]
    assert verbs_of(order)[-1] == "refund_done"


def test_the_gateway_shows_the_buyer_nothing_of_why_staff_decided_it(gateway, monkeypatch):
    bodies, call = [], WeChatPay._call
    monkeypatch.setattr(WeChatPay, "_call", lambda *args: bodies.append(str(args)) or call(*args))
    refund = cancelled(gateway)
    send_refund(refund.pk)
    assert any("out_refund_no" in body for body in bodies)
    assert not any("缺货" in body for body in bodies)


def test_money_of_a_buyer_who_was_erased_goes_back_by_the_gateway(gateway):
    order = cast.place()
    attempt = gateway.take_money(order)
    cast.pay(order, attempt=attempt, trade_no=gateway.trade(attempt.number)["trade_no"])
    confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse"))
    receive_order(order.pk, actor=cast.buyer(order))
    ask_erasure(order.customer_id, actor=cast.clerk())
    with clock.at(clock.now() + timedelta(hours=25)):
        erase_when_due(order.customer_id)
    refund = cast.refund_payment(
        order.payments.get().pk, amount_fen=1, reason="x", actor=cast.clerk("finance")
    )
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert (refund.state, refund.last_error) == (RefundState.DONE, "")


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "error_500", "truncated", "html"])
def test_an_unclear_answer_is_asked_about_under_the_same_number(gateway, kind):
    refund = cancelled(gateway)
    gateway.fail(kind, "/v3/refund")
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert refund.state == RefundState.COMMITTED
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert refund.state == RefundState.DONE
    assert len(gateway.refunds(refund.order)) == 1


def test_accepted_is_processing_until_the_gateway_says_done(gateway):
    gateway.behave(refund_outcome="PROCESSING")
    refund = cancelled(gateway)
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert (refund.state, fresh(refund.order).refunded_fen) == (RefundState.PROCESSING, 0)
    gateway.do("settle-refund", number=refund.number, status="SUCCESS")
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert refund.state == RefundState.DONE


@pytest.mark.parametrize("outcome", ["NOT_ENOUGH", "ABNORMAL", "CLOSED"])
def test_what_the_gateway_will_not_do_needs_a_person(gateway, outcome):
    gateway.behave(refund_outcome=outcome)
    refund = cancelled(gateway)
    send_refund(refund.pk)
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert refund.state == RefundState.FAILED
    assert verbs_of(refund.order).count("refund_fail") == 1


def test_a_question_that_is_refused_says_nothing_about_the_money(gateway, monkeypatch):
    gateway.behave(refund_outcome="PROCESSING")
    refund = cancelled(gateway)
    send_refund(refund.pk)

    def refuse(self: WeChatPay, number: str) -> None:
        raise Rejected("SIGN_ERROR", "The certificate has been revoked.", 401)

    with monkeypatch.context() as patch:
        patch.setattr(WeChatPay, "query_refund", refuse)
        send_refund(refund.pk)
    refund.refresh_from_db()
    assert refund.state == RefundState.PROCESSING
    with refused("not_to_pay_out"):
        pay_out_refund(refund.pk, reference="1", actor=cast.clerk("finance"))
    gateway.do("settle-refund", number=refund.number, status="SUCCESS")
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert refund.state == RefundState.DONE


def test_what_was_accepted_is_never_sent_again_though_the_gateway_forgot_it(gateway, monkeypatch):
    gateway.behave(refund_outcome="PROCESSING")
    refund = cancelled(gateway)
    send_refund(refund.pk)
    with monkeypatch.context() as patch:
        patch.setattr(WeChatPay, "query_refund", lambda _client, _number: None)
        gateway.behave(refund_outcome="NOT_ENOUGH")
        send_refund(refund.pk)
    refund.refresh_from_db()
    assert (refund.state, refund.last_error) == (RefundState.PROCESSING, "Unknown")
    assert refund.next_try_at > clock.now()
    assert gateway.calls(refund.number)["refund"] == 1


def test_too_often_is_tried_again_later_by_itself(gateway):
    gateway.behave(refund_outcome="FREQUENCY_LIMITED")
    refund = cancelled(gateway)
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert (refund.state, refund.last_error) == (RefundState.COMMITTED, "FREQUENCY_LIMITED")
    assert refund.next_try_at > clock.now()


def test_a_retry_keeps_the_number(gateway):
    gateway.behave(refund_outcome="NOT_ENOUGH")
    refund = cancelled(gateway)
    send_refund(refund.pk)
    gateway.behave(refund_outcome="SUCCESS")
    retry_refund(refund.pk, actor=cast.clerk("finance"))
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert refund.state == RefundState.DONE
    assert [row["number"] for row in gateway.refunds(refund.order)] == [refund.number]


def test_only_failed_refunds_are_retried_and_only_with_the_capability(gateway):
    refund = cancelled(gateway)
    with refused("not_failed"):
        retry_refund(refund.pk, actor=cast.clerk("finance"))
    with refused("forbidden", 403):
        retry_refund(refund.pk, actor=cast.clerk("support"))


def test_the_timer_sends_what_the_event_did_not(gateway, sent_tasks):
    refund = cancelled(gateway)
    sent_tasks.clear()
    with clock.at(clock.now() + timedelta(seconds=31)):
        sweep()
        sweep()
    assert sent_tasks == [("send_refund", refund.pk)]


@pytest.mark.parametrize("code", ["SUCCESS", "PROCESSING", "ABNORMAL", "SIGN_ERROR"])
def test_a_refusal_that_nobody_signed_decides_nothing(gateway, monkeypatch, code):
    refund = cancelled(gateway)

    def refuse(self: WeChatPay, **_order: object) -> None:
        raise Rejected(code, "free text", 401)

    monkeypatch.setattr(WeChatPay, "refund", refuse)
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert (refund.state, refund.last_error) == (RefundState.COMMITTED, code)


@pytest.mark.parametrize("code", ["SUCCESS", "PROCESSING"])
def test_the_word_of_a_refusal_is_never_taken_for_a_state(gateway, monkeypatch, code):
    refund = cancelled(gateway)

    def refuse(self: WeChatPay, **_order: object) -> None:
        raise Rejected(code, "no", 403)

    monkeypatch.setattr(WeChatPay, "refund", refuse)
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert (refund.state, fresh(refund.order).refunded_fen) == (RefundState.FAILED, 0)


def test_processing_told_late_does_not_undo_a_failure(gateway):
    refund = lease_refund(cancelled(gateway).pk)
    apply_refund_evidence(refund.number, status="ABNORMAL", actor=GATEWAY)
    apply_refund_evidence(refund.number, status="PROCESSING", tries=refund.tries, actor=GATEWAY)
    refund.refresh_from_db()
    assert (refund.state, refund.next_try_at) == (RefundState.FAILED, None)


def overtaken(gateway) -> tuple[Refund, Refund]:
    """A try that was slow, and the one that took its lease over."""
    refund = cancelled(gateway)
    slow = lease_refund(refund.pk)
    with clock.at(clock.now() + timedelta(minutes=2)):
        return slow, lease_refund(refund.pk)


@pytest.mark.parametrize("status", ["PROCESSING", "ABNORMAL", "CLOSED"])
def test_what_an_overtaken_try_heard_ends_nothing(gateway, status):
    slow, live = overtaken(gateway)
    apply_refund_evidence(slow.number, status=status, tries=slow.tries, actor=GATEWAY)
    refuse_refund(slow, why="NOT_ENOUGH")
    live.refresh_from_db()
    assert (live.state, live.lease_until is None) == (RefundState.COMMITTED, False)


def test_but_money_that_is_back_is_back_whoever_hears_of_it(gateway):
    slow, live = overtaken(gateway)
    apply_refund_evidence(slow.number, status="SUCCESS", tries=slow.tries, actor=GATEWAY)
    live.refresh_from_db()
    assert live.state == RefundState.DONE


@pytest.mark.parametrize("status", ["", "SIGN_ERROR", "UNKNOWN"])
def test_a_state_nobody_knows_is_refused(gateway, status):
    with refused("unknown_status", 400):
        apply_refund_evidence(cancelled(gateway).number, status=status, actor=GATEWAY)


def test_while_one_worker_has_the_lease_another_does_nothing(gateway):
    refund = cancelled(gateway)
    assert lease_refund(refund.pk) is not None
    assert lease_refund(refund.pk) is None
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert lease_refund(refund.pk) is not None


def test_a_worker_that_lost_its_lease_does_not_end_the_next_ones(gateway):
    refund = cancelled(gateway)
    slow = lease_refund(refund.pk)
    with clock.at(clock.now() + timedelta(minutes=2)):
        lease_refund(refund.pk)
        put_off_refund(slow, error="Unknown")
        assert lease_refund(refund.pk) is None


def test_a_notice_that_was_faster_is_not_undone(gateway):
    refund = lease_refund(cancelled(gateway).pk)
    apply_refund_evidence(refund.number, status="SUCCESS", actor=GATEWAY)
    put_off_refund(refund, error="Unknown")
    refund.refresh_from_db()
    assert (refund.state, refund.next_try_at, refund.last_error) == (RefundState.DONE, None, "")


def test_one_that_was_booked_between_the_look_and_the_lock_is_not_booked_again(gateway, monkeypatch):
    refund, locked = cancelled(gateway), []

    def tell():
        apply_refund_evidence(refund.number, status="SUCCESS", actor=GATEWAY)

    def lock_late(order_id):
        monkeypatch.setattr(refund_evidence, "lock_row", lock_row)
        locked.append(order_id)
        tell()
        return lock_row(order_id)

    monkeypatch.setattr(refund_evidence, "lock_row", lock_late)
    tell()
    assert locked == [refund.order_id]
    assert verbs_of(refund.order).count("refund_done") == 1
    assert fresh(refund.order).refunded_fen == refund.amount_fen


def test_evidence_of_another_sum_or_number_is_refused(gateway):
    refund = cancelled(gateway)
    for amount_fen in (0, 1, refund.amount_fen + 1):
        for status in ("SUCCESS", "PROCESSING"):
            with refused("amount_mismatch"):
                apply_refund_evidence(refund.number, status=status, amount_fen=amount_fen, actor=GATEWAY)
    with refused("unknown_refund", 404):
        apply_refund_evidence("nobody", status="SUCCESS", actor=GATEWAY)


class TestByHand:
    def cash_refund(self):
        order = cast.place(pay_method=PayMethod.COD)
        collect_payment(order.pk, actor=cast.clerk("order_clerk"))
        cancel_paid(order.pk, reason="x", actor=cast.clerk("order_clerk"))
        return Refund.objects.get(order=order)

    def test_finance_records_the_payout(self):
        refund = pay_out_refund(self.cash_refund().pk, reference="转账 99", actor=cast.clerk("finance"))
        order = fresh(refund.order)
        assert (refund.state, refund.reference) == (RefundState.DONE, "转账 99")
        assert order.refunded_fen == order.paid_fen

    def test_twice_is_refused(self):
        refund = self.cash_refund()
        pay_out_refund(refund.pk, reference="1", actor=cast.clerk("finance"))
        with refused("not_to_pay_out"):
            pay_out_refund(refund.pk, reference="2", actor=cast.clerk("finance"))

    def test_reference_and_capability_are_required(self):
        refund = self.cash_refund()
        with refused("reference_required", 400):
            pay_out_refund(refund.pk, reference=" ", actor=cast.clerk("finance"))
        with refused("forbidden", 403):
            pay_out_refund(refund.pk, reference="1", actor=cast.clerk("order_clerk"))

    def test_what_goes_by_the_gateway_is_not_paid_out(self, gateway):
        with refused("not_to_pay_out"):
            pay_out_refund(cancelled(gateway).pk, reference="1", actor=cast.clerk("finance"))


class TestPart:
    """Some of a payment, without cancelling goods."""

    def test_never_more_than_is_left(self):
        payment = Payment.objects.get(order=cast.paid_order())
        cast.refund_payment(
            payment.pk, amount_fen=payment.amount_fen - 1, reason="补偿", actor=cast.clerk("finance")
        )
        for amount, code in ((2, "over_share"), (0, "bad_amount"), (-1, "bad_amount")):
            with refused(code):
                cast.refund_payment(payment.pk, amount_fen=amount, reason="补偿", actor=cast.clerk("finance"))
        cast.refund_payment(payment.pk, amount_fen=1, reason="补偿", actor=cast.clerk("finance"))

    def test_not_beyond_ones_limit(self):
        payment = Payment.objects.get(order=cast.paid_order())
        with refused("over_refund_limit", 403):
            cast.refund_payment(
                payment.pk, amount_fen=101, reason="x", actor=cast.clerk("finance", limit=100)
            )

    def test_the_limit_is_one_for_the_whole_order(self):
        order = cast.paid_order()
        payment = Payment.objects.get(order=order)
        mine, theirs = cast.clerk(limit=100, id_=8), cast.clerk(limit=100, id_=9)
        cast.refund_payment(payment.pk, amount_fen=60, reason="x", actor=mine)
        with refused("over_refund_limit", 403):
            cast.refund_payment(payment.pk, amount_fen=41, reason="x", actor=mine)
        cast.refund_payment(payment.pk, amount_fen=40, reason="x", actor=mine)
        cast.refund_payment(payment.pk, amount_fen=100, reason="x", actor=theirs)
        other = Payment.objects.get(order=cast.paid_order())
        cast.refund_payment(other.pk, amount_fen=100, reason="x", actor=mine)

    @pytest.mark.parametrize("role", ["support", "order_clerk", "warehouse"])
    def test_cancelling_orders_is_not_enough_to_give_money_away(self, role):
        payment = Payment.objects.get(order=cast.paid_order())
        with refused("forbidden", 403):
            cast.refund_payment(payment.pk, amount_fen=1, reason="x", actor=cast.clerk(role))

    def test_not_by_the_buyer(self):
        order = cast.paid_order()
        payment = Payment.objects.get(order=order)
        with refused("forbidden", 403):
            cast.refund_payment(payment.pk, amount_fen=1, reason="x", actor=cast.buyer(order))


def test_money_that_the_gateway_sends_after_all_was_sent_twice(gateway):
    refund = cancelled(gateway)
    apply_refund_evidence(refund.number, status="ABNORMAL", actor=GATEWAY)
    pay_out_refund(refund.pk, reference="转账 100", actor=cast.clerk("finance"))
    for _ in range(3):
        apply_refund_evidence(refund.number, status="SUCCESS", actor=GATEWAY)
    refund.refresh_from_db()
    assert refund.paid_twice_at is not None
    assert fresh(refund.order).refunded_fen == refund.amount_fen
    assert verbs_of(refund.order)[-2:] == ["pay_out", "refund_twice"]
    drain()
    assert Alert.objects.filter(order=refund.order, kind=AlertKind.REFUND_TWICE, handled_at=None).count() == 1


@pytest.mark.parametrize("status", ["ABNORMAL", "PROCESSING", "UNKNOWN"])
def test_what_else_it_says_of_a_refund_that_is_back_changes_nothing(gateway, status):
    refund = cancelled(gateway)
    apply_refund_evidence(refund.number, status="ABNORMAL", actor=GATEWAY)
    pay_out_refund(refund.pk, reference="转账 100", actor=cast.clerk("finance"))
    apply_refund_evidence(refund.number, status=status, actor=GATEWAY)
    assert verbs_of(refund.order)[-1] == "pay_out"


def test_a_refund_that_only_the_gateway_made_is_not_called_twice(gateway):
    refund = cancelled(gateway)
    for _ in range(2):
        apply_refund_evidence(refund.number, status="SUCCESS", actor=GATEWAY)
    assert verbs_of(refund.order)[-1] == "refund_done"


def test_what_the_gateway_will_not_refund_any_more_is_paid_out_by_hand(gateway):
    refund = cancelled(gateway)
    apply_refund_evidence(refund.number, status="ABNORMAL", amount_fen=refund.amount_fen, actor=GATEWAY)
    refund = pay_out_refund(refund.pk, reference="转账 100", actor=cast.clerk("finance"))
    assert (refund.state, refund.reference) == (RefundState.DONE, "转账 100")
    assert fresh(refund.order).refunded_fen == refund.amount_fen
    send_refund(refund.pk)
    assert gateway.refunds(refund.order) == []


def test_an_answer_of_another_sum_ends_nothing_and_calls_a_person(gateway, monkeypatch):
    refund = cancelled(gateway)
    for verb in ("refund", "query_refund"):
        truth = getattr(WeChatPay, verb)
        monkeypatch.setattr(
            WeChatPay, verb, lambda *a, truth=truth, **kw: replace(truth(*a, **kw), amount_fen=30)
        )
    for hours in (0, 25):
        with clock.at(clock.now() + timedelta(hours=hours)):
            send_refund(refund.pk)
            sweep()
    refund.refresh_from_db()
    assert (refund.state, refund.last_error) == (RefundState.COMMITTED, "amount_mismatch")
    assert refund.stuck_at and fresh(refund.order).refunded_fen == 0
    assert len(gateway.refunds(refund.order)) == 1
