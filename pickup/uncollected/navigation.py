"""Goods that nobody came for, in the navigation."""

from django.utils.translation import gettext_lazy as _

from orders.scope import scope_key
from pickup.uncollected.selectors import list_uncollected
from shop.console.navigation import Entry, Group, Work, register

register(
    Entry(
        Group.PICKUP,
        15,
        _("Not picked up"),
        "uncollected:board",
        "hourglass",
        "pickup.verify",
        work=Work(scope_key, list_uncollected),
    )
)
