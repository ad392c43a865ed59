"""Alerts in the navigation, and how many the bell shows."""

from django.utils.translation import gettext_lazy as _

from notifications.kinds import Kinds, kinds_of
from notifications.selectors import find_open_alerts
from orders.scope import scope_key
from shop.actor import Actor
from shop.console.navigation import Entry, Group, Work, register


def _what_is_theirs(actor: Actor) -> tuple[Kinds, str]:
    return kinds_of(actor), scope_key(actor)


_UNHANDLED = Work(
    _what_is_theirs, lambda key: find_open_alerts(*key), is_urgent=True, name="unhandled_alerts"
)
register(Entry(Group.ORDERS, 40, _("Alerts"), "alerts:list", "bell", "orders.view", work=_UNHANDLED))
