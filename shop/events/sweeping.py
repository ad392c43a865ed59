"""Sweeping due rows by the verbs of their owners: claimed first, so that several sweepers share the work."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from django.db.models import Q

from shop import clock
from shop.events.models import Heartbeat, StuckTimer
from shop.events.pause import BROKER_ERRORS, PAUSE_S, has_room, is_outside_paused, pause_outside
from shop.events.registry import MOST_AT_ONCE, TIMERS, Timer

logger = logging.getLogger(__name__)
BATCH = MOST_AT_ONCE
CLAIM = timedelta(seconds=60)
"""Rows of a sweeper that died are taken up by another after this."""
SWEEPERS = 3
"""So many share a timer's rows within a round; with more, some wait for the next one."""
DEAD_AFTER = 12
"""Tries; with their waits some two hours. Then a person looks."""
_MAX_BACKOFF_S = 600
SWEEP_HEARTBEAT = "sweep"


def sweep() -> int:
    """One bounded round over every timer; returns how many rows were acted on."""
    acted = sum(_sweep_timer(timer) for timer in TIMERS.values())
    Heartbeat.objects.update_or_create(name=SWEEP_HEARTBEAT, defaults={"at": clock.now()})
    return acted


def sweep_together() -> int:
    """One batch of each timer whose rows come by the thousand; returns how many rows were acted on."""
    return sum(_sweep_timer(timer) for timer in TIMERS.values() if timer.act_on_all)


def _sweep_timer(timer: Timer) -> int:
    if timer.outside and is_outside_paused():
        return 0
    mine = _find_mine(timer)
    done = mine if _act_on_all(timer, mine) else [row for row in mine if _act(timer, row)]
    claims = StuckTimer.objects.filter(timer=timer.name, subject_id__in=done)
    # An outside timer has only enqueued a task: what failed before is forgotten when that has come through.
    (claims.filter(attempts=0) if timer.outside else claims).delete()
    return len(done)


def _find_mine(timer: Timer) -> list[int]:
    """Claim a batch of due rows; where another sweeper has just claimed them, the next ones."""
    for _again in range(SWEEPERS):
        found = _find_free(timer)
        if not found or (timer.outside and not has_room(timer.queue)):
            return []
        if mine := _claim(timer, found):
            return mine
    return []


def _find_free(timer: Timer) -> list[int]:
    moment = clock.now()
    held = StuckTimer.objects.filter(Q(until__gt=moment) | Q(dead_at__isnull=False), timer=timer.name)
    return timer.find(moment, list(held.values_list("subject_id", flat=True)), timer.most)


def _claim(timer: Timer, subject_ids: Sequence[int]) -> list[int]:
    """Those of these rows that no other sweeper has, in their order; nobody else finds them until CLAIM is over."""
    moment = clock.now()
    new = [StuckTimer(timer=timer.name, subject_id=pk, until=moment, attempts=0) for pk in subject_ids]
    StuckTimer.objects.bulk_create(new, ignore_conflicts=True)
    with transaction.atomic():
        free = StuckTimer.objects.filter(timer=timer.name, subject_id__in=subject_ids, until__lte=moment)
        free = free.filter(dead_at__isnull=True).select_for_update(skip_locked=True)
        mine = set(free.values_list("subject_id", flat=True))
        StuckTimer.objects.filter(timer=timer.name, subject_id__in=mine).update(until=moment + CLAIM)
    return [subject_id for subject_id in subject_ids if subject_id in mine]


def _act_on_all(timer: Timer, subject_ids: Sequence[int]) -> bool:
    """Whether the rows are done, all by one act."""
    if timer.act_on_all is None or not subject_ids:
        return False
    try:
        timer.act_on_all(subject_ids)
    except Exception as error:  # whichever row it was, the others go on
        logger.warning("timer %s stuck on one of %d: %s", timer.name, len(subject_ids), type(error).__name__)
        return False
    return True


def _act(timer: Timer, subject_id: int) -> bool:
    try:
        timer.act(subject_id)
    except Exception as error:  # whatever one row's verb raises, the other rows go on
        logger.warning("timer %s stuck on %s: %s", timer.name, subject_id, type(error).__name__)
        _push_back(timer, subject_id, error)
        return False
    return True


WATCHED: set[str] = set()
"""Outside timers whose tasks tell how they ended."""
Carry = Callable[..., None]


def watched(timer_name: str) -> Callable[[Carry], Carry]:
    """Declare the task of an outside timer: one that fails again and again puts its row aside, as a verb does.

    Goes below `shared_task`. Raises what the task raises.
    """
    WATCHED.add(timer_name)

    def watch(function: Carry) -> Carry:
        @wraps(function)
        def run(subject_id: int, *more: Any) -> None:
            try:
                function(subject_id, *more)
            except Exception as error:
                new = {"until": clock.now(), "attempts": 0}
                row, _created = StuckTimer.objects.get_or_create(
                    timer=timer_name, subject_id=subject_id, defaults=new
                )
                _put_off(row, error)
                raise
            StuckTimer.objects.filter(timer=timer_name, subject_id=subject_id, attempts__gt=0).delete()

        return run

    return watch


def _push_back(timer: Timer, subject_id: int, error: Exception) -> None:
    """Put the row off, or in the end aside, until a person has looked."""
    row = StuckTimer.objects.filter(timer=timer.name, subject_id=subject_id).first()
    if row is None:
        return  # The claim was over, and another sweeper has done it meanwhile.
    if timer.outside and isinstance(error, BROKER_ERRORS):
        # The broker's failure is not the row's: when it is back, the row must not have gathered minutes of waiting.
        pause_outside()
        row.last_error, row.until = _describe(error), clock.now() + timedelta(seconds=PAUSE_S)
        row.save()
    else:
        _put_off(row, error)


def _put_off(row: StuckTimer, error: Exception) -> None:
    row.last_error = _describe(error)
    row.attempts += 1
    row.until = clock.now() + timedelta(seconds=min(5 * 2 ** min(row.attempts, 10), _MAX_BACKOFF_S))
    row.dead_at = clock.now() if row.attempts >= DEAD_AFTER else None
    row.save()


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
