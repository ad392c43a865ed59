"""Robots are added, changed, switched off and on, and removed."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from notifications.models import AlertKind
from notifications.robots.choices import SIGNED, Quiet, RobotKind
from notifications.robots.gateway import find_base_url
from notifications.robots.models import Robot
from shop import clock
from shop.actor import Actor
from shop.clients.errors import BadCredentials
from shop.clients.robots import SERVICES
from shop.errors import Refused
from shop.moves.services import begin, locked, move

SECRETS = ("url", "secret")
EDITABLE = (
    *("name", "url", "secret", "keyword", "alert_kinds", "only_unheard"),
    *("quiet", "quiet_from", "quiet_until"),
)
_PROVES = {"url", "secret", "keyword"}
"""Once one of these has changed, the robot has to pass its test again."""
_WELL: dict[str, Any] = {"refused_at": None, "refusal": ""}


def add_robot(kind: str, values: Mapping[str, Any], *, actor: Actor) -> Robot:
    """A new robot of a kind; it speaks once it has passed its test.

    Raises Refused `not_found`, `robot_incomplete`, `wrong_address`, `wrong_kind`, `wrong_hours` (400), whose
    `extra["fields"]` names the fields.
    """
    if kind not in RobotKind.values:
        raise Refused("not_found", _("There is no such kind of robot."), 404)
    robot = Robot(kind=kind, **{name: values[name] for name in EDITABLE if name in values})
    _check(robot)
    with transaction.atomic():
        begin(robot, "robot.add", actor=actor)
    return robot


def change_robot(
    robot_id: int, values: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> Robot:
    """Write the given columns; an empty secret keeps the stored one. Raises Refused as `add_robot`, and `stale`."""
    with locked(Robot, robot_id, "robot.change", actor, expected_version) as robot:
        changed = {
            name: values[name]
            for name in EDITABLE
            if name in values
            and (values[name] or name not in SECRETS)
            and values[name] != getattr(robot, name)
        }
        for name, value in changed.items():
            setattr(robot, name, value)
        _check(robot)
        if changed:
            untested = {"tested_at": None} | _WELL if _PROVES & changed.keys() else {}
            move(
                robot,
                "robot.change",
                actor=actor,
                changes=untested | changed,
                data={"fields": [*changed]},
            )
    return robot


def _check(robot: Robot) -> None:
    if not robot.name or not robot.url:
        missing = [name for name in ("name", "url") if not getattr(robot, name)]
        raise Refused("robot_incomplete", _("This robot needs it."), 400, fields=missing)
    if robot.secret and robot.kind not in SIGNED:
        raise Refused("wrong_address", _("Robots of this kind sign nothing."), 400, fields=["secret"])
    if not set(robot.alert_kinds) <= set(AlertKind.values):
        raise Refused("wrong_kind", _("There is no such kind of alert."), 400, fields=["alert_kinds"])
    _check_hours(robot)
    try:
        SERVICES[robot.kind].read_token(robot.url, base_url=find_base_url(robot.kind))
    except BadCredentials as error:
        words = _("This is not the address of such a robot. Copy it whole from the settings of the group.")
        raise Refused("wrong_address", words, 400, fields=["url"]) from error


def _check_hours(robot: Robot) -> None:
    if robot.quiet == Quiet.OWN and (not robot.quiet_from or not robot.quiet_until):
        words = _("Say from when until when it is quiet.")
        raise Refused("wrong_hours", words, 400, fields=["quiet_from"])


def drop_robot(robot_id: int, *, actor: Actor, expected_version: int | None = None) -> Robot:
    """Let it say nothing any more; what was entered stays. Raises Refused `switched_off`, `stale`."""
    with locked(Robot, robot_id, "robot.drop", actor, expected_version) as robot:
        move(robot, "robot.drop", actor=actor, changes={"is_on": False})
    return robot


def take_robot(robot_id: int, *, actor: Actor, expected_version: int | None = None) -> Robot:
    """Let it speak again of what is new from now on. Raises Refused `already_done`, `stale`."""
    with locked(Robot, robot_id, "robot.take", actor, expected_version) as robot:
        move(robot, "robot.take", actor=actor, changes={"is_on": True})
    return robot


def remove_robot(robot_id: int, *, actor: Actor, expected_version: int | None = None) -> Robot:
    """Forget its address and secret for good; the record keeps that it was there. Raises Refused `stale`."""
    with locked(Robot, robot_id, "robot.remove", actor, expected_version) as robot:
        gone = {"is_on": False, "url": "", "secret": "", "removed_at": clock.now()}
        move(robot, "robot.remove", actor=actor, changes=gone | _WELL)
    return robot
