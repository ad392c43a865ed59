"""After-sales in the navigation, beside the orders."""

from django.utils.translation import gettext_lazy as _

from aftersales.selectors import list_ours
from orders.scope import scope_key
from shop.console.navigation import Entry, Group, Work, register

register(
    Entry(
        Group.ORDERS,
        30,
        _("After-sales"),
        "aftersales:list",
        "receipt-refund",
        "aftersales.view",
        work=Work(scope_key, list_ours),
    ),
)
