"""Products in the navigation."""

from django.utils.translation import gettext_lazy as _

from shop.console.navigation import Entry, Group, register

register(Entry(Group.SHOP, 10, _("Products"), "catalog:list", "package", "products.view"))
