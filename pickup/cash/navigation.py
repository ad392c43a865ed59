"""The cash sheets in the navigation."""

from django.utils.translation import gettext_lazy as _

from shop.console.navigation import Entry, Group, register

register(Entry(Group.PICKUP, 25, _("Cash sheets"), "cash:list", "cash", "orders.collect"))
