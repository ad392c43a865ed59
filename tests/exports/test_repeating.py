"""Exports that repeat: when, of which days, and with whose rights."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from orders.exports.models import Every, Export, ExportSchedule, ExportState, ScheduleState
from orders.exports.selectors import list_due_to_repeat
from orders.exports.services.asking import ask_export
from orders.exports.services.repeating import (
    MOST_SCHEDULES,
    Rhythm,
    find_next,
    find_span,
    make_schedule,
    repeat_export,
    stop_schedule,
)
from orders.exports.services.writing import write_export
from shop import clock
from shop.actor import Actor
from shop.staff.models import StaffUser
from tests import cast
from tests.expect import refused
from tests.exports.conftest import read_table, wish


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Asia/Shanghai"))  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("every", "after", "expected"),
    [
        (Every.WEEK, local(2026, 11, 30, 7), local(2026, 11, 30, 8)),
        (Every.WEEK, local(2026, 11, 30, 8), local(2026, 12, 7, 8)),
        (Every.MONTH, local(2026, 12, 1, 9), local(2027, 1, 1, 8)),
        (Every.MONTH, local(2028, 2, 29, 23), local(2028, 3, 1, 8)),
    ],
)
def test_the_next_time_is_a_monday_or_the_first_of_a_month(
    every: Every, after: datetime, expected: datetime
) -> None:
    assert find_next(Rhythm(every, 8), after) == expected


@pytest.mark.parametrize(
    ("every", "at", "span"),
    [
        (Every.WEEK, local(2026, 11, 30, 8), (date(2026, 11, 23), date(2026, 11, 29))),
        (Every.MONTH, local(2027, 1, 1, 8), (date(2026, 12, 1), date(2026, 12, 31))),
        (Every.MONTH, local(2028, 3, 1, 8), (date(2028, 2, 1), date(2028, 2, 29))),
    ],
)
def test_it_is_of_the_days_before(every: Every, at: datetime, span: tuple[date, date]) -> None:
    assert find_span(every, at) == span


def made(actor: Actor, key: str = "one") -> ExportSchedule:
    days = {"filter": {"pay": "wechat", "since": "2020-01-01", "until": "2020-02-01"}}
    return make_schedule(wish("orders", ["number"], parameters=days), Rhythm("week", 8), actor=actor, key=key)


def test_it_makes_an_export_of_the_week_before_once(manager: Actor) -> None:
    with clock.at(local(2026, 11, 18, 12)):
        cast.paid_order()
    with clock.at(local(2026, 11, 25, 12)):
        last_week = cast.paid_order()
        schedule = made(manager)
    assert schedule.filter == {"pay": "wechat"}
    assert schedule.next_at == local(2026, 11, 30, 8)
    with clock.at(local(2026, 11, 30, 8)):
        assert list_due_to_repeat(clock.now(), (), 10) == [schedule.pk]
        repeat_export(schedule.pk)
        repeat_export(schedule.pk)
        export = Export.objects.get()
        write_export(export.pk)
    export.refresh_from_db()
    assert (export.schedule_id, export.is_revealed, export.made_by_id) == (schedule.pk, False, manager.id)
    assert [row["Order number"] for row in read_table(export)] == [last_week.number]
    schedule.refresh_from_db()
    assert schedule.next_at == local(2026, 12, 7, 8)


def test_one_that_was_due_while_the_shop_was_away_is_made_once_for_its_own_week(manager: Actor) -> None:
    with clock.at(local(2026, 11, 25, 12)):
        schedule = made(manager)
    with clock.at(local(2026, 12, 16, 9)):
        repeat_export(schedule.pk)
    assert Export.objects.get().parameters["filter"]["since"] == "2026-11-23"
    schedule.refresh_from_db()
    assert schedule.next_at == local(2026, 12, 21, 8)


@pytest.mark.parametrize("change", [{"role": "support"}, {"is_active": False}])
def test_it_ends_when_its_maker_may_not_export_any_more(manager: Actor, change: dict[str, object]) -> None:
    with clock.at(local(2026, 11, 25, 12)):
        schedule = made(manager)
    StaffUser.objects.filter(pk=manager.id).update(**change)
    with clock.at(local(2026, 11, 30, 8)):
        repeat_export(schedule.pk)
    schedule.refresh_from_db()
    assert (schedule.state, schedule.next_at) == (ScheduleState.STOPPED, None)
    assert not Export.objects.exists()


def test_its_maker_stops_it(manager: Actor) -> None:
    schedule = made(manager)
    with refused("not_found"):
        stop_schedule(schedule.pk, actor=cast.actor_of(cast.make_staff("finance")))
    stop_schedule(schedule.pk, actor=manager)
    with clock.at(local(2030, 1, 7, 9)):
        assert not list_due_to_repeat(clock.now(), (), 10)
        repeat_export(schedule.pk)
    assert not Export.objects.exists()


def test_the_same_press_twice_is_one_and_there_are_only_so_many(manager: Actor) -> None:
    assert made(manager).pk == made(manager).pk
    for n in range(1, MOST_SCHEDULES):
        made(manager, key=f"more {n}")
    with refused("too_many"):
        made(manager, key="one more")


def test_a_repetition_is_made_beside_an_export_that_runs(manager: Actor) -> None:
    with clock.at(local(2026, 11, 25, 12)):
        schedule = made(manager)
    ask_export(wish(), actor=manager, key="running")
    with clock.at(local(2026, 11, 30, 8)):
        repeat_export(schedule.pk)
    assert Export.objects.filter(state=ExportState.WAITING).count() == 2
