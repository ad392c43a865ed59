"""Jobs in the navigation: for whoever may make one of any kind, or has made one, which the frame finds out."""

from django.utils.translation import gettext_lazy as _

from shop.console.navigation import Entry, Group, register

register(Entry(Group.ORDERS, 50, _("Jobs"), "jobs:list", "hourglass", ""))
