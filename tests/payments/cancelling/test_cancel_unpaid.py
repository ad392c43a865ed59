"""Cancelling while nothing is paid: by the buyer without asking, by staff, by the timer."""

from datetime import timedelta

import pytest

from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.models import AttemptState, Payment
from orders.payments.services.attempts import open_attempt
from orders.payments.services.closing import GIVE_UP_AFTER
from orders.payments.tasks import query_payment
from orders.stages import CloseReason, Stage
from shop import clock
from shop.actor import SYSTEM
from shop.clients.circuit import forget_circuits
from shop.events.sweeping import sweep
from shop.store.choices import PayMethod
from shop.store.models import WeChatAccount
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of


def test_the_buyer_cancels_and_stock_is_free_again():
    sku = cast.make_sku(on_hand=5)
    order = cast.place(basket={sku.pk: 3})
    closed = cancel_unpaid(order.pk, actor=cast.buyer(order))
    assert (closed.stage, closed.close_reason) == (Stage.CLOSED, CloseReason.BUYER)
    assert stock_of(sku.pk) == (5, 0)
    assert closed.owed_fen == 0


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_cash_on_delivery_order_can_be_cancelled_until_it_is_shipped(steps):
    order = cast.place(pay_method=PayMethod.COD)
    for verb in (cast.confirm_order, cast.prepare_order)[:steps]:
        verb(order.pk, actor=cast.clerk("order_clerk"))
    assert cancel_unpaid(order.pk, actor=cast.buyer(order)).stage == Stage.CLOSED


def test_shipped_goods_cannot_be_cancelled():
    order = cast.place(basket={cast.make_sku().pk: 2}, pay_method=PayMethod.COD)
    cast.confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    cast.ship_order(order.pk, parcels=[cast.parcel({order.lines.get().pk: 1})], actor=cast.clerk("warehouse"))
    with refused("already_shipped"):
        cancel_unpaid(order.pk, actor=cast.buyer(order))


def test_a_paid_order_is_not_cancelled_this_way():
    order = cast.paid_order()
    with refused("already_paid"):
        cancel_unpaid(order.pk, actor=cast.buyer(order))


def test_another_buyers_order_is_not_found():
    order = cast.place()
    with refused("not_found", 404):
        cancel_unpaid(order.pk, actor=cast.buyer(cast.place()))


@pytest.mark.parametrize("role", ["warehouse", "finance", "store_clerk"])
def test_staff_need_the_capability(role):
    with refused("forbidden", 403):
        cancel_unpaid(cast.place().pk, actor=cast.clerk(role))


def test_cancelling_twice_names_the_first():
    order = cast.place()
    cancel_unpaid(order.pk, actor=cast.clerk("order_clerk", name="王店长"))
    with refused("already_done") as caught:
        cancel_unpaid(order.pk, actor=cast.clerk("order_clerk", id_=2))
    assert "王店长" in str(caught.value)


class TestAtTheGateway:
    """Three steps: mark the attempt closing, ask and close outside, apply."""

    def test_the_attempt_is_closed_there_first(self, gateway):
        order = cast.place()
        attempt = gateway.open(order)
        cancel_unpaid(order.pk, actor=cast.buyer(order))
        attempt.refresh_from_db()
        assert (gateway.trade(attempt.number)["state"], attempt.state) == ("CLOSED", AttemptState.CLOSED)

    def test_money_already_taken_wins(self, gateway):
        order = cast.place()
        gateway.take_money(order)
        with refused("already_paid"):
            cancel_unpaid(order.pk, actor=cast.buyer(order))
        assert fresh(order).stage == Stage.TO_CONFIRM

    def test_while_closing_nobody_pays(self, gateway, monkeypatch):
        order = cast.place()
        gateway.open(order)
        codes = []

        def pay_meanwhile(attempt):
            with refused("closing", 409) as caught:
                open_attempt(order.pk, actor=cast.buyer(order))
            codes.append(caught.value.code)
            raise RuntimeError("the process dies here")

        monkeypatch.setattr("orders.payments.services.closing.query_and_close", pay_meanwhile)
        with pytest.raises(RuntimeError):
            cancel_unpaid(order.pk, actor=cast.buyer(order))
        assert codes == ["closing"]

    def test_a_process_that_died_while_closing_blocks_nobody_for_long(self, gateway):
        order = cast.place()
        attempt = gateway.open(order)
        soon = clock.now() + timedelta(seconds=20)
        type(attempt).objects.filter(pk=attempt.pk).update(state=AttemptState.CLOSING, closing_until=soon)
        with refused("closing"):
            cancel_unpaid(order.pk, actor=cast.buyer(order))
        with clock.at(soon):
            assert cancel_unpaid(order.pk, actor=cast.buyer(order)).stage == Stage.CLOSED

    @pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "error_500", "truncated", "html"])
    def test_an_unclear_answer_cancels_nothing_yet(self, gateway, kind):
        order = cast.place()
        gateway.open(order)
        gateway.fail(kind)
        with refused("gateway_unavailable", 503):
            cancel_unpaid(order.pk, actor=cast.buyer(order))
        assert fresh(order).stage == Stage.UNPAID
        assert cancel_unpaid(order.pk, actor=cast.buyer(order)).stage == Stage.CLOSED

    def test_presses_alone_never_give_it_up(self, gateway):
        order = cast.place()
        gateway.open(order)
        gateway.fail("html", times=99)
        for _ in range(6):
            with refused("gateway_unavailable", 503):
                cancel_unpaid(order.pk, actor=cast.buyer(order))
        with clock.at(clock.now() + 2 * GIVE_UP_AFTER), refused("gateway_unavailable", 503):
            cancel_unpaid(order.pk, actor=cast.buyer(order))
        assert fresh(order).stage == Stage.UNPAID

    def test_answers_that_are_not_proven_close_nothing_for_a_day(self, gateway):
        order = cast.place()
        gateway.take_money(order)
        gateway.fail("bad_signature", times=99)
        for hours in (1, 2, 12, 23):
            forget_circuits()
            with clock.at(order.pay_by + timedelta(hours=hours)), refused("gateway_unavailable", 503):
                cancel_unpaid(order.pk, actor=SYSTEM)
        gateway.recover()
        with refused("already_paid"):
            cancel_unpaid(order.pk, actor=SYSTEM)
        assert fresh(order).stage == Stage.TO_CONFIRM

    def test_an_answer_in_between_begins_the_time_anew(self, gateway):
        order = cast.place()
        attempt = gateway.open(order)
        gateway.fail("html")
        query_payment(attempt.pk)
        query_payment(attempt.pk)
        gateway.fail("html", times=99)
        with clock.at(clock.now() + GIVE_UP_AFTER + timedelta(hours=1)), refused("gateway_unavailable"):
            cancel_unpaid(order.pk, actor=cast.clerk("order_clerk"))

    def test_without_credentials_it_is_given_up_like_any_other_silence(self, gateway):
        order = cast.place()
        attempt = gateway.open(order)
        WeChatAccount.objects.update(mchid="")
        query_payment(attempt.pk)
        self.assert_given_up(order)

    def assert_given_up(self, order):
        with refused("gateway_unavailable"):
            cancel_unpaid(order.pk, actor=cast.clerk("order_clerk"))
        with clock.at(clock.now() + GIVE_UP_AFTER):
            assert cancel_unpaid(order.pk, actor=cast.clerk("order_clerk")).stage == Stage.CLOSED

    def test_money_that_comes_after_giving_up_is_found_and_sent_back(self, gateway):
        order = cast.place()
        attempt = gateway.take_money(order)
        gateway.fail("html", times=99)
        self.assert_given_up(order)
        gateway.recover()
        query_payment(attempt.pk)
        assert Payment.objects.get(order=order).counts is False
        assert verbs_of(order)[-2:] == ["late_payment", "refund"]

    def test_what_was_given_up_here_is_closed_there_when_the_gateway_answers_again(self, gateway):
        order = cast.place()
        attempt = gateway.open(order)
        gateway.fail("html", times=99)
        self.assert_given_up(order)
        gateway.recover()
        query_payment(attempt.pk)
        attempt.refresh_from_db()
        assert gateway.trade(attempt.number)["state"] == "CLOSED"
        assert attempt.next_query_at is None


class TestTimer:
    def test_it_closes_an_overdue_order_nobody_is_paying(self):
        order = cast.place()
        with clock.at(order.pay_by - timedelta(seconds=1)):
            sweep()
        assert fresh(order).stage == Stage.UNPAID
        with clock.at(order.pay_by):
            sweep()
        assert fresh(order).close_reason == CloseReason.TIMEOUT

    def test_with_an_attempt_the_worker_asks_the_gateway(self, gateway, sent_tasks):
        order = cast.place()
        gateway.open(order)
        sent_tasks.clear()
        with clock.at(order.pay_by):
            sweep()
            sweep()
        assert ("cancel_overdue", order.pk) in sent_tasks
        assert sent_tasks.count(("cancel_overdue", order.pk)) == 1
        assert fresh(order).stage == Stage.UNPAID

    def test_it_asks_again_when_the_worker_did_nothing(self, gateway, sent_tasks):
        order = cast.place()
        gateway.open(order)
        for moment in (order.pay_by, order.pay_by + timedelta(seconds=61)):
            with clock.at(moment):
                sweep()
        assert sent_tasks.count(("cancel_overdue", order.pk)) == 2

    def test_it_leaves_an_order_that_was_paid_at_the_last_moment(self, gateway, tasks_at_once):
        order = cast.place()
        gateway.take_money(order)
        with clock.at(order.pay_by):
            sweep()
        assert fresh(order).stage == Stage.TO_CONFIRM

    def test_it_never_closes_cash_on_delivery(self):
        order = cast.place(pay_method=PayMethod.COD)
        with clock.at(clock.now() + timedelta(days=3)):
            sweep()
        assert fresh(order).stage == Stage.TO_CONFIRM

    def test_a_later_change_of_the_setting_does_not_move_old_orders(self):
        order = cast.place()
        cast.open_shop(cancel_unpaid_minutes=1)
        with clock.at(order.placed_at + timedelta(minutes=10)):
            sweep()
        assert fresh(order).stage == Stage.UNPAID
