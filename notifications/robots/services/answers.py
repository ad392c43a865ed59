"""Who may talk to a robot meanwhile, and what became of what it was to say.

A robot is talked to by one worker at a time: its lease is told apart by its end. Whoever lost it writes nothing more.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from notifications.robots.choices import NoteState
from notifications.robots.models import Robot, RobotNote
from shop import clock
from shop.actor import SYSTEM
from shop.clients.robots import SERVICES
from shop.moves import services

LEASE = timedelta(seconds=60)
LASTS = timedelta(hours=24)
"""So long it is worth saying; then it is given up."""
MOST_SILENT = 2
"""Tries without an answer: said twice is better than not at all, but not again and again."""
_FIRST_WAIT_S, _LONGEST_WAIT_S = 10, 600


def lease_robot(robot_id: int) -> Robot | None:
    """Take the only right to talk to this robot for a while; None when somebody has it."""
    moment = clock.now()
    free = Robot.objects.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=moment), pk=robot_id)
    until = moment + LEASE
    return Robot.objects.get(pk=robot_id) if free.update(lease_until=until) else None


def let_go(robot: Robot, *, rests_s: float = 0.0) -> None:
    """Let others talk to it, after so many seconds."""
    later = clock.now() + timedelta(seconds=rests_s)
    _mine(robot).update(lease_until=None, rests_until=later)


def _mine(robot: Robot) -> "QuerySet[Robot]":
    return Robot.objects.filter(pk=robot.pk, lease_until=robot.lease_until)


def drop_over(robot: Robot, *, is_gone: bool = False) -> None:
    """End what is handled by now, what is too old, and what went without an answer; all of a robot that `is_gone`."""
    waiting = _waiting(robot)
    over = waiting if is_gone else waiting.filter(alert__handled_at__isnull=False)
    over.update(**_over("dropped"))
    waiting.filter(left_at__lte=clock.now() - LASTS).update(**_over("failed"))
    waiting.filter(sent_at__isnull=False, tries__gte=MOST_SILENT).update(**_over("unknown"))


def _waiting(robot: Robot) -> "QuerySet[RobotNote]":
    return RobotNote.objects.filter(robot=robot, state=NoteState.WAITING)


def _over(state: str, **more: Any) -> dict[str, Any]:
    return {"state": NoteState(state), "due_at": None, **more}


def hold(notes: Sequence[RobotNote], until: datetime) -> None:
    """Say these later."""
    _those(notes).update(due_at=until)


def _those(notes: Sequence[RobotNote]) -> "QuerySet[RobotNote]":
    return RobotNote.objects.filter(pk__in=[note.pk for note in notes], state=NoteState.WAITING)


def note_sending(robot: Robot, notes: Sequence[RobotNote]) -> bool:
    """From now on the service may have heard of these. False when the lease was lost."""
    rests = clock.now() + timedelta(seconds=SERVICES[robot.kind].pace_s)
    with transaction.atomic():
        if not _mine(robot).update(rests_until=rests):
            return False
        _those(notes).update(sent_at=clock.now(), tries=F("tries") + 1)
    return True


def apply_sent(robot: Robot, notes: Sequence[RobotNote]) -> None:
    """The service has taken it."""
    _those(notes).update(**_over("sent", last_error=""))
    _mine(robot).update(failures=0)
    let_go(robot, rests_s=SERVICES[robot.kind].pace_s)


def put_off(robot: Robot, notes: Sequence[RobotNote], *, error: str, is_unsaid: bool) -> None:
    """Try again later, each time after twice as long. `is_unsaid`: certainly nothing of it stands in the group."""
    unsaid: dict[str, Any] = {"sent_at": None} if is_unsaid else {}
    _those(notes).update(last_error=error[:200], **unsaid)
    _mine(robot).update(failures=F("failures") + 1)
    let_go(robot, rests_s=min(_FIRST_WAIT_S * 2 ** min(robot.failures, 10), _LONGEST_WAIT_S))


def refuse_robot(robot: Robot, notes: Sequence[RobotNote], *, error: str) -> None:
    """It says no for good: nothing more is sent until somebody looks. The owner is told by an alert."""
    _those(notes).update(**_over("failed", sent_at=None, last_error=error[:200]))
    with transaction.atomic():
        current = services.lock_row(Robot, robot.pk)
        if current.version == robot.version:
            changes = {"refused_at": clock.now(), "refusal": error[:200]}
            services.move(current, "robot.refuse", actor=SYSTEM, changes=changes, data={"error": error[:200]})
    let_go(robot)
