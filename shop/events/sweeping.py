"""Sweeping due rows by the verbs of their owners."""

import logging
from datetime import timedelta

from shop import clock
from shop.events.models import Heartbeat, StuckTimer
from shop.events.pause import PAUSE_S, is_outside_paused, pause_outside
from shop.events.registry import TIMERS, Timer

logger = logging.getLogger(__name__)
BATCH = 50
_MAX_BACKOFF_S = 600
SWEEP_HEARTBEAT = "sweep"


def sweep() -> int:
    """One bounded round over every timer; returns how many rows were acted on."""
    acted = sum(_sweep_timer(timer) for timer in TIMERS.values())
    Heartbeat.objects.update_or_create(name=SWEEP_HEARTBEAT, defaults={"at": clock.now()})
    return acted


def _sweep_timer(timer: Timer) -> int:
    moment = clock.now()
    stuck = StuckTimer.objects.filter(timer=timer.name, until__gt=moment)
    ids = timer.find(moment, list(stuck.values_list("subject_id", flat=True)), BATCH)
    acted = 0
    for subject_id in ids:
        if timer.outside and is_outside_paused():
            break
        acted += _act(timer, subject_id)
    return acted


def _act(timer: Timer, subject_id: int) -> bool:
    try:
        timer.act(subject_id)
    except Exception as error:  # whatever one row's verb raises, the other rows go on
        logger.warning("timer %s stuck on %s: %s", timer.name, subject_id, type(error).__name__)
        if timer.outside:
            pause_outside()
        _push_back(timer, subject_id, error)
        return False
    StuckTimer.objects.filter(timer=timer.name, subject_id=subject_id).delete()
    return True


def _push_back(timer: Timer, subject_id: int, error: Exception) -> None:
    row, _created = StuckTimer.objects.get_or_create(
        timer=timer.name, subject_id=subject_id, defaults={"until": clock.now(), "attempts": 0}
    )
    row.attempts += 1
    # The broker's failure is not the row's: when it is back, the row must not have gathered minutes of waiting.
    wait = PAUSE_S if timer.outside else min(5 * 2 ** min(row.attempts, 10), _MAX_BACKOFF_S)
    row.until = clock.now() + timedelta(seconds=wait)
    row.last_error = f"{type(error).__name__}: {error}"[:200]
    row.save()
