"""A test message, and what a robot's answers mean to people."""

from django.db import transaction
from django.utils.translation import gettext as _

from notifications.robots.gateway import post_text
from notifications.robots.models import Robot
from notifications.robots.selectors import find_robot
from shop import clock
from shop.access import require
from shop.actor import Actor
from shop.clients.errors import BadCredentials, ClientError, Rejected, Unreachable
from shop.clients.robots import LATER
from shop.errors import Refused
from shop.moves.services import move
from shop.words import fill

_SIGN = {"310000", "19021"}
_ADDRESS = {"93000", "300001", "19001"}
_PLACE = {"60020", "19022"}
_KEYWORD = {"19024"}


def send_test(robot_id: int, *, actor: Actor) -> Robot:
    """Say a few words in the group. From then on alerts are told there.

    Raises Refused `not_found`, `robot_failed` (409) with what came back in words, and `stale` when it was changed
    meanwhile.
    """
    require(actor, "settings.edit")
    robot = find_robot(robot_id)
    if robot is None:
        raise Refused("not_found", _("There is no such robot."), 404)
    try:
        post_text(robot, _write_test(robot))
    except ClientError as error:
        raise Refused("robot_failed", describe_failure(error)) from error
    with transaction.atomic():
        passed = {"tested_at": clock.now(), "refused_at": None, "refusal": ""}
        move(robot, "robot.test", actor=actor, changes=passed)
    return robot


def _write_test(robot: Robot) -> str:
    keyword = f"【{robot.keyword}】" if robot.keyword else ""
    return keyword + _("Test message: alerts of the shop will be told here.")


def describe_failure(error: ClientError) -> str:
    """Why nothing was said, or nobody knows, and what to do."""
    if isinstance(error, Rejected):
        return _describe_refusal(error)
    if isinstance(error, BadCredentials):
        return _("The address cannot be used. Copy it again from the settings of the group.")
    if isinstance(error, Unreachable):
        return _("The service of the robot cannot be reached. It is tried again by itself.")
    return _("No believable answer came. Look in the group whether it stands there.")


def _describe_refusal(error: Rejected) -> str:
    if error.code in LATER:
        return _("The robot asks for patience: too much was said in a minute.")
    why = {"why": f"{error.message} ({error.code})".strip()}
    for codes, words in (
        (_SIGN, _("Refused by signature, keyword or address: look at the secret and the keyword. %(why)s")),
        (_ADDRESS, _("The service knows no such robot: it may have been removed from the group. %(why)s")),
        (_PLACE, _("The robot takes messages from other addresses only: let this server in. %(why)s")),
        (_KEYWORD, _("The robot takes only messages with its keyword: type it here as well. %(why)s")),
    ):
        if error.code in codes:
            return str(fill(words, why))
    return str(fill(_("The robot refused: %(why)s"), why))
