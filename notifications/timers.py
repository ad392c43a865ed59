"""Robots that have something to say, and what they said long ago."""

from datetime import timedelta

from notifications.robots.models import Robot, RobotNote
from notifications.robots.selectors import list_due
from notifications.robots.tasks import send_waiting
from shop import clock
from shop.events.forgetting import forget_after
from shop.events.registry import due

KEPT_FOR = timedelta(days=30)
_TASK_LEASE_S = 60


@due("robot.send", find=list_due, outside=True)
def send_again(robot_id: int) -> None:
    # First the rest, which the task ends: written after it, a quick task would be followed by a minute of silence.
    Robot.objects.filter(pk=robot_id).update(rests_until=clock.now() + timedelta(seconds=_TASK_LEASE_S))
    send_waiting.apply_async((robot_id,), expires=_TASK_LEASE_S)


forget_after("robot.forget", RobotNote.objects.all, "left_at", KEPT_FOR)
