"""What a bill says against what the shop knows: each way in which the two may differ, and what settles it."""

from datetime import timedelta

import pytest

from orders.bills.days import A_DAY, start_of
from orders.bills.models import Bill, BillLine, Difference
from orders.bills.services.booking import book_payment, book_refund, take_state
from orders.bills.services.ending import dismiss_difference, reopen_difference, settle_difference
from orders.bills.tasks import fetch_bill
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.models import PayAttempt, Payment, Refund, RefundState
from orders.payments.tasks import query_payment, send_refund
from shop.demo.standins.wechat.refunds import settle_refund
from shop.events.delivery import drain
from shop.events.models import Event
from tests import cast
from tests.bills.bills import FINANCE, fetch, kinds, only_difference, paid_yesterday, yesterday
from tests.expect import fresh, refused
from tests.payments.test_outside import refund_at_the_platform

MINUTE = timedelta(minutes=1)


def refunded_yesterday(gateway, order):
    """The whole of it went back, which both sides know."""
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    refund = order.refunds.get()
    send_refund(refund.pk)
    move_refund(gateway, refund)
    return refund


def move_refund(gateway, refund, at: timedelta = timedelta(hours=13)):
    moment = start_of(yesterday()) + at
    gateway.server.world.ledger.write(
        "UPDATE refunds SET created_at = ?, finished_at = ? WHERE number = ?",
        *(moment.timestamp(), moment.timestamp(), getattr(refund, "number", refund)),
    )
    Refund.objects.filter(number=getattr(refund, "number", refund), state=RefundState.DONE).update(
        finished_at=moment
    )


class TestAgreeing:
    def test_a_day_on_which_all_agrees(self, bills):
        order = paid_yesterday(bills)
        refunded_yesterday(bills, order)
        bill = fetch()
        assert (bill.state, bill.rows, bill.has_open) == ("matched", 2, False)
        assert (bill.received_fen, bill.refunded_fen, bill.due_fen) == (order.paid_fen, order.paid_fen, 0)
        assert kinds() == []

    def test_a_day_without_trade_is_empty(self, bills):
        bill = fetch()
        assert (bill.state, bill.rows, kinds()) == ("empty", 0, [])
        assert set(Bill.objects.values_list("state", flat=True)) == {"empty"}

    def test_a_bill_compared_again_changes_nothing(self, bills):
        paid_yesterday(bills, knows=False)
        fetch()
        row, lines = only_difference(), list(BillLine.objects.values("place", "trade_no", "amount_fen"))
        fetch()
        assert only_difference().version == row.version
        assert list(BillLine.objects.values("place", "trade_no", "amount_fen")) == lines


class TestUnknownPayment:
    def test_it_is_found_and_booked_by_one_press(self, bills):
        order = paid_yesterday(bills, knows=False)
        bill = fetch()
        assert kinds() == [("unknown_payment", "open")] and bill.has_open
        row = only_difference()
        assert (row.order_id, row.theirs_fen, row.ours_fen) == (order.pk, order.payable_fen, None)
        book_payment(row.pk, actor=FINANCE, expected_version=row.version)
        drain()
        assert kinds() == [("unknown_payment", "settled")]
        assert fresh(order).paid_fen == order.payable_fen
        bill.refresh_from_db()
        assert not bill.has_open
        assert [*Event.objects.filter(kind="bill", subject_id=bill.pk).values_list("verb", flat=True)][
            -2:
        ] == [
            "bill.differ",
            "bill.agree",
        ]

    def test_evidence_that_comes_later_settles_it(self, bills):
        order = paid_yesterday(bills, knows=False)
        fetch()
        query_payment(order.attempts.get().pk)
        drain()
        assert kinds() == [("unknown_payment", "settled")] and only_difference().is_by_itself

    def test_of_an_attempt_that_a_restored_shop_has_lost_the_order_is_known_by_its_number(self, bills):
        order = paid_yesterday(bills, knows=False)
        PayAttempt.objects.all().delete()
        fetch()
        assert only_difference().order_id == order.pk
        book_payment(only_difference().pk, actor=FINANCE)
        assert fresh(order).paid_fen == order.payable_fen

    def test_of_no_order_it_can_only_be_settled_by_word(self, bills):
        paid_yesterday(bills)
        bills.behave(
            bill_extra=[
                {
                    "day": f"{yesterday():%Y-%m-%d}",
                    "trade_no": "4200000000000000009999",
                    "number": "another-shop-1",
                    "amount_fen": 8_00,
                    "at": (start_of(yesterday()) + timedelta(hours=9)).timestamp(),
                }
            ]
        )
        fetch()
        row = only_difference()
        assert (row.kind, row.order_id) == ("unknown_payment", None)
        with refused("no_order"):
            book_payment(row.pk, actor=FINANCE)
        with refused("reason_required", 400):
            settle_difference(row.pk, reason=" ", actor=FINANCE)
        dismiss_difference(row.pk, reason="另一个店铺", actor=FINANCE)
        fetch()
        assert kinds() == [("unknown_payment", "dismissed")]

    def test_who_may_not_match_may_not_settle(self, bills):
        paid_yesterday(bills, knows=False)
        fetch()
        for act in (settle_difference, dismiss_difference):
            with refused("forbidden", 403):
                act(only_difference().pk, reason="x", actor=cast.clerk("order_clerk"))


class TestMissingPayment:
    def leave_out(self, gateway, order):
        gateway.behave(bill_left_out=[order.attempts.get().number])

    def test_it_is_told(self, bills):
        order = paid_yesterday(bills)
        paid_yesterday(bills)
        self.leave_out(bills, order)
        fetch()
        assert kinds() == [("missing_payment", "open")]
        assert (only_difference().order_id, only_difference().ours_fen) == (order.pk, order.paid_fen)

    def test_a_bill_that_has_it_later_settles_it(self, bills):
        self.leave_out(bills, paid_yesterday(bills))
        paid_yesterday(bills)
        fetch()
        bills.behave(bill_left_out=[])
        assert fetch().has_open is False
        assert kinds() == [("missing_payment", "settled")]

    @pytest.mark.parametrize("beside", [timedelta(hours=24) - MINUTE, MINUTE])
    def test_near_midnight_it_is_missing_only_when_the_bill_beside_it_is_known(self, bills, beside):
        """Told by the platform a minute earlier or later than the shop has it."""
        order = paid_yesterday(bills)
        paid_yesterday(bills)
        payment = order.payments.get()
        Payment.objects.filter(pk=payment.pk).update(captured_at=start_of(yesterday()) + beside)
        self.leave_out(bills, order)
        fetch()
        assert kinds() == []
        if beside < A_DAY / 2:
            fetch(yesterday() - A_DAY)
            assert kinds() == [("missing_payment", "open")]
        Payment.objects.filter(pk=payment.pk).update(captured_at=payment.captured_at)
        for row in Difference.objects.all():
            settle_difference(row.pk, reason="-", actor=FINANCE)

    def test_what_the_bill_beside_it_tells_is_not_missing(self, bills):
        order = paid_yesterday(bills, at=timedelta(minutes=-1))
        payment = order.payments.get()
        Payment.objects.filter(pk=payment.pk).update(captured_at=start_of(yesterday()) + MINUTE)
        for day in (yesterday(), yesterday() - A_DAY):
            fetch(day)
        assert kinds() == []
        Payment.objects.filter(pk=payment.pk).update(captured_at=payment.captured_at)

    def test_a_day_of_which_the_platform_denies_any_trade_is_asked_about_again(self, bills):
        paid_yesterday(bills)
        bills.behave(bill_fault="none")
        bill = fetch()
        assert (bill.state, bill.tries) == ("waiting", 1)
        for _try in range(5):
            fetch_bill(bill.pk)
        bill.refresh_from_db()
        assert (bill.state, bill.rows) == ("matched", 0)
        assert kinds() == [("missing_payment", "open")]


class TestOtherAmount:
    def test_of_a_payment(self, bills):
        order = paid_yesterday(bills)
        bills.behave(bill_changes={order.attempts.get().number: {"amount_fen": order.paid_fen + 1}})
        fetch()
        row = only_difference()
        assert (row.kind, row.ours_fen, row.theirs_fen) == ("amount", order.paid_fen, order.paid_fen + 1)
        bills.behave(bill_changes={order.attempts.get().number: {"amount_fen": order.paid_fen + 2}})
        fetch()
        assert only_difference().theirs_fen == order.paid_fen + 2
        bills.behave(bill_changes={})
        fetch()
        assert kinds() == [("amount", "settled")]
        bills.behave(bill_changes={order.attempts.get().number: {"amount_fen": order.paid_fen + 1}})
        fetch()
        assert kinds() == [("amount", "open")]

    def test_evidence_of_another_amount_is_a_difference_before_the_bill(self, bills):
        order = paid_yesterday(bills, knows=False)
        attempt = order.attempts.get()
        PayAttempt.objects.filter(pk=attempt.pk).update(amount_fen=attempt.amount_fen - 1)
        query_payment(attempt.pk)
        drain()
        assert kinds() == [("amount", "open")]
        row = only_difference()
        assert (row.ours_fen, row.theirs_fen) == (attempt.amount_fen - 1, attempt.amount_fen)
        fetch()
        assert kinds() == [("amount", "open")]


class TestRefunds:
    def test_one_that_was_made_at_the_platform_is_booked_by_one_press(self, bills):
        order = paid_yesterday(bills)
        move_refund(bills, refund_at_the_platform(bills, order, 10_00))
        fetch()
        row = only_difference()
        assert (row.kind, row.order_id, row.theirs_fen) == ("unknown_refund", order.pk, 10_00)
        book_refund(row.pk, actor=FINANCE)
        drain()
        assert kinds() == [("unknown_refund", "settled")] and fresh(order).refunded_fen == 10_00
        fetch()
        assert kinds() == [("unknown_refund", "settled")]

    def test_one_that_the_platform_does_not_know(self, bills):
        order = paid_yesterday(bills)
        refund = refunded_yesterday(bills, order)
        bills.behave(bill_left_out=[refund.number])
        fetch()
        assert kinds() == [("missing_refund", "open")]
        assert only_difference().refund_no == refund.number

    def test_one_of_another_amount(self, bills):
        order = paid_yesterday(bills)
        refund = refunded_yesterday(bills, order)
        bills.behave(bill_changes={refund.number: {"amount_fen": 1}})
        fetch()
        assert kinds() == [("amount", "open")]

    def test_one_that_is_back_there_and_under_way_here(self, bills):
        bills.behave(refund_outcome="PROCESSING")
        order = paid_yesterday(bills)
        refund = refunded_yesterday(bills, order)
        settle_refund(bills.server.world, refund.number, "SUCCESS")
        move_refund(bills, refund)
        fetch()
        assert kinds() == [("state", "open")]
        take_state(only_difference().pk, actor=FINANCE)
        drain()
        assert kinds() == [("state", "settled")] and fresh(order).refunded_fen == order.paid_fen

    def test_one_that_failed_there_and_is_done_here_needs_the_platform(self, bills):
        order = paid_yesterday(bills)
        refund = refunded_yesterday(bills, order)
        bills.behave(bill_changes={refund.number: {"state": "FAIL"}})
        fetch()
        assert kinds() == [("state", "open")]
        with refused("not_told"):
            take_state(only_difference().pk, actor=FINANCE)

    def test_one_that_is_under_way_on_both_sides_agrees(self, bills):
        bills.behave(refund_outcome="PROCESSING")
        refunded_yesterday(bills, paid_yesterday(bills))
        fetch()
        assert kinds() == []


class TestByPeople:
    def test_settled_is_opened_again(self, bills):
        paid_yesterday(bills, knows=False)
        fetch()
        row = settle_difference(only_difference().pk, reason="已电话核实", actor=FINANCE)
        assert (row.state, row.is_by_itself) == ("settled", False)
        fetch()
        assert kinds() == [("unknown_payment", "settled")]
        reopen_difference(row.pk, actor=FINANCE)
        assert kinds() == [("unknown_payment", "open")]

    def test_another_button_is_refused(self, bills):
        paid_yesterday(bills, knows=False)
        fetch()
        for act in (book_refund, take_state):
            with refused("other_kind"):
                act(only_difference().pk, actor=FINANCE)
