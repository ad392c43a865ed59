"""What a robot says: the sentence, the order's number and a link. Nothing about a buyer."""

from collections import Counter
from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from notifications.kinds import SPOKEN, make_sentence, name_spoken
from notifications.models import Alert
from notifications.robots.models import Robot
from notifications.selectors import load_subjects

NUMBERS_SHOWN = 10


def write_message(robot: Robot, alerts: Sequence[Alert]) -> str:
    """One alert in full; several as one digest, each kind with how many there are of it."""
    lines = _write_one(alerts[0]) if len(alerts) == 1 else _write_digest(alerts)
    return "\n".join([f"【{robot.keyword}】" * bool(robot.keyword) + lines[0], *lines[1:]])


def _write_one(alert: Alert) -> list[str]:
    load_subjects([alert])
    spoken = SPOKEN[name_spoken(alert)].one
    about = _("Order %(number)s") % {"number": alert.order.number} if alert.order else make_sentence(alert)
    return [spoken, about, settings.BASE_URL + alert.url]


def _write_digest(alerts: Sequence[Alert]) -> list[str]:
    of_kinds = Counter(name_spoken(alert) for alert in alerts)
    found = [(words, of_kinds[kind]) for kind, words in SPOKEN.items()]
    spoken = [words.one if n == 1 else words.many.format(n=n) for words, n in found if n]
    numbers = list(dict.fromkeys(alert.order.number for alert in alerts if alert.order))
    about = _("Orders %(numbers)s") % {"numbers": "、".join(numbers[:NUMBERS_SHOWN])}
    more = "…" if len(numbers) > NUMBERS_SHOWN else ""
    return [*spoken, *([about + more] if numbers else ()), settings.BASE_URL + reverse("alerts:list")]
