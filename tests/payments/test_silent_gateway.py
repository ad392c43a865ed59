"""A gateway that does not answer: what can wait waits, people hear of it once, and no paid order closes."""

from datetime import timedelta

import pytest

from notifications.models import Alert, AlertKind
from orders.payments import line
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.line import FAILURES, TELL_AFTER, call_for_line, list_silent_merchants, note_silence
from orders.payments.models import AttemptState, GatewayLine, PayAttempt
from orders.payments.selectors import UNHEARD_FOR, list_due_refunds, list_due_to_close, list_due_to_query
from orders.payments.services.attempts import open_attempt, start_payment
from orders.payments.services.closing import GIVE_UP_AFTER
from orders.payments.services.unheard import call_for_attempt, note_heard, note_unheard
from orders.payments.tasks import query_payment
from orders.payments.timers import PROBE_EVERY_S
from orders.stages import Stage
from shop import clock
from shop.clients.circuit import forget_circuits
from shop.events.delivery import drain
from shop.events.models import Event
from shop.events.sweeping import sweep
from tests import cast
from tests.console import sign_in
from tests.expect import fresh, refused, verbs_of

MCHID = "1900000001"


def fall_silent(mchid: str = MCHID) -> None:
    for _ in range(FAILURES):
        note_silence(mchid)


def open_alerts(kind: AlertKind) -> int:
    drain()
    return Alert.objects.filter(kind=kind, handled_at=None).count()


def test_failures_in_a_row_make_a_gateway_silent_and_one_answer_ends_it(gateway):
    attempt = gateway.open(cast.place())
    gateway.fail("html", times=FAILURES)
    for _ in range(FAILURES):
        assert list_silent_merchants() == []
        query_payment(attempt.pk)
    assert list_silent_merchants() == [attempt.mchid]
    forget_circuits()
    query_payment(attempt.pk)
    assert list_silent_merchants() == []


def test_a_refusal_is_an_answer(gateway):
    order = cast.place()  # of a buyer whom this gateway never saw
    for _ in range(FAILURES):
        with refused("gateway_refused"):
            start_payment(order.pk, actor=cast.buyer(order))
    assert not GatewayLine.objects.exists()


def test_what_was_not_asked_at_all_is_no_failure(gateway):
    attempt = gateway.open(cast.place())
    gateway.fail("timeout_before", times=99)
    for _ in range(4 * FAILURES):
        query_payment(attempt.pk)
    assert GatewayLine.objects.get().failures == FAILURES


def test_people_hear_of_it_once_and_of_its_end(gateway):
    fall_silent()
    sweep()
    assert open_alerts(AlertKind.GATEWAY_SILENT) == 0
    with clock.at(clock.now() + TELL_AFTER):
        sweep()
        sweep()
        assert open_alerts(AlertKind.GATEWAY_SILENT) == 1
        line.note_answer(MCHID)
        assert open_alerts(AlertKind.GATEWAY_SILENT) == 0
    assert Event.objects.filter(kind="gateway").count() == 2
    with clock.at(clock.now() + timedelta(hours=1)):
        fall_silent()
        with clock.at(clock.now() + TELL_AFTER):
            sweep()
            assert open_alerts(AlertKind.GATEWAY_SILENT) == 1


def test_a_call_that_comes_late_tells_nobody():
    fall_silent()
    row = GatewayLine.objects.get()
    call_for_line(row.pk)
    line.note_answer(MCHID)
    call_for_line(row.pk)
    assert not Event.objects.filter(kind="gateway").exists()


def test_of_a_silent_merchant_nothing_is_asked_and_others_go_on():
    mine = [cast.place() for _ in range(3)]
    for order in mine:
        open_attempt(order.pk, actor=cast.buyer(order))
    other = cast.place()
    open_attempt(other.pk, actor=cast.buyer(other))
    PayAttempt.objects.filter(order=other).update(mchid="1900000002")
    late = max(order.pay_by for order in [*mine, other])
    assert len(list_due_to_close(late, (), 9)) == len(list_due_to_query(late, (), 9)) == 4
    fall_silent()
    assert list_due_to_close(late, (), 9) == [other.pk]
    assert list_due_to_query(late, (), 9) == [other.attempts.get().pk]


def test_refunds_of_a_silent_merchant_wait_too():
    for _ in range(3):
        cancel_paid(cast.paid_order().pk, reason="缺货", actor=cast.clerk("order_clerk"))
    later = clock.now() + timedelta(minutes=1)
    assert len(list_due_refunds(later, (), 9)) == 3
    fall_silent()
    assert list_due_refunds(later, (), 9) == []


def test_a_silent_gateway_is_asked_every_few_seconds_whether_it_is_back(gateway, tasks_at_once):
    mchid = gateway.server.world.credentials.mchid
    fall_silent(mchid)
    gateway.fail("html")
    sweep()
    assert list_silent_merchants() == [mchid]
    sweep()
    assert list_silent_merchants() == [mchid]
    with clock.at(clock.now() + timedelta(seconds=PROBE_EVERY_S)):
        sweep()
    assert list_silent_merchants() == []


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "error_500", "html", "bad_signature"])
def test_an_order_paid_while_the_gateway_is_sick_is_not_closed(gateway, kind, tasks_at_once):
    order = cast.place()
    gateway.take_money(order)
    gateway.fail(kind, times=9999)
    for minutes in range(0, 600, 7):
        forget_circuits()
        with clock.at(order.pay_by + timedelta(minutes=minutes)):
            sweep()
    assert fresh(order).stage == Stage.UNPAID
    gateway.recover()
    with clock.at(order.pay_by + timedelta(minutes=605)):
        sweep()
        sweep()
    assert fresh(order).stage == Stage.TO_CONFIRM


def test_an_attempt_that_nobody_answers_about_calls_once_and_says_when_it_is_over(gateway):
    order = cast.place()
    attempt = gateway.open(order)
    gateway.fail("html", path=f"/v3/pay/transactions/out-trade-no/{attempt.number}")
    query_payment(attempt.pk)
    with clock.at(clock.now() + UNHEARD_FOR - timedelta(seconds=5)):
        sweep()
    assert open_alerts(AlertKind.ATTEMPT_STUCK) == 0
    with clock.at(clock.now() + UNHEARD_FOR):
        sweep()
        sweep()
        assert verbs_of(order) == ["place", "attempt_stuck"]
        assert open_alerts(AlertKind.ATTEMPT_STUCK) == 1
        query_payment(attempt.pk)
        assert verbs_of(order)[-1] == "attempt_heard"
        assert open_alerts(AlertKind.ATTEMPT_STUCK) == 0


def test_an_attempt_that_is_known_again_is_over_while_another_of_the_order_is_not():
    order = cast.place()
    given_up = open_attempt(order.pk, actor=cast.buyer(order))
    PayAttempt.objects.update(state=AttemptState.CLOSED)
    attempts = [given_up, open_attempt(order.pk, actor=cast.buyer(order))]
    with clock.at(clock.now() - UNHEARD_FOR):
        for attempt in attempts:
            note_unheard(attempt)
    for attempt in attempts:
        call_for_attempt(attempt.pk)
    assert open_alerts(AlertKind.ATTEMPT_STUCK) == 2
    note_heard(given_up)
    assert open_alerts(AlertKind.ATTEMPT_STUCK) == 1
    note_heard(attempts[1])
    assert open_alerts(AlertKind.ATTEMPT_STUCK) == 0


def test_where_the_whole_gateway_is_silent_not_every_order_calls(gateway):
    order = cast.place()
    attempt = gateway.open(order)
    gateway.fail("html", times=99)
    for _ in range(FAILURES):
        query_payment(attempt.pk)
    with clock.at(clock.now() + GIVE_UP_AFTER):
        sweep()
    assert "attempt_stuck" not in verbs_of(order)


def test_an_alert_about_the_shop_is_shown_and_can_be_handled():
    cast.place()
    fall_silent()
    with clock.at(clock.now() + TELL_AFTER):
        sweep()
        drain()
    user = cast.make_staff()
    client = sign_in(user)
    assert "Unpaid orders stay open until" in client.get("/console/alerts/").content.decode()
    state = client.get("/console/alerts/open.json").json()["alerts"][0]
    assert (state["number"], state["kind"], state["is_voiced"]) == ("", "gateway_silent", True)
    alert = Alert.objects.get()
    assert client.post("/console/alerts/handle/", {"id": alert.pk}).status_code == 302
    alert.refresh_from_db()
    assert alert.handled_by_id == user.pk
