"""Exports that repeat: each time with the rights that their maker has then."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from orders.exports.models import Every, ExportSchedule, ScheduleState
from orders.exports.moves import CAPABILITY
from orders.exports.selectors import list_active_schedules
from orders.exports.services.asking import Wish, ask_repeated
from orders.exports.services.layouts import choose_names
from shop import clock
from shop.access import has_capability
from shop.actor import SYSTEM, Actor
from shop.errors import Refused
from shop.jobs.selectors import get_person_id
from shop.moves.services import begin, lock_row, locked, move
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor

MOST_SCHEDULES = 10
"""Of one person."""


@dataclass(frozen=True)
class Rhythm:
    """How often, and at which hour of the shop's day."""

    every: str
    hour: int


def make_schedule(wish: Wish, rhythm: Rhythm, *, actor: Actor, key: str) -> ExportSchedule:
    """Have an export made again and again; the same `key` again is the same one. Its dates are set each time.

    Raises Refused `forbidden`, `no_columns` (400) or `too_many`.
    """
    columns, maker_id = choose_names(wish.sheet, wish.columns), get_person_id(actor)
    with transaction.atomic():
        if again := ExportSchedule.objects.filter(made_by_id=maker_id, client_key=key).first():
            return again
        if list_active_schedules(actor).filter(made_by_id=maker_id).count() >= MOST_SCHEDULES:
            raise Refused("too_many", _("You have as many repeated exports as one may have. Stop one first."))
        schedule = _make(wish, columns, rhythm, actor, key)
        begin(schedule, "export_schedule.make", actor=actor, data={"sheet": schedule.sheet})
    return schedule


def _make(wish: Wish, columns: list[str], rhythm: Rhythm, actor: Actor, key: str) -> ExportSchedule:
    now = clock.now()
    return ExportSchedule(
        made_by_id=get_person_id(actor),
        made_by_name=actor.name,
        client_key=key,
        language=get_language(),
        sheet=wish.sheet,
        format=wish.format,
        columns=columns,
        layout_id=wish.layout_id,
        sealed_filter=json.dumps(_without_days(wish.parameters["filter"]), ensure_ascii=False),
        every=rhythm.every,
        hour=rhythm.hour,
        created_at=now,
        next_at=find_next(rhythm, now),
    )


def _without_days(filters: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in filters.items() if name not in ("since", "until")}


def find_next(rhythm: Rhythm, after: datetime) -> datetime:
    """The first Monday, or first of a month, whose hour comes after this moment."""
    day = timezone.localtime(after).date()
    while not _is_day(rhythm.every, day) or _at(day, rhythm.hour) <= after:
        day += timedelta(days=1)
    return _at(day, rhythm.hour)


def _is_day(every: str, day: date) -> bool:
    return day.weekday() == 0 if every == Every.WEEK else day.day == 1


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def find_span(every: str, at: datetime) -> tuple[date, date]:
    """The first and the last day of the week, or month, before the one that `at` lies in."""
    today = timezone.localtime(at).date()
    first = today - timedelta(days=today.weekday()) if every == Every.WEEK else today.replace(day=1)
    last = first - timedelta(days=1)
    return (first - timedelta(days=7) if every == Every.WEEK else last.replace(day=1)), last


def stop_schedule(schedule_id: int, *, actor: Actor, expected_version: int | None = None) -> ExportSchedule:
    """Make it no more; what was made stays. Raises Refused `not_found`, `forbidden` or `already_done`."""
    with locked(ExportSchedule, schedule_id, "export_schedule.stop", actor, expected_version) as schedule:
        move(schedule, "export_schedule.stop", actor=actor, changes={"next_at": None})
    return schedule


def repeat_export(schedule_id: int) -> None:
    """Ask for the export of a schedule that is due, once; stop it when its maker may not export any more."""
    with transaction.atomic():
        schedule = lock_row(ExportSchedule, schedule_id)
        due_at = schedule.next_at
        if schedule.state != ScheduleState.ACTIVE or due_at is None or due_at > clock.now():
            return
        maker = _find_maker(schedule)
        if maker is None:
            move(schedule, "export_schedule.end", actor=SYSTEM, changes={"next_at": None})
            return
        _run(schedule, maker, due_at)


def _run(schedule: ExportSchedule, maker: Actor, due_at: datetime) -> None:
    since, until = find_span(schedule.every, due_at)
    days = {"since": since.isoformat(), "until": until.isoformat()}
    parameters: dict[str, Any] = {"filter": schedule.filter | days}
    ask_repeated(schedule, parameters, maker, due_at)
    following = find_next(Rhythm(schedule.every, schedule.hour), clock.now())
    data = {"sheet": schedule.sheet}
    move(schedule, "export_schedule.run", actor=SYSTEM, changes={"next_at": following}, data=data)


def _find_maker(schedule: ExportSchedule) -> Actor | None:
    """Who made it, as they are now; None when they may not export any more."""
    user = StaffUser.objects.filter(pk=schedule.made_by_id, is_active=True).first()
    actor = staff_actor(user) if user else None
    return actor if actor and has_capability(actor, CAPABILITY) else None
