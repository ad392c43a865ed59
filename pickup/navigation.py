"""The counter in the navigation, beside the orders that wait there."""

from django.utils.translation import gettext_lazy as _

from shop.console.navigation import Entry, Group, register

register(
    Entry(Group.PICKUP, 20, _("Verification records"), "pickup:records", "clipboard-list", "orders.view"),
    Entry(Group.PICKUP, 30, _("Verifiers"), "pickup:verifiers", "id-badge-2", "pickup.setup"),
)
