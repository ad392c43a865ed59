"""When the gateway is asked next, to the second: each time lies ahead, and a task ends when the next one is due."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.line import FAILURES, note_silence
from orders.payments.models import AttemptState, GatewayLine, PayAttempt, Refund, RefundState
from orders.payments.selectors import list_due_to_close
from orders.payments.services.attempts import ask_soon, open_attempt, start_payment
from orders.payments.services.closing import close_live_attempt, mark_closed
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.payments.services.refund_sending import lease_refund, put_off_refund, retry_refund
from orders.payments.tasks import query_payment
from shop import clock
from shop.actor import GATEWAY
from shop.events.delivery import drain
from shop.events.sweeping import sweep
from tests import cast
from tests.expect import refused

SECOND = timedelta(seconds=1)


@pytest.fixture
def moment() -> Iterator[datetime]:
    """The clock stands still."""
    with clock.at(clock.now()):
        yield clock.now()


@pytest.fixture
def expiring(monkeypatch: pytest.MonkeyPatch, sent_tasks: object) -> list[tuple[str, float | None]]:
    """(name, seconds until it expires) of every task that was enqueued."""
    sent: list[tuple[str, float | None]] = []

    def keep(task, _args=(), *_more, expires=None, **_kwargs) -> None:
        sent.append((task.name.rsplit(".", 1)[-1], expires))

    monkeypatch.setattr("celery.app.task.Task.apply_async", keep)
    return sent


def opened() -> PayAttempt:
    order = cast.place()
    return open_attempt(order.pk, actor=cast.buyer(order))


def seconds_until(moment: datetime | None) -> float:
    assert moment is not None
    return (moment - clock.now()).total_seconds()


class TestAttempts:
    def test_a_new_one_is_asked_about_half_a_minute_later(self, moment):
        attempt = opened()
        assert (seconds_until(attempt.next_query_at), attempt.queries) == (30, 0)
        assert (attempt.created_at, attempt.expires_at) == (moment, attempt.order.pay_by)

    def test_one_of_the_last_moment_lives_as_long_as_the_gateway_asks_for(self):
        order = cast.place()
        with clock.at(order.pay_by - SECOND):
            attempt = open_attempt(order.pk, actor=cast.buyer(order))
            assert seconds_until(attempt.expires_at) == 90

    def test_one_of_an_order_that_waits_for_ever_lives_for_two_hours(self, moment):
        order = cast.place()
        Order.objects.filter(pk=order.pk).update(pay_by=None)
        attempt = open_attempt(order.pk, actor=cast.buyer(order))
        assert seconds_until(attempt.expires_at) == 7200

    def test_half_a_minute_runs_from_when_the_gateway_took_it(self, gateway):
        order = cast.place()
        attempt = open_attempt(order.pk, actor=cast.buyer(order))
        with clock.at(attempt.created_at + 20 * SECOND):
            gateway.open(order)
            attempt.refresh_from_db()
            assert seconds_until(attempt.next_query_at) == 30

    @pytest.mark.parametrize(
        ("due_in", "asked_in"), [(-9, 30), (0, 30), (1, 1), (29, 29), (30, 30), (31, 30), (3600, 30)]
    )
    def test_soon_is_within_half_a_minute_and_never_later_than_before(self, moment, due_in, asked_in):
        attempt = opened()
        PayAttempt.objects.filter(pk=attempt.pk).update(next_query_at=moment + due_in * SECOND)
        ask_soon(attempt)
        attempt.refresh_from_db()
        assert seconds_until(attempt.next_query_at) == asked_in

    def test_what_is_not_asked_about_any_more_is_not_asked_soon(self, moment):
        attempt, other = opened(), opened()
        for row in (attempt, other):
            PayAttempt.objects.filter(pk=row.pk).update(next_query_at=None)
        ask_soon(attempt)
        attempt.refresh_from_db()
        assert attempt.next_query_at is None

    def test_each_question_lies_further_ahead_than_the_last(self, moment, expiring):
        attempt = opened()
        for wait in (30, 60, 120, 240, 480, 960, 1800, 3600, 3600):
            PayAttempt.objects.filter(pk=attempt.pk).update(next_query_at=moment)
            sweep()
            attempt.refresh_from_db()
            assert seconds_until(attempt.next_query_at) == wait
            assert expiring.pop() == ("query_payment", wait)
        assert attempt.queries == 9

    def test_a_task_that_was_faster_than_its_timer_has_the_last_word(self, moment, monkeypatch, sent_tasks):
        attempt = opened()
        PayAttempt.objects.filter(pk=attempt.pk).update(next_query_at=moment)
        monkeypatch.setattr("celery.app.task.Task.apply_async", lambda *_a, **_kw: mark_closed(attempt))
        sweep()
        attempt.refresh_from_db()
        assert (attempt.next_query_at, attempt.queries) == (None, 0)

    @pytest.mark.parametrize(("minutes", "asked_in"), [(0, 30), (9, 30), (10, 3600), (60, 3600)])
    def test_for_ten_minutes_without_an_answer_it_is_asked_soon_again(
        self, gateway, moment, minutes, asked_in
    ):
        attempt = gateway.open(cast.place())
        PayAttempt.objects.filter(pk=attempt.pk).update(
            next_query_at=moment + timedelta(hours=1), unheard_since=moment - timedelta(minutes=minutes)
        )
        gateway.fail("html")
        query_payment(attempt.pk)
        attempt.refresh_from_db()
        assert seconds_until(attempt.next_query_at) == asked_in
        assert attempt.unheard_since == moment - timedelta(minutes=minutes)

    def test_a_closed_one_is_asked_no_more(self, moment):
        attempt = opened()
        mark_closed(attempt)
        attempt.refresh_from_db()
        assert (attempt.state, attempt.next_query_at) == (AttemptState.CLOSED, None)

    def test_a_prepay_id_is_used_for_a_hundred_and_ten_minutes(self, gateway):
        cast.open_shop(cancel_unpaid_minutes=24 * 60)
        gateway.lend_credentials()
        order = cast.place()
        attempt = gateway.open(order)
        for seconds, created in ((110 * 60 - 1, 1), (110 * 60, 2)):
            with clock.at(attempt.created_at + seconds * SECOND):
                start_payment(order.pk, actor=cast.buyer(order))
            assert gateway.calls(attempt.number)["create"] == created


class TestClosing:
    def die_while_closing(self, monkeypatch, attempt: PayAttempt) -> None:
        def die(_attempt: PayAttempt) -> None:
            raise RuntimeError("the process dies here")

        with monkeypatch.context() as patch, pytest.raises(RuntimeError):
            patch.setattr("orders.payments.services.closing.query_and_close", die)
            close_live_attempt(attempt.order_id, "order.cancel_unpaid", actor=cast.clerk("order_clerk"))

    @pytest.mark.parametrize(("seconds", "is_free"), [(24, False), (25, True)])
    def test_who_died_while_closing_holds_it_for_twenty_five_seconds(
        self, moment, monkeypatch, seconds, is_free
    ):
        attempt = opened()
        self.die_while_closing(monkeypatch, attempt)
        with clock.at(moment + seconds * SECOND):
            if is_free:
                assert open_attempt(attempt.order_id, actor=cast.buyer(attempt.order)).pk == attempt.pk
            else:
                with refused("closing", 409) as caught:
                    open_attempt(attempt.order_id, actor=cast.buyer(attempt.order))
                assert caught.value.extra == {"retry_after": 3}

    def test_a_late_order_with_an_attempt_is_asked_to_close_once_a_minute(self, expiring):
        attempt = opened()
        late = attempt.order.pay_by
        for seconds in (0, 59, 60):
            with clock.at(late + seconds * SECOND):
                if attempt.order_id in list_due_to_close(clock.now(), (), 9):
                    sweep()
        assert [task for task in expiring if task[0] == "cancel_overdue"] == [("cancel_overdue", 60)] * 2


class TestRefunds:
    def committed(self) -> Refund:
        order = cast.paid_order()
        cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
        return order.refunds.get()

    def test_the_timer_takes_over_half_a_minute_after_the_event(self, moment):
        refund = self.committed()
        assert (seconds_until(refund.next_try_at), refund.sending_since) == (30, moment)

    def test_then_its_task_has_a_minute(self, moment, expiring):
        refund = self.committed()
        with clock.at(moment + 29 * SECOND):
            sweep()
        assert expiring == []
        with clock.at(moment + 30 * SECOND):
            sweep()
            refund.refresh_from_db()
            assert seconds_until(refund.next_try_at) == 60
        assert expiring == [("send_refund", 60)]

    def test_what_came_through_meanwhile_is_not_due_again(self, moment, monkeypatch):
        refund = self.committed()

        def finish(_task, args, **_kwargs) -> None:
            apply_refund_evidence(refund.number, status="SUCCESS", actor=GATEWAY)

        monkeypatch.setattr("celery.app.task.Task.apply_async", finish)
        with clock.at(moment + 30 * SECOND):
            sweep()
        refund.refresh_from_db()
        assert (refund.state, refund.next_try_at) == (RefundState.DONE, None)

    @pytest.mark.parametrize(
        ("tries", "wait"), [(0, 15), (1, 30), (2, 60), (3, 120), (4, 240), (5, 480), (6, 600), (99, 600)]
    )
    def test_each_try_is_put_off_twice_as_long_and_ten_minutes_at_most(self, moment, tries, wait):
        refund = self.committed()
        Refund.objects.filter(pk=refund.pk).update(tries=tries, lease_until=moment)
        refund.refresh_from_db()
        put_off_refund(refund, error="x" * 300)
        refund.refresh_from_db()
        assert (seconds_until(refund.next_try_at), refund.lease_until) == (wait, None)
        assert refund.last_error == "x" * 200

    def test_who_has_the_lease_has_it_for_a_minute(self, moment):
        refund = self.committed()
        assert lease_refund(refund.pk).tries == 1
        for seconds, is_free in ((59, False), (60, True)):
            with clock.at(moment + seconds * SECOND):
                assert (lease_refund(refund.pk) is not None) == is_free

    def test_what_is_being_processed_is_asked_about_a_minute_later(self, moment):
        refund = lease_refund(self.committed().pk)
        apply_refund_evidence(refund.number, status="PROCESSING", gateway_id="50001", actor=GATEWAY)
        refund.refresh_from_db()
        assert (seconds_until(refund.next_try_at), refund.lease_until) == (60, None)
        assert refund.gateway_id == "50001"

    def test_what_failed_is_not_due_until_a_person_retries_it(self, moment, expiring):
        refund = self.committed()
        apply_refund_evidence(refund.number, status="ABNORMAL", actor=GATEWAY)
        refund.refresh_from_db()
        assert (refund.next_try_at, refund.lease_until, refund.last_error) == (None, None, "ABNORMAL")
        with clock.at(moment + timedelta(hours=5)):
            retry_refund(refund.pk, actor=cast.clerk("finance"))
            refund.refresh_from_db()
            assert (seconds_until(refund.next_try_at), refund.sending_since) == (30, clock.now())

    def test_the_event_enqueues_it_only_while_it_is_to_be_sent(self, sent_tasks):
        refund, done = self.committed(), self.committed()
        apply_refund_evidence(done.number, status="SUCCESS", actor=GATEWAY)
        drain()
        assert sent_tasks == [("send_refund", refund.pk)]


class TestSilence:
    def test_a_silent_gateway_is_probed_every_ten_seconds(self, moment, expiring):
        for _ in range(FAILURES):
            note_silence("1900000001")
        for seconds in (0, 9, 10):
            with clock.at(moment + seconds * SECOND):
                sweep()
        assert expiring == [("probe_gateway", 10)] * 2
        assert GatewayLine.objects.get().probe_at == moment + 20 * SECOND
        assert GatewayLine.objects.get().silent_since == moment


def test_an_order_without_an_attempt_closes_with_its_deadline_and_not_before():
    order = cast.place()
    for seconds, is_open in ((-1, True), (0, False)):
        with clock.at(order.pay_by + seconds * SECOND):
            sweep()
        order.refresh_from_db()
        assert (order.close_reason == "") == is_open
