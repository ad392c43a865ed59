"""Reading the robots and what they have to say."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from notifications.robots.choices import NoteState
from notifications.robots.models import Robot, RobotNote
from shop.database.kept import KeptQuery

MOST_AT_ONCE = 500
SHOWN = 20
_ROBOTS: KeptQuery[Robot] = KeptQuery(lambda: Robot.objects.filter(is_on=True, removed_at__isnull=True))


def list_ready(kind: str) -> list[Robot]:
    """Those that may speak of this kind of alert; one query."""
    return [robot for robot in _ROBOTS.fetch() if robot.is_ready and kind in robot.alert_kinds]


def list_robots() -> list[Robot]:
    """All that were not removed, those in use first."""
    return list(Robot.objects.filter(removed_at__isnull=True).order_by("-is_on", "id"))


def find_robot(robot_id: int) -> Robot | None:
    return Robot.objects.filter(pk=robot_id, removed_at__isnull=True).first()


def list_due(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Robots that have something to say, rest no longer, and with which nobody talks."""
    free = Q(robot__lease_until__isnull=True) | Q(robot__lease_until__lte=now)
    rested = Q(robot__rests_until__isnull=True) | Q(robot__rests_until__lte=now)
    due = RobotNote.objects.filter(free, rested, due_at__lte=now).exclude(robot_id__in=skip)
    return list(due.order_by().values_list("robot_id", flat=True).distinct()[:limit])


def list_waiting(robot: Robot, now: datetime) -> list[RobotNote]:
    """What this robot is to say now, the oldest first."""
    notes = RobotNote.objects.filter(robot=robot, state=NoteState.WAITING, due_at__lte=now)
    return list(notes.select_related("alert__order").order_by("id")[:MOST_AT_ONCE])


def list_last(robot: Robot) -> list[RobotNote]:
    """What became of the last it had to say, the newest first."""
    notes = RobotNote.objects.filter(robot=robot).select_related("alert__order")
    return list(notes.order_by("-id")[:SHOWN])
