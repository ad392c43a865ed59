"""The task of stopping a parcel, asked for and ended by several at one moment."""

import pytest

from orders.shipping.models import Intercept, InterceptKind, InterceptState, Parcel
from orders.shipping.services.intercepting import Wish, ask_intercept, fail_intercept, finish_intercept
from orders.shipping.services.ship import arrive_parcel
from orders.stages import Stage
from tests import cast
from tests.expect import fresh
from tests.races.conftest import codes_of, run_together
from tests.shipping.test_intercept import asked

ROUNDS = 6
STAFF = [cast.clerk(name="王店长", id_=1), cast.clerk("warehouse", name="李四", id_=2)]


def press(parcel: Parcel, order, actor=STAFF[0]):
    wish = Wish(InterceptKind.STOP)
    return lambda: ask_intercept(parcel.pk, order_id=order.pk, wish=wish, actor=actor)


def test_pressed_by_eight_there_is_one_task():
    order = cast.shipped_order()
    acts = [press(Parcel.objects.get(), order, STAFF[n % 2]) for n in range(8)]
    assert codes_of(run_together(acts)) == ["already_asked"] * 7 + ["ok"]


def test_without_the_locks_the_database_is_the_last_guard(switch_off_order_lock, switch_off_row_locks):
    order = cast.shipped_order()
    parcel = Parcel.objects.get()
    switch_off_order_lock(2)
    told = codes_of(run_together([press(parcel, order), press(parcel, order, STAFF[1])]))
    assert told[-1] == "ok" and told[0] in ("IntegrityError", "stale", "already_asked")
    assert Intercept.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_against_arriving_no_task_is_left_open(_round):
    order = cast.shipped_order()
    parcel = Parcel.objects.get()
    arrive = lambda: arrive_parcel(parcel.pk, actor=STAFF[1])  # noqa: E731
    _asked, arrived = run_together([press(parcel, order), arrive])
    assert not isinstance(arrived, Exception) and fresh(order).stage == Stage.SHIPPED
    assert not Intercept.objects.filter(state=InterceptState.ASKED).exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_ended_by_two_and_by_its_parcel_it_ends_once(_round):
    intercept = asked()
    acts = [
        lambda: finish_intercept(intercept.pk, actor=STAFF[0]),
        lambda: fail_intercept(intercept.pk, reason="x", actor=STAFF[1]),
        lambda: arrive_parcel(intercept.parcel_id, actor=STAFF[1]),
    ]
    finished, failed, arrived = run_together(acts)
    intercept.refresh_from_db()
    assert not isinstance(arrived, Exception)
    assert sum(not isinstance(told, Exception) for told in (finished, failed)) <= 1
    # One who ends it, or the parcel does: two events of it, whoever came first.
    assert intercept.state != InterceptState.ASKED and intercept.version == 2
