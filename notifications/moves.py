"""What may happen to the settings of a kind of alert."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.models import AlertSetting
from notifications.robots.choices import RobotKind
from notifications.robots.models import Robot
from shop.errors import Refused
from shop.events.words import label_facts, name_machines
from shop.moves.table import BY_SHOP, BY_SYSTEM, COLUMNS, Subject, register, stateless

ALERT_SETTINGS = register(
    Subject(
        AlertSetting,
        _("Voice of alerts"),
        (
            stateless(
                "alert_setting.change",
                _("Voice of an alert changed"),
                BY_SHOP,
                "settings.edit",
                facts=COLUMNS,
            ),
        ),
        _("There is no such setting."),
        url=lambda _row: reverse("voice:settings"),
    )
)

name_machines(dict(RobotKind.choices))
label_facts("robot", error=_("Why"))
SETUP = "settings.edit"


def is_on(robot: Robot) -> Refused | None:
    if robot.is_on:
        return None
    return Refused("switched_off", _("This robot is switched off. Switch it on first."))


def is_off(robot: Robot) -> Refused | None:
    return Refused("already_done", _("This robot is switched on already.")) if robot.is_on else None


ROBOTS = register(
    Subject(
        Robot,
        _("Robot"),
        (
            stateless("robot.add", _("Robot added"), BY_SHOP, SETUP),
            stateless("robot.change", _("Robot changed"), BY_SHOP, SETUP, facts={"fields": list[str]}),
            stateless(
                "robot.test",
                _("Test message passed"),
                BY_SHOP,
                SETUP,
                label=_("Send a test"),
                icon_name="bell",
            ),
            stateless(
                "robot.drop",
                _("Robot switched off"),
                BY_SHOP,
                SETUP,
                label=_("Switch off"),
                icon_name="ban",
                guards=(is_on,),
            ),
            stateless(
                "robot.take",
                _("Robot switched on"),
                BY_SHOP,
                SETUP,
                label=_("Switch on"),
                icon_name="refresh",
                guards=(is_off,),
            ),
            stateless(
                "robot.remove",
                _("Robot removed"),
                BY_SHOP,
                SETUP,
                label=_("Remove"),
                icon_name="trash",
            ),
            stateless(
                "robot.refuse",
                _("Robot refused for good"),
                BY_SYSTEM,
                is_bad=True,
                facts={"error": str},
            ),
        ),
        _("There is no such robot."),
        scope=lambda _actor: Robot.objects.filter(removed_at__isnull=True),
        url=lambda robot: reverse("robots:robot", args=[robot.pk]),
    )
)
