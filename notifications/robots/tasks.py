"""Speaking in the groups: a task is about one robot, may run twice, and merges whatever waits into one message."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from celery import shared_task

from notifications.hearing import list_heard
from notifications.robots.choices import Quiet
from notifications.robots.gateway import post_text
from notifications.robots.messages import write_message
from notifications.robots.models import Robot, RobotNote
from notifications.robots.selectors import list_waiting
from notifications.robots.services.answers import (
    apply_sent,
    drop_over,
    hold,
    lease_robot,
    let_go,
    note_sending,
    put_off,
    refuse_robot,
)
from notifications.robots.services.testing import describe_failure
from notifications.voice.words import find_quiet_end
from shop import clock
from shop.clients.errors import BadCredentials, ClientError, Rejected, Unknown
from shop.clients.robots import LATER
from shop.events.sweeping import watched
from shop.store.selectors import get_store_settings

logger = logging.getLogger(__name__)
LISTENING_S = 30
"""So often it is asked again whether anybody can still hear what nobody has handled."""


@shared_task
@watched("robot.send")
def send_waiting(robot_id: int) -> None:
    """Have a robot say what waits; one alert in full, several as a digest."""
    robot = lease_robot(robot_id)
    if robot is None:
        return
    drop_over(robot, is_gone=not robot.is_ready)
    moment = clock.now()
    notes = list_sayable(robot, list_waiting(robot, moment), moment)
    if notes and note_sending(robot, notes):
        _say(robot, notes)
    elif not notes:
        let_go(robot)


def list_sayable(robot: Robot, notes: Sequence[RobotNote], moment: datetime) -> list[RobotNote]:
    """Of these what may be said at this moment; the others wait for the end of the quiet hours, or of being heard."""
    if until := find_silence_end(robot, moment):
        hold(notes, until)
        return []
    heard = list_heard(moment) if robot.only_unheard else set()
    hold([note for note in notes if note.alert.kind in heard], moment + timedelta(seconds=LISTENING_S))
    return [note for note in notes if note.alert.kind not in heard]


def find_silence_end(robot: Robot, moment: datetime) -> datetime | None:
    """When this robot may speak again, None for now."""
    if robot.quiet == Quiet.NEVER:
        return None
    hours = robot if robot.quiet == Quiet.OWN else get_store_settings()
    return find_quiet_end(hours.quiet_from, hours.quiet_until, moment)


def _say(robot: Robot, notes: Sequence[RobotNote]) -> None:
    try:
        post_text(robot, write_message(robot, [note.alert for note in notes]))
    except ClientError as error:
        logger.warning("robot %s: %s", robot.pk, type(error).__name__)
        _take_no(robot, notes, error)
    else:
        apply_sent(robot, notes)


def _take_no(robot: Robot, notes: Sequence[RobotNote], error: ClientError) -> None:
    why = describe_failure(error)
    is_final = isinstance(error, Rejected) and error.code not in LATER
    if is_final or isinstance(error, BadCredentials):
        refuse_robot(robot, notes, error=why)
    else:
        put_off(robot, notes, error=why, is_unsaid=not isinstance(error, Unknown))
