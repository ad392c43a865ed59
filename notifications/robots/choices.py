"""The kinds of robots, when they are quiet, and what becomes of what they are to say."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RobotKind(models.TextChoices):
    WECOM = "wecom", _("WeCom group robot")
    DINGTALK = "dingtalk", _("DingTalk group robot")
    FEISHU = "feishu", _("Feishu group robot")


SIGNED = (RobotKind.DINGTALK, RobotKind.FEISHU)
"""Those that may have a secret beside their address."""


class Quiet(models.TextChoices):
    SHOP = "shop", _("In the quiet hours of the shop")
    OWN = "own", _("In hours of its own")
    NEVER = "never", _("Never")


class NoteState(models.TextChoices):
    WAITING = "waiting", _("Waits")
    SENT = "sent", _("Said")
    DROPPED = "dropped", _("Not needed any more")
    FAILED = "failed", _("Not said")
    UNKNOWN = "unknown", _("Unknown: no answer came")
