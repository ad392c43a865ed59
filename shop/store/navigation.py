"""The store's settings in the navigation."""

from django.utils.translation import gettext_lazy as _

from shop.console.navigation import Entry, Group, register

register(Entry(Group.SETTINGS, 10, _("Store settings"), "store:settings", "settings", "settings.view"))
