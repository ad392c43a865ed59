"""What robots are to say of a new alert is written down with it."""

from notifications.models import Alert
from notifications.robots.models import RobotNote
from notifications.robots.selectors import list_ready
from shop import clock


def leave_notes(alert: Alert) -> None:
    """One row for each robot that speaks of this kind; only rows are written, in the transaction of the alert."""
    moment = clock.now()
    RobotNote.objects.bulk_create(
        (
            RobotNote(robot=robot, alert=alert, left_at=moment, due_at=moment)
            for robot in list_ready(alert.kind)
        ),
        ignore_conflicts=True,
    )
