"""The demo shop's robots: one of each kind in the groups of its staff, tested."""

from pathlib import Path
from typing import Any

from django.test import override_settings

from notifications.models import AlertKind
from notifications.robots.models import Robot
from notifications.robots.services.setting_up import add_robot, change_robot
from notifications.robots.services.testing import send_test
from shop.actor import Actor
from shop.demo.standins import load_robot_credentials, run_in_thread

_DESK = (AlertKind.NEW_ORDER, AlertKind.URGE, AlertKind.STOCK_SHORT)
_MONEY = (AlertKind.REFUND_FAILED, AlertKind.TRANSFER, AlertKind.LATE_PAYMENT)
_ROBOTS: dict[str, dict[str, Any]] = {
    "wecom": {"name": "门店群", "alert_kinds": list(_DESK), "only_unheard": True},
    "dingtalk": {
        "name": "仓库群",
        "alert_kinds": [AlertKind.STOCK_SHORT, AlertKind.WAYBILL, AlertKind.PRINT],
    },
    "feishu": {"name": "财务群", "alert_kinds": list(_MONEY), "quiet": "never"},
}


def set_up_robots(standins_dir: Path, *, actor: Actor) -> None:
    """A robot of each kind, which has passed its test."""
    made = load_robot_credentials(standins_dir).list_addresses()
    for kind, values in _ROBOTS.items():
        _test(add_robot(kind, values | made[kind], actor=actor), standins_dir, actor)


def give_robot_credentials(standins_dir: Path, *, actor: Actor) -> None:
    """Credentials of these stand-ins for the robots that are there."""
    made = load_robot_credentials(standins_dir).list_addresses()
    for robot in Robot.objects.filter(removed_at__isnull=True).order_by("pk"):
        _test(change_robot(robot.pk, made[robot.kind], actor=actor), standins_dir, actor)


def _test(robot: Robot, standins_dir: Path, actor: Actor) -> None:
    """What is sent goes where the settings say, not to the host of the address."""
    with run_in_thread(standins_dir) as server, override_settings(**_addresses(server.base_url)):
        send_test(robot.pk, actor=actor)


def _addresses(base_url: str) -> dict[str, str]:
    return dict.fromkeys(("WECOM_ROBOT_URL", "DINGTALK_ROBOT_URL", "FEISHU_ROBOT_URL"), base_url)
