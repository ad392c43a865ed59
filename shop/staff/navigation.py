"""Staff in the navigation."""

from django.utils.translation import gettext_lazy as _

from shop.console.navigation import Entry, Group, register

register(Entry(Group.SETTINGS, 20, _("Staff"), "staff:people", "id-badge-2", "staff.view"))
