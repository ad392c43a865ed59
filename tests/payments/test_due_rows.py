"""What the timers of money find: rows from the very moment they are due, the oldest first, so many and no others."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from orders.models import Order
from orders.payments import selectors
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.models import GatewayLine, PayAttempt, Refund, RefundState
from orders.payments.services.attempts import open_attempt
from shop import clock
from shop.callbacks.models import Callback
from shop.callbacks.selectors import list_old_refused, list_refused
from shop.store.choices import OverdueRule
from tests import cast

TICK = timedelta(microseconds=1)
Find = Callable[[datetime, Iterable[int], int], list[int]]


@pytest.fixture(autouse=True)
def tidy() -> Any:
    yield
    Order.objects.update(pay_by=None)


def at(column: str, make: Callable[[], Any], model: Any) -> Callable[[datetime], int]:
    """Make a row whose column is `moment`; returns its id."""

    def due_at(moment: datetime) -> int:
        row = make()
        model.objects.filter(pk=row.pk).update(**{column: moment})
        return int(row.pk)

    return due_at


def attempt() -> PayAttempt:
    order = cast.place()
    return open_attempt(order.pk, actor=cast.buyer(order))


def attempted() -> Order:
    return attempt().order


def unsent() -> Order:
    cast.open_shop(overdue_rule=OverdueRule.CLOSE)
    return cast.paid_order()


def refund(**changes: Any) -> Refund:
    order = cast.paid_order()
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    Refund.objects.filter(order=order).update(**changes)
    return order.refunds.get()


def processing() -> Refund:
    return refund(state=RefundState.PROCESSING)


def silent_line() -> GatewayLine:
    number = GatewayLine.objects.count()
    return GatewayLine.objects.create(mchid=f"19000000{number}", failures=5, silent_since=clock.now())


def notice() -> Callback:
    number = Callback.objects.count()
    return Callback.objects.create(
        provider="wechat", nonce=f"n{number}", is_accepted=False, received_at=clock.now()
    )


@dataclass(frozen=True)
class Case:
    """`term` after its column's moment a row is due."""

    find: Find
    make: Callable[[datetime], int]
    term: timedelta = timedelta(0)


S = selectors
CASES = {
    "cancel": Case(S.list_due_to_cancel, at("pay_by", cast.place, Order)),
    "close": Case(S.list_due_to_close, at("pay_by", attempted, Order)),
    "unsent": Case(S.list_unsent, at("ship_by", unsent, Order)),
    "query": Case(S.list_due_to_query, at("next_query_at", attempt, PayAttempt)),
    "attempt": Case(S.list_stuck_attempts, at("unheard_since", attempt, PayAttempt), timedelta(hours=1)),
    "probe": Case(S.list_lines_to_probe, at("probe_at", silent_line, GatewayLine)),
    "silent": Case(S.list_silent_lines, at("silent_since", silent_line, GatewayLine), timedelta(minutes=1)),
    "refund": Case(S.list_due_refunds, at("next_try_at", refund, Refund)),
    "asked": Case(S.list_due_refunds, at("next_try_at", processing, Refund)),
    "sending": Case(S.list_stuck_refunds, at("sending_since", refund, Refund), timedelta(hours=24)),
    "slow": Case(S.list_stuck_refunds, at("sending_since", processing, Refund), timedelta(days=3)),
    "notice": Case(list_old_refused, at("received_at", notice, Callback), timedelta(days=7) + TICK),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def test_a_row_is_due_from_its_moment_on_and_not_before(case: Case) -> None:
    moment = clock.now()
    row = case.make(moment)
    assert case.find(moment + case.term - TICK, (), 9) == []
    assert case.find(moment + case.term, (), 9) == [row]


def test_rows_come_oldest_first_so_many_as_are_wanted_and_without_those_to_skip(case: Case) -> None:
    moment = clock.now()
    rows = [case.make(moment - timedelta(seconds=seconds)) for seconds in (3, 2, 1)]
    later = moment + case.term
    assert case.find(later, (), 9) == rows
    assert case.find(later, (), 2) == rows[:2]
    assert case.find(later, (rows[0],), 9) == rows[1:]


SORTED_BY_TIME = sorted(set(CASES) - {"probe", "silent"})


@pytest.mark.parametrize("name", SORTED_BY_TIME)
def test_the_oldest_is_not_the_first_that_was_made(name: str) -> None:
    case, moment = CASES[name], clock.now()
    young, old = case.make(moment - timedelta(seconds=1)), case.make(moment - timedelta(seconds=2))
    assert case.find(moment + case.term, (), 9) == [old, young]


@pytest.mark.parametrize("name", ["probe", "silent"])
def test_a_gateway_with_fewer_failures_is_not_silent(name: str) -> None:
    case, moment = CASES[name], clock.now()
    row = case.make(moment)
    GatewayLine.objects.filter(pk=row).update(failures=4)
    assert case.find(moment + timedelta(hours=1), (), 9) == []


def test_one_that_was_never_probed_is_probed_at_once() -> None:
    assert selectors.list_lines_to_probe(clock.now(), (), 9) == []
    line = silent_line()
    assert selectors.list_lines_to_probe(clock.now(), (), 9) == [line.pk]


def test_what_people_were_told_of_is_not_told_again() -> None:
    moment = clock.now()
    line, stuck, back = silent_line(), attempt(), refund()
    GatewayLine.objects.filter(pk=line.pk).update(silent_since=moment, told_at=moment)
    PayAttempt.objects.filter(pk=stuck.pk).update(unheard_since=moment, stuck_at=moment)
    Refund.objects.filter(pk=back.pk).update(stuck_at=moment)
    for name in ("silent", "attempt", "sending"):
        assert CASES[name].find(moment + timedelta(days=9), (), 9) == []


@pytest.mark.parametrize("state", [RefundState.DONE, RefundState.FAILED, RefundState.TO_PAY_OUT])
def test_a_refund_that_is_not_under_way_is_never_due(state: RefundState) -> None:
    row = refund()
    Refund.objects.filter(pk=row.pk).update(state=state)
    later = clock.now() + timedelta(days=9)
    assert selectors.list_due_refunds(later, (), 9) == selectors.list_stuck_refunds(later, (), 9) == []
    Refund.objects.filter(pk=row.pk).update(state=RefundState.COMMITTED)


def test_a_leased_refund_is_due_when_its_lease_is_over() -> None:
    moment = clock.now()
    row = refund(next_try_at=moment, lease_until=moment)
    assert selectors.list_due_refunds(moment, (), 9) == [row.pk]
    Refund.objects.update(lease_until=moment + TICK)
    assert selectors.list_due_refunds(moment, (), 9) == []


def test_an_order_that_is_being_asked_about_is_due_again_when_that_time_is_over() -> None:
    moment = clock.now()
    order = attempted()
    Order.objects.filter(pk=order.pk).update(pay_by=moment)
    PayAttempt.objects.update(cancel_asked_until=moment)
    assert selectors.list_due_to_close(moment, (), 9) == [order.pk]
    PayAttempt.objects.update(cancel_asked_until=moment + TICK)
    assert selectors.list_due_to_close(moment, (), 9) == []


def test_refused_callbacks_are_listed_genuine_first_then_the_newest_so_many() -> None:
    rows = [notice() for _ in range(22)]
    Callback.objects.filter(pk=rows[5].pk).update(is_signed=True)
    Callback.objects.filter(pk=rows[21].pk).update(is_accepted=True)
    found = [row.pk for row in list_refused()]
    assert found == [rows[5].pk, *[row.pk for row in reversed(rows[:21]) if row.pk != rows[5].pk]][:20]
    assert len(list_refused(limit=3)) == 3
