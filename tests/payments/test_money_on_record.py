"""What stands on an order's record and in its columns after money has moved, by each way it can."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.changes.pricing import change_price, choose_payment
from orders.payments.gateway import PaymentEvidence
from orders.payments.models import AttemptState, PayAttempt, RefundState
from orders.payments.services.attempts import open_attempt
from orders.payments.services.balance import pay_by_balance
from orders.payments.services.closing import GIVE_UP_AFTER, close_live_attempt
from orders.payments.services.collecting import collect_payment
from orders.payments.services.evidence import apply_payment_evidence, report_mismatch
from orders.payments.services.outside import fail_refund
from orders.payments.services.payouts import pay_out_refund
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.payments.services.refund_sending import call_for_refund
from orders.payments.services.transfers import (
    record_excess_transfer,
    record_transfer,
    reject_proof,
    send_proof,
)
from orders.payments.services.unheard import call_for_attempt
from orders.stages import Stage
from shop import clock
from shop.actor import GATEWAY
from shop.customers.balance import change_balance
from shop.events.models import Event
from shop.files.models import Picture
from shop.money import MAX_FEN
from shop.store.choices import PayMethod, ReserveOn
from shop.store.models import StoreSettings
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of

FINANCE = cast.clerk("finance", id_=7)
LONG = f" {'长' * 300} "


@pytest.fixture(autouse=True)
def every_way_to_pay(open_shop: object) -> None:
    cast.open_shop(
        balance_on=True, transfer_on=True, transfer_bank="A", transfer_name="B", transfer_number="1"
    )


def data_of(order: Order, verb: str) -> dict[str, object]:
    event = Event.objects.filter(kind="order", subject_id=order.pk, verb=f"order.{verb}").latest("pk")
    return event.data | event.words


def rich() -> cast.Customer:
    customer = cast.make_customer()
    change_balance(customer.pk, delta_fen=900_00, reason="现金", actor=FINANCE)
    return customer


def evidence(attempt: PayAttempt, **changes: object) -> PaymentEvidence:
    facts = {"attempt_number": attempt.number, "trade_no": f"4200{attempt.pk}", "amount_fen": 45_00}
    return PaymentEvidence(**facts | changes)


def by_wechat(**kwargs: object) -> Order:
    return cast.paid_order(**kwargs)


def by_balance(**kwargs: object) -> Order:
    order = cast.place(rich(), pay_method=PayMethod.BALANCE, **kwargs)
    return pay_by_balance(order.pk, actor=cast.buyer(order))


def by_cash(**kwargs: object) -> Order:
    return collect_payment(cast.place(**kwargs).pk, reference=LONG, actor=FINANCE)


def by_transfer(**kwargs: object) -> Order:
    order = cast.place(pay_method=PayMethod.TRANSFER, **kwargs)
    return record_transfer(order.pk, amount_fen=order.owed_fen, reference=f"r{order.pk}", actor=FINANCE)


def by_a_price_of_nothing(**kwargs: object) -> Order:
    order = cast.place(**kwargs)
    return change_price(order.pk, goods_fen=0, freight_fen=0, reason="赠", actor=cast.clerk("order_clerk"))


WAYS = [by_wechat, by_balance, by_cash, by_transfer, by_a_price_of_nothing]


class TestFulfilment:
    """Every way to pay starts it: reserves what is not reserved yet, passes the steps that are off."""

    @pytest.mark.parametrize("pay", WAYS)
    def test_steps_that_are_off_are_passed(self, pay: Callable[..., Order]):
        StoreSettings.objects.update(confirm_step_on=False)
        assert fresh(pay()).stage == Stage.CONFIRMED

    @pytest.mark.parametrize("pay", WAYS)
    def test_goods_are_reserved_if_they_were_not(self, pay: Callable[..., Order]):
        StoreSettings.objects.update(reserve_on=ReserveOn.PAYING)
        sku = cast.make_sku(on_hand=5)
        pay(basket={sku.pk: 2})
        assert stock_of(sku.pk) == (5, 2)

    @pytest.mark.parametrize("pay", WAYS)
    def test_the_clock_to_ship_starts_and_that_to_pay_ends(self, pay: Callable[..., Order]):
        with clock.at(clock.now()):
            order = fresh(pay())
            assert (order.paid_at, order.pay_by) == (clock.now(), None)
            assert order.ship_by == clock.now() + timedelta(hours=48)

    def test_cash_for_an_order_in_hand_starts_nothing_again(self):
        order = cast.place(pay_method=PayMethod.COD)
        ship_by = fresh(order).ship_by
        StoreSettings.objects.update(confirm_step_on=False)
        with clock.at(clock.now() + timedelta(hours=5)):
            collect_payment(order.pk, actor=FINANCE)
        after = fresh(order)
        assert (after.ship_by, after.stage) == (ship_by, Stage.TO_CONFIRM)
        assert verbs_of(order)[-1] == "collect"


class TestWhatPaid:
    def test_wechat(self):
        order = cast.place()
        attempt = open_attempt(order.pk, actor=cast.buyer(order))
        paid_at = clock.now() - timedelta(minutes=3)
        payment = apply_payment_evidence(evidence(attempt, paid_at=paid_at))
        facts = {"amount_fen": 45_00, "trade_no": payment.trade_no, "method": "wechat"}
        assert data_of(order, "pay") == facts
        assert (payment.captured_at, fresh(order).paid_at, payment.counts) == (paid_at, paid_at, True)
        attempt.refresh_from_db()
        assert (attempt.state, attempt.next_query_at) == (AttemptState.PAID, None)

    def test_balance(self):
        order = by_balance()
        facts = {"amount_fen": 45_00, "trade_no": f"{order.number}-B1", "method": "balance"}
        assert data_of(order, "pay") == facts

    def test_cash(self):
        order = by_cash()
        payment = order.payments.get()
        assert (payment.reference, payment.amount_fen) == ("长" * 100, 45_00)
        assert data_of(order, "collect") == {"amount_fen": 45_00, "reference": "长" * 100}

    def test_a_transfer(self):
        order = cast.place(pay_method=PayMethod.TRANSFER)
        record_transfer(order.pk, amount_fen=45_00, reference=f" {'9' * 80} ", actor=FINANCE)
        assert order.payments.get().reference == "9" * 64
        facts = {"amount_fen": 45_00, "reference": "9" * 64, "method": "transfer"}
        assert data_of(order, "pay") == facts

    def test_nothing_that_was_owed(self):
        assert data_of(by_a_price_of_nothing(), "pay") == {"amount_fen": 0}

    def test_another_transfer(self):
        order = by_transfer()
        record_excess_transfer(order.pk, amount_fen=MAX_FEN, reference="late", actor=FINANCE)
        facts = {"amount_fen": MAX_FEN, "reference": "late", "stage": Stage.TO_CONFIRM}
        assert data_of(order, "excess_transfer") == facts
        with refused("bad_amount", 400):
            record_excess_transfer(order.pk, amount_fen=MAX_FEN + 1, reference="more", actor=FINANCE)
        assert record_excess_transfer(order.pk, amount_fen=1, reference="one", actor=FINANCE)

    def test_another_way_to_pay(self):
        order = cast.place()
        choose_payment(order.pk, method=PayMethod.COD, actor=cast.buyer(order))
        assert data_of(order, "choose_payment") == {"before": "wechat", "after": "cod", "delivery": "express"}


class TestWhatDidNotCount:
    def test_money_that_came_twice(self):
        order = cast.place()
        attempt = open_attempt(order.pk, actor=cast.buyer(order))
        cast.pay(order, attempt=attempt)
        apply_payment_evidence(evidence(attempt))
        facts = {"amount_fen": 45_00, "trade_no": f"4200{attempt.pk}", "stage": Stage.TO_CONFIRM}
        assert data_of(order, "late_payment") == facts

    def test_another_amount_is_told_once_for_each_attempt(self):
        order = cast.place()
        attempt = open_attempt(order.pk, actor=cast.buyer(order))
        for _ in range(2):
            report_mismatch(evidence(attempt, amount_fen=45_01))
        assert data_of(order, "payment_mismatch") == {
            "amount_fen": 45_01,
            "asked_fen": 45_00,
            "attempt": attempt.number,
            "trade_no": f"4200{attempt.pk}",
        }
        assert verbs_of(order) == ["place", "payment_mismatch"]


class TestRefunds:
    def decided(self):
        order = cast.paid_order()
        return cast.refund_payment(
            order.payments.get().pk, amount_fen=5_00, reason="补", actor=cast.clerk("finance")
        )

    def facts(self, refund) -> dict[str, object]:
        return {"refund_id": refund.pk, "number": refund.number, "amount_fen": 5_00}

    def test_decided_and_done(self):
        refund = self.decided()
        why = {"reason": "补", "shares": {str(refund.order.lines.get().pk): 3_89}}
        assert data_of(refund.order, "refund") == self.facts(refund) | why
        with clock.at(clock.now()):
            apply_refund_evidence(refund.number, status="SUCCESS", gateway_id="5", actor=GATEWAY)
            refund.refresh_from_db()
            assert (refund.finished_at, refund.gateway_id) == (clock.now(), "5")
        assert data_of(refund.order, "refund_done") == self.facts(refund)
        payment = refund.payment
        payment.refresh_from_db()
        assert (payment.refunding_fen, payment.refunded_fen) == (0, 5_00)
        assert fresh(refund.order).refunded_fen == 5_00

    def test_an_answer_without_a_number_leaves_the_one_that_is_known(self):
        refund = self.decided()
        apply_refund_evidence(refund.number, status="PROCESSING", gateway_id="5", actor=GATEWAY)
        apply_refund_evidence(refund.number, status="SUCCESS", actor=GATEWAY)
        refund.refresh_from_db()
        assert refund.gateway_id == "5"

    def test_failed_with_the_reason(self):
        refund = self.decided()
        for _ in range(2):
            apply_refund_evidence(refund.number, status="CLOSED", actor=GATEWAY)
        assert data_of(refund.order, "refund_fail") == self.facts(refund) | {"why": "CLOSED"}
        assert verbs_of(refund.order).count("refund_fail") == 1

    def test_of_a_long_reason_only_the_beginning(self):
        refund = self.decided()
        fail_refund(refund.order, refund, why="W" * 300, actor=GATEWAY)
        assert data_of(refund.order, "refund_fail")["why"] == "W" * 100
        assert refund.last_error == "W" * 200

    def test_stuck_with_what_was_last_heard(self):
        refund = self.decided()
        type(refund).objects.filter(pk=refund.pk).update(last_error="E" * 150)
        with clock.at(clock.now() + timedelta(days=2)):
            call_for_refund(refund.pk)
            refund.refresh_from_db()
            assert refund.stuck_at == clock.now()
        assert data_of(refund.order, "refund_stuck") == self.facts(refund) | {"why": "E" * 100}

    def test_paid_out_and_then_once_more_by_the_gateway(self):
        refund = self.decided()
        apply_refund_evidence(refund.number, status="ABNORMAL", actor=GATEWAY)
        pay_out_refund(refund.pk, reference=LONG, actor=FINANCE)
        apply_refund_evidence(refund.number, status="SUCCESS", actor=GATEWAY)
        assert data_of(refund.order, "pay_out") == self.facts(refund)
        assert data_of(refund.order, "refund_twice") == self.facts(refund) | {"reference": "长" * 100}

    def test_a_refund_of_cash_is_asked_of_no_gateway(self):
        order = by_cash()
        cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
        refund = order.refunds.get()
        assert (refund.state, refund.next_try_at, refund.sending_since) == (
            RefundState.TO_PAY_OUT,
            None,
            None,
        )


class TestProofs:
    def pictures(self, order: Order, count: int) -> list[int]:
        made = [
            Picture.objects.create(
                path=f"p/{order.pk}/{n}.jpg",
                width=1,
                height=1,
                created_at=clock.now(),
                customer_id=order.customer_id,
            )
            for n in range(count)
        ]
        return [picture.pk for picture in made]

    def send(self, order: Order, count: int = 1):
        return send_proof(order.pk, picture_ids=self.pictures(order, count), actor=cast.buyer(order))

    @pytest.fixture
    def order(self) -> Order:
        return cast.place(pay_method=PayMethod.TRANSFER)

    @pytest.mark.parametrize("count", [0, 6])
    def test_none_or_six_pictures_are_not_taken(self, order, count):
        with refused("bad_pictures", 400):
            self.send(order, count)

    @pytest.mark.parametrize("count", [1, 5])
    def test_one_to_five_are(self, order, count):
        proof = self.send(order, count)
        assert proof.pictures.count() == count
        assert data_of(order, "send_proof") == {"proof_id": proof.pk}
        assert (fresh(order).proof_sent_at, fresh(order).pay_by) == (proof.sent_at, None)

    def test_a_rejected_one_is_told_why_and_has_the_days_of_the_shop_again(self, order):
        proof = self.send(order)
        StoreSettings.objects.update(transfer_days=4)
        with clock.at(clock.now()):
            after = reject_proof(order.pk, reason=LONG, actor=FINANCE)
            proof.refresh_from_db()
            assert (proof.reason, proof.decided_at) == ("长" * 200, clock.now())
            assert (after.pay_by, after.proof_sent_at) == (clock.now() + timedelta(days=4), None)
        assert data_of(order, "reject_proof") == {"notice": "长" * 200}

    def test_another_amount_than_is_owed_is_told_with_both(self, order):
        with refused("amount_mismatch", 409) as caught:
            record_transfer(order.pk, amount_fen=44_99, reference="r", actor=FINANCE)
        assert "¥45.00" in str(caught.value) and "¥44.99" in str(caught.value)
        assert caught.value.extra == {"owed_fen": 45_00}


class TestSilence:
    def opened(self) -> PayAttempt:
        order = cast.place()
        return open_attempt(order.pk, actor=cast.buyer(order))

    def press(self, attempt: PayAttempt, actor=None) -> None:
        close_live_attempt(attempt.order_id, "order.cancel_unpaid", actor=actor or cast.clerk())

    def test_without_an_answer_the_attempt_is_open_again_and_the_moment_is_noted(self):
        attempt = self.opened()
        with clock.at(clock.now()):
            with refused("gateway_unavailable", 503) as caught:
                self.press(attempt)
            attempt.refresh_from_db()
            assert (attempt.state, attempt.closing_until) == (AttemptState.OPEN, None)
            assert attempt.unheard_since == clock.now()
        assert caught.value.extra == {"retry_after": 5}

    @pytest.mark.parametrize(("before", "is_given_up"), [(timedelta(seconds=1), False), (timedelta(0), True)])
    def test_after_a_day_of_silence_the_shop_gives_it_up(self, before, is_given_up):
        attempt, moment = self.opened(), clock.now()
        PayAttempt.objects.update(unheard_since=moment - GIVE_UP_AFTER + before)
        assert timedelta(hours=24) == GIVE_UP_AFTER
        with clock.at(moment):
            if is_given_up:
                self.press(attempt)
            else:
                with refused("gateway_unavailable"):
                    self.press(attempt)
        attempt.refresh_from_db()
        assert (attempt.state == AttemptState.CLOSED) == is_given_up
        assert attempt.next_query_at is not None

    def test_a_buyers_press_never_does(self):
        attempt = self.opened()
        PayAttempt.objects.update(unheard_since=clock.now() - 2 * GIVE_UP_AFTER)
        with refused("gateway_unavailable"):
            self.press(attempt, cast.buyer(attempt.order))

    def test_who_is_at_it_is_told_to_come_back(self):
        attempt = self.opened()
        PayAttempt.objects.update(
            state=AttemptState.CLOSING, closing_until=clock.now() + timedelta(seconds=9)
        )
        with refused("closing", 409) as caught:
            self.press(attempt)
        assert caught.value.extra == {"retry_after": 3}
        PayAttempt.objects.update(closing_until=clock.now())
        with refused("gateway_unavailable"):
            self.press(attempt)

    def test_people_hear_which_attempt_it_is(self):
        attempt = self.opened()
        PayAttempt.objects.update(unheard_since=clock.now())
        with clock.at(clock.now() + timedelta(hours=1)):
            call_for_attempt(attempt.pk)
            call_for_attempt(attempt.pk)
            attempt.refresh_from_db()
            assert attempt.stuck_at == clock.now()
        facts = {"attempt": attempt.number, "amount_fen": 45_00}
        assert data_of(attempt.order, "attempt_stuck") == facts
        assert verbs_of(attempt.order).count("attempt_stuck") == 1
