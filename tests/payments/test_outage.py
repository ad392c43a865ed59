"""After and during an outage no order closes that was paid, and broken work is put before people."""

from datetime import timedelta

import pytest
from celery import current_app

from orders.payments import line
from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.line import FAILURES, TELL_AFTER, list_silent_merchants, note_answer, note_silence
from orders.payments.models import LIVE, GatewayLine, PayAttempt
from orders.payments.services import evidence
from orders.payments.services.attempts import start_payment
from orders.payments.services.closing import GIVE_UP_AFTER
from orders.payments.services.evidence import HEARD_SOON
from orders.payments.services.found import record_found_payment
from orders.payments.tasks import cancel_overdue, probe_gateway, query_payment, send_refund
from orders.stages import Stage
from shop import clock
from shop.clients import wechat_pay
from shop.clients.circuit import forget_circuits
from shop.clients.errors import Unknown
from shop.clients.transport import Answer
from shop.events.dead_letters import count_dead_letters
from shop.events.delivery import drain
from shop.events.models import StuckTimer
from shop.events.registry import TIMERS
from shop.events.sweeping import DEAD_AFTER, WATCHED, sweep
from shop.events.tasks import check_books_nightly
from shop.jobs.tasks import run_job
from shop.store.choices import OverdueRule
from shop.store.models import WeChatAccount
from shop.store.services import change_wechat_account
from tests import cast
from tests.expect import fresh, refused

LONG_AGO = GIVE_UP_AFTER + timedelta(hours=1)


def refuse_unsigned(monkeypatch, status):
    """As a proxy between does, or the gateway to whom it does not know."""
    body = b'{"code": "FREQUENCY_LIMITED", "message": "x"}'
    answer = Answer(status, {"content-type": "application/json"}, body)
    monkeypatch.setattr(wechat_pay, "send", lambda *_request, **_options: answer)


def change_appid():
    change_wechat_account({"appid": "wx-another"}, actor=cast.clerk())
    WeChatAccount.objects.update(tested_at=clock.now())


class TestSilence:
    @pytest.mark.parametrize("status", [401, 429])
    def test_a_gateway_that_refuses_everything_unsigned_is_silent(self, gateway, monkeypatch, status):
        attempt = gateway.take_money(cast.place())
        refuse_unsigned(monkeypatch, status)
        for _ in range(FAILURES):
            query_payment(attempt.pk)
        assert list_silent_merchants() == [attempt.mchid]

    def test_and_expiry_waits(self, gateway, monkeypatch, tasks_at_once):
        order = cast.place()
        gateway.take_money(order)
        refuse_unsigned(monkeypatch, 429)
        for minutes in range(0, 26 * 60, 60):
            with clock.at(order.pay_by + timedelta(minutes=minutes)):
                sweep()
        assert fresh(order).stage == Stage.UNPAID

    def test_an_unsigned_refusal_does_not_end_it(self, gateway, monkeypatch):
        attempt = gateway.open(cast.place())
        for _ in range(FAILURES):
            note_silence(attempt.mchid)
        refuse_unsigned(monkeypatch, 401)
        probe_gateway(GatewayLine.objects.get().pk)
        assert list_silent_merchants() == [attempt.mchid]

    def test_it_begins_with_the_last_of_the_failures(self, gateway):
        """Five in five hours of a quiet shop are no minute of silence."""
        for hours in range(FAILURES):
            with clock.at(clock.now() + timedelta(hours=hours)):
                note_silence("1900000001")
        with clock.at(clock.now() + timedelta(hours=FAILURES - 1) + TELL_AFTER / 2):
            sweep()
        assert GatewayLine.objects.get().told_at is None

    def test_that_of_a_merchant_who_is_gone_ends(self, gateway, tasks_at_once):
        for _ in range(FAILURES):
            note_silence("1900000777")
        with clock.at(clock.now() + 2 * TELL_AFTER):
            sweep()
            drain()
        assert list_silent_merchants() == []


class TestGivingUp:
    def test_who_was_not_even_asked_is_not_given_up(self, gateway):
        """The gateway is back, as another process heard, but the breaker of this one still rests."""
        order = cast.place()
        attempt = gateway.take_money(order)
        PayAttempt.objects.filter(pk=attempt.pk).update(unheard_since=clock.now() - LONG_AGO)
        gateway.fail("timeout_before", times=FAILURES)
        other = cast.place()
        for _ in range(FAILURES):
            with refused("gateway_unavailable", 503):
                start_payment(other.pk, actor=cast.buyer(other))
        GatewayLine.objects.all().delete()
        with clock.at(order.pay_by + timedelta(minutes=1)):
            cancel_overdue(order.pk)
        assert gateway.trade(attempt.number)["state"] == "SUCCESS"
        assert fresh(order).stage == Stage.UNPAID

    def test_the_time_of_a_silence_does_not_count(self, gateway):
        order = cast.place()
        attempt = gateway.take_money(order)
        moments = [clock.now() + timedelta(hours=hours) for hours in (1, 30, 54)]
        gateway.fail("timeout_before", times=99)
        query_payment(attempt.pk)
        with clock.at(moments[0]):
            for _ in range(FAILURES):
                note_silence(attempt.mchid)
        with clock.at(moments[1]):
            note_answer(attempt.mchid)
            with refused("gateway_unavailable"):
                cancel_unpaid(order.pk, actor=cast.clerk("order_clerk"))
        with clock.at(moments[2]):
            forget_circuits()
            assert cancel_unpaid(order.pk, actor=cast.clerk("order_clerk")).stage == Stage.CLOSED

    def test_what_was_asked_during_the_silence_begins_anew_with_the_answer(self, gateway):
        attempt = gateway.open(cast.place())
        for _ in range(FAILURES):
            note_silence(attempt.mchid)
        moment = clock.now() + timedelta(hours=2)
        PayAttempt.objects.update(unheard_since=moment - timedelta(hours=1))
        with clock.at(moment):
            note_answer(attempt.mchid)
        attempt.refresh_from_db()
        assert attempt.unheard_since == moment

    def test_a_buyers_press_gives_nothing_up(self, gateway):
        cast.open_shop(cancel_unpaid_minutes=3 * 24 * 60)
        gateway.lend_credentials()
        order = cast.place()
        attempt = gateway.take_money(order)
        change_appid()
        PayAttempt.objects.filter(pk=attempt.pk).update(unheard_since=clock.now() - LONG_AGO)
        gateway.fail("timeout_before", times=99)
        with refused("gateway_unavailable"):
            start_payment(order.pk, actor=cast.buyer(order))
        attempt.refresh_from_db()
        assert attempt.state in LIVE


class TestAfterwards:
    def test_an_order_paid_before_a_long_silence_has_its_time_to_be_sent(self, gateway, tasks_at_once):
        cast.open_shop(overdue_rule=OverdueRule.CLOSE, ship_within_hours=24)
        gateway.lend_credentials()
        order = cast.place()
        attempt = gateway.take_money(order)
        heard_at = clock.now() + timedelta(hours=26)
        with clock.at(heard_at):
            query_payment(attempt.pk)
            sweep()
        order = fresh(order)
        assert (order.stage, order.close_reason) == (Stage.TO_CONFIRM, "")
        assert order.paid_at < heard_at - timedelta(hours=25)
        assert order.ship_by == heard_at - HEARD_SOON + timedelta(hours=24)

    def test_a_payment_of_a_former_appid_is_found_by_one_press(self, gateway):
        order = cast.place()
        attempt = gateway.take_money(order)
        change_appid()
        record_found_payment(attempt.number, actor=cast.clerk("finance"))
        assert fresh(order).stage == Stage.TO_CONFIRM

    def test_and_looking_for_it_silences_nobody(self, gateway):
        attempt = gateway.take_money(cast.place())
        change_appid()
        for _ in range(FAILURES):
            record_found_payment(attempt.number, actor=cast.clerk("finance"))
        assert list_silent_merchants() == []

    def test_one_of_the_old_merchant_is_found_while_the_new_one_does_not_say(self, gateway):
        order = cast.place()
        attempt = gateway.take_money(order)
        change_wechat_account({"mchid": "1900000009"}, actor=cast.clerk())  # this gateway answers 401 to it
        WeChatAccount.objects.update(tested_at=clock.now())
        record_found_payment(attempt.number, actor=cast.clerk("finance"))
        assert fresh(order).stage == Stage.TO_CONFIRM

    def test_where_one_did_not_say_nobody_claims_that_there_is_none(self, gateway):
        change_wechat_account({"mchid": "1900000009"}, actor=cast.clerk())
        WeChatAccount.objects.update(tested_at=clock.now())
        with refused("gateway_unavailable", 503):
            record_found_payment("261122123456789012-1", actor=cast.clerk("finance"))


class TestBrokenWork:
    @pytest.fixture
    def broken(self, gateway, monkeypatch):
        """An attempt that was paid, and a fault in what follows paying."""
        attempt = gateway.take_money(cast.place())

        def fail(_order):
            raise ValueError("a fault")

        with monkeypatch.context() as patch:
            patch.setattr(evidence, "start_fulfilment", fail)
            for _ in range(DEAD_AFTER):
                with pytest.raises(ValueError, match="a fault"):
                    query_payment(attempt.pk)
                sweep()
        return attempt

    def test_it_is_put_before_people(self, broken):
        row = StuckTimer.objects.get(timer="payment.query", subject_id=broken.pk)
        assert (count_dead_letters(), row.last_error) == (1, "ValueError: a fault")

    def test_and_forgotten_once_it_has_come_through(self, broken):
        query_payment(broken.pk)
        assert not StuckTimer.objects.filter(attempts__gt=0).exists()
        assert fresh(broken.order).stage == Stage.TO_CONFIRM

    def test_every_task_is_known_to_the_workers(self):
        tasks = (cancel_overdue, probe_gateway, query_payment, send_refund, check_books_nightly, run_job)
        assert {task.name for task in tasks} <= set(current_app.tasks)

    def test_every_outside_timer_is_watched(self):
        assert {timer.name for timer in TIMERS.values() if timer.outside} == WATCHED


def test_an_answer_for_another_merchant_is_no_silence(gateway):
    with pytest.raises(wechat_pay.BadSignature), line.asking("1900000001"):
        raise wechat_pay.BadSignature("merchant", "for another appid")
    with pytest.raises(Unknown), line.asking("1900000001"):
        raise wechat_pay.BadSignature("signature", "not proven")
    assert GatewayLine.objects.get().failures == 1
