"""Money that moved outside the shop: refunds it never asked for, payments it never heard of."""

from io import StringIO

import pytest
from django.core.management import call_command

from notifications.models import Alert, AlertKind
from orders.payments.changes.cancelling import cancel_lines, cancel_paid, cancel_unpaid
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.gateway import PaymentEvidence, open_gateway_for_refund
from orders.payments.models import PayAttempt, Payment, Refund, RefundState
from orders.payments.numbers import number_attempt, number_refund
from orders.payments.services.evidence import apply_payment_evidence
from orders.payments.services.found import record_found_payment
from orders.payments.services.outside import OutsideRefund, record_outside_refund
from orders.payments.services.payouts import pay_out_refund
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.payments.services.refund_sending import refuse_refund, retry_refund
from orders.payments.tasks import query_payment, send_refund
from orders.stages import Stage
from shop.actor import GATEWAY
from shop.demo.standins.wechat.refunds import settle_refund
from shop.events.delivery import drain
from shop.store.models import StoreSettings
from tests import cast
from tests.expect import fresh, refused, verbs_of
from tests.payments.callbacks import deliver


def paid(gateway, **kwargs):
    order = cast.place(**kwargs)
    query_payment(gateway.take_money(order).pk)
    return fresh(order)


def refund_at_the_platform(gateway, order, amount_fen: int) -> str:
    """As a person does at the merchant platform; returns the number it got there."""
    payment, number = order.payments.get(), f"by-hand-{order.number}"
    open_gateway_for_refund(None).refund(
        trade_no=payment.trade_no,
        refund_number=number,
        refund_fen=amount_fen,
        total_fen=payment.amount_fen,
        reason="商户平台",
        notify_url="https://shop.example/hooks",
    )
    return number


class TestRefunds:
    def test_one_the_shop_never_asked_for_is_booked_on_its_order_and_calls(self, gateway, client):
        order = paid(gateway)
        number = refund_at_the_platform(gateway, order, 10_00)
        for _ in range(2):
            assert deliver(client, gateway, number) == [204]
        refund = Refund.objects.get(order=order)
        assert (refund.number, refund.state, refund.is_goodwill) == (number, RefundState.DONE, True)
        assert (fresh(order).refunded_fen, order.payments.get().refunded_fen) == (10_00, 10_00)
        assert verbs_of(order)[-2:] == ["refund_outside", "refund_done"]
        drain()
        assert Alert.objects.filter(order=order, kind=AlertKind.REFUND_OUTSIDE).count() == 1

    def test_all_that_was_paid_fits(self, gateway, client):
        order = paid(gateway)
        number = refund_at_the_platform(gateway, order, order.paid_fen)
        assert deliver(client, gateway, number) == [204]
        assert fresh(order).refunded_fen == order.paid_fen

    def test_one_that_does_not_fit_is_told_without_being_booked(self, gateway, client):
        order = paid(gateway)
        number = refund_at_the_platform(gateway, order, 10_00)
        cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
        assert deliver(client, gateway, number) == [204]
        assert verbs_of(order)[-1] == "refund_outside"
        assert Refund.objects.filter(order=order).count() == 1

    @pytest.mark.parametrize("part", [1.0, 0.25])
    def test_it_takes_the_place_of_one_that_fails_afterwards(self, gateway, part):
        """Nobody pays out by hand what went back at the merchant platform."""
        order = paid(gateway)
        cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
        refund = order.refunds.get()
        outside_fen = int(refund.amount_fen * part)
        found = OutsideRefund("50000001", refund.payment.trade_no, "500", outside_fen)
        for _notice in range(2):
            assert record_outside_refund(found, mchid="", actor=GATEWAY)
        assert verbs_of(order).count("refund_outside") == 1
        refuse_refund(refund, why="NOT_ENOUGH")
        refund.refresh_from_db()
        assert fresh(order).refunded_fen == outside_fen
        if part == 1.0:
            assert (refund.state, refund.reference) == (RefundState.DONE, "50000001")
            with refused("not_to_pay_out"):
                pay_out_refund(refund.pk, reference="bank", actor=cast.clerk("finance"))
        else:
            assert refund.amount_fen == order.paid_fen - outside_fen
            pay_out_refund(refund.pk, reference="bank", actor=cast.clerk("finance"))
            assert fresh(order).refunded_fen == order.paid_fen

    def test_it_takes_the_place_of_one_that_has_failed(self, gateway):
        """The gateway said that a payment had gone back before the shop heard of it."""
        order = cast.place()
        attempt = gateway.open(order)
        heard = PaymentEvidence(attempt.number, "4200999", attempt.amount_fen, was_refunded=True)
        apply_payment_evidence(heard)
        found = OutsideRefund("50000001", "4200999", "500", attempt.amount_fen)
        assert record_outside_refund(found, mchid=attempt.mchid, actor=GATEWAY)
        with refused("not_to_pay_out"):
            pay_out_refund(order.refunds.get().pk, reference="bank", actor=cast.clerk("finance"))

    def part(self, order, fen: int, *, fails: bool) -> Refund:
        refund_part(order.pk, PartRefund(fen, "补偿"), actor=cast.clerk("finance"))
        refund = order.refunds.latest("pk")
        if fails:
            refuse_refund(refund, why="NOT_ENOUGH")
        return refund

    def find_outside(self, order, fen: int, number: str = "50000001") -> None:
        found = OutsideRefund(number, order.payments.get().trade_no, "500", fen)
        assert record_outside_refund(found, mchid="", actor=GATEWAY)

    def test_what_is_more_than_the_failed_one_is_booked_too(self):
        order = cast.paid_order()
        self.part(order, 10_00, fails=True)
        self.find_outside(order, order.paid_fen)
        assert fresh(order).refunded_fen == order.paid_fen

    def ended(self, gateway) -> Refund:
        """Taken in by the gateway and ended without success; then a part went back outside."""
        gateway.behave(refund_outcome="PROCESSING")
        order = paid(gateway)
        cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
        refund = order.refunds.get()
        send_refund(refund.pk)
        settle_refund(gateway.server.world, refund.number, "ABNORMAL")
        send_refund(refund.pk)
        self.find_outside(order, 10_00)
        return refund

    def test_what_is_left_of_one_that_the_gateway_has_ended_is_not_tried_for_ever(self, gateway):
        refund = self.ended(gateway)
        retry_refund(refund.pk, actor=cast.clerk("finance"))
        send_refund(refund.pk)
        pay_out_refund(refund.pk, reference="bank", actor=cast.clerk("finance"))
        assert fresh(refund.order).refunded_fen == refund.order.paid_fen

    def test_where_the_gateway_pays_the_whole_of_it_after_all_somebody_is_called(self, gateway):
        refund = self.ended(gateway)
        whole_fen = refund.amount_fen
        pay_out_refund(refund.pk, reference="bank", actor=cast.clerk("finance"))
        apply_refund_evidence(refund.number, status="SUCCESS", amount_fen=whole_fen, actor=GATEWAY)
        assert verbs_of(refund.order)[-1] == "refund_twice"

    @pytest.mark.parametrize(("outside_fen", "failed_fen"), [(30_00, 0), (25_00, 5_00), (35_00, 0)])
    def test_it_takes_the_place_of_as_many_as_it_is_enough_for(self, outside_fen, failed_fen):
        order = cast.paid_order()
        for fen in (10_00, 20_00):
            self.part(order, fen, fails=True)
        self.find_outside(order, outside_fen)
        failed = order.refunds.filter(state=RefundState.FAILED)
        assert sum(failed.values_list("amount_fen", flat=True)) == failed_fen
        assert fresh(order).refunded_fen == outside_fen

    def test_what_did_not_fit_takes_the_place_of_each_that_fails_later(self):
        order = cast.paid_order()
        refunds = [self.part(order, fen, fails=False) for fen in (10_00, order.paid_fen - 10_00)]
        self.find_outside(order, order.paid_fen)
        for refund in refunds:
            refuse_refund(refund, why="NOT_ENOUGH")
        assert not order.refunds.exclude(state=RefundState.DONE).exists()
        assert fresh(order).refunded_fen == order.paid_fen

    def test_several_that_did_not_fit_take_the_place_of_one_that_fails_later(self):
        order = cast.paid_order()
        refund = self.part(order, order.paid_fen, fails=False)
        self.find_outside(order, 10_00, "50000001")
        self.find_outside(order, order.paid_fen - 10_00, "50000002")
        refuse_refund(refund, why="NOT_ENOUGH")
        assert not order.refunds.exclude(state=RefundState.DONE).exists()
        assert fresh(order).refunded_fen == order.paid_fen

    def test_one_that_somebody_has_recorded_as_paid_out_is_not_booked_again(self):
        order = cast.paid_order()
        refund = self.part(order, 10_00, fails=True)
        pay_out_refund(refund.pk, reference="50000001", actor=cast.clerk("finance"))
        self.find_outside(order, 10_00)
        assert fresh(order).refunded_fen == 10_00

    def test_of_a_payment_that_is_not_ours_nothing_is_known(self, gateway, client):
        order = paid(gateway)
        number = refund_at_the_platform(gateway, order, 10_00)
        Payment.objects.update(trade_no="4299")
        assert deliver(client, gateway, number) == [404]
        Payment.objects.update(trade_no=gateway.trade(order.attempts.get().number)["trade_no"])


class TestGoodwill:
    def test_cancelling_afterwards_gives_back_what_is_left(self):
        order = cast.paid_order(basket={cast.make_sku().pk: 2, cast.make_sku().pk: 1})
        payment = order.payments.get()
        refund_part(order.pk, PartRefund(50_00, "补偿"), actor=cast.clerk("finance"))
        first, second = order.lines.order_by("pk")
        cancel_lines(order.pk, quantities={first.pk: 2}, reason="缺货", actor=cast.clerk("order_clerk"))
        cancel_lines(order.pk, quantities={second.pk: 1}, reason="缺货", actor=cast.clerk("order_clerk"))
        payment.refresh_from_db()
        assert fresh(order).stage == Stage.CLOSED
        assert payment.refunding_fen + payment.refunded_fen == payment.amount_fen

    def test_and_nothing_where_all_went_back(self):
        order = cast.paid_order()
        payment = order.payments.get()
        cast.refund_payment(
            payment.pk, amount_fen=payment.amount_fen, reason="补偿", actor=cast.clerk("finance")
        )
        cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
        assert (fresh(order).stage, order.refunds.count()) == (Stage.CLOSED, 1)


class TestPayingOut:
    def failed(self, gateway) -> Refund:
        """Sent, and told to have failed; the gateway still holds it as being processed."""
        gateway.behave(refund_outcome="PROCESSING")
        order = paid(gateway)
        cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
        refund = order.refunds.get()
        send_refund(refund.pk)
        Refund.objects.filter(pk=refund.pk).update(state=RefundState.FAILED, next_try_at=None)
        return refund

    def pay_out(self, refund: Refund) -> Refund:
        return pay_out_refund(refund.pk, reference="转账 1", actor=cast.clerk("finance"))

    def test_what_the_gateway_has_paid_is_not_paid_again(self, gateway):
        refund = self.failed(gateway)
        settle_refund(gateway.server.world, refund.number, "SUCCESS")
        with refused("already_refunded"):
            self.pay_out(refund)
        refund.refresh_from_db()
        assert (refund.state, refund.reference) == (RefundState.DONE, "")

    def test_nor_what_it_is_still_at(self, gateway):
        refund = self.failed(gateway)
        with refused("refund_under_way"):
            self.pay_out(refund)

    def test_nor_what_it_does_not_speak_of(self, gateway):
        refund = self.failed(gateway)
        gateway.fail("html")
        with refused("gateway_unavailable", 503):
            self.pay_out(refund)

    @pytest.mark.parametrize("status", ["ABNORMAL", "CLOSED"])
    def test_what_it_has_ended_is_paid_out(self, gateway, status):
        refund = self.failed(gateway)
        settle_refund(gateway.server.world, refund.number, status)
        assert self.pay_out(refund).state == RefundState.DONE

    def test_only_finance_has_it_asked(self, gateway):
        refund = self.failed(gateway)
        calls = gateway.calls(refund.number)
        with refused("forbidden", 403):
            pay_out_refund(refund.pk, reference="1", actor=cast.clerk("support"))
        assert gateway.calls(refund.number) == calls


class TestFoundPayments:
    @pytest.mark.parametrize("by_trade_no", [True, False])
    def test_one_press_books_it(self, gateway, by_trade_no):
        order = cast.place()
        attempt = gateway.take_money(order)
        number = gateway.trade(attempt.number)["trade_no"] if by_trade_no else attempt.number
        for _ in range(2):
            assert record_found_payment(number, actor=cast.clerk("finance")).counts
        assert (fresh(order).stage, Payment.objects.count()) == (Stage.TO_CONFIRM, 1)

    def test_even_where_a_restored_shop_does_not_know_the_attempt(self, gateway):
        order = cast.place()
        attempt = gateway.take_money(order)
        PayAttempt.objects.all().delete()
        assert record_found_payment(attempt.number, actor=cast.clerk("finance")).counts
        assert fresh(order).stage == Stage.TO_CONFIRM

    def test_what_came_for_a_closed_order_goes_back(self, gateway):
        order = cast.place()
        attempt = gateway.take_money(order)
        PayAttempt.objects.all().delete()
        cancel_unpaid(order.pk, actor=cast.buyer(order))
        assert not record_found_payment(attempt.number, actor=cast.clerk("finance")).counts
        assert verbs_of(order)[-2:] == ["late_payment", "refund"]

    def test_beside_another_attempt_it_does_not_count(self, gateway):
        """Where a restored shop has opened a new attempt since: that one may still be paid."""
        order = cast.place()
        lost = gateway.take_money(order)
        PayAttempt.objects.all().delete()
        cast.pay(order)
        assert not record_found_payment(lost.number, actor=cast.clerk("finance")).counts
        assert (fresh(order).paid_fen, Payment.objects.filter(counts=False).count()) == (order.payable_fen, 1)

    def test_what_was_paid_for_no_order_of_this_shop_is_not_booked(self, gateway):
        order = cast.place()
        attempt = gateway.take_money(order)
        PayAttempt.objects.all().delete()
        number, other = order.number, order.number[::-1]
        type(order).objects.filter(pk=order.pk).update(number=other)
        with refused("not_found", 404):
            record_found_payment(attempt.number, actor=cast.clerk("finance"))
        type(order).objects.filter(pk=order.pk).update(number=number)

    def test_what_was_not_paid_is_not_booked(self, gateway):
        attempt = gateway.open(cast.place())
        with refused("not_paid"):
            record_found_payment(attempt.number, actor=cast.clerk("finance"))
        with refused("not_found", 404):
            record_found_payment("261122123456789012-1", actor=cast.clerk("finance"))
        with refused("forbidden", 403):
            record_found_payment(attempt.number, actor=cast.clerk("warehouse"))


class TestRestored:
    """What a shop restored from a backup gives no second time: numbers at the gateway."""

    def test_each_restore_begins_a_range_of_numbers(self):
        order = cast.place()
        cast.pay(order)
        StoreSettings.objects.update(number_range=2000)
        other = cast.paid_order()
        assert order.attempts.get().number == f"{order.number}-1"
        assert other.attempts.get().number == f"{other.number}-2001"
        cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
        assert order.refunds.get().number == f"{order.number}R-2001"

    def test_the_same_backup_restored_twice_gives_no_number_twice(self):
        order = cast.paid_order()
        given = set()
        for _restore in range(2):
            StoreSettings.objects.update(number_range=0)  # as the archive has it
            call_command("new_number_range", stdout=StringIO())
            given |= {number_attempt(order), number_refund(order)}
        assert len(given) == 4
        assert all(len(number) <= 32 for number in given)
