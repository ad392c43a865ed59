"""The first order of a new shop."""

from django.utils.translation import gettext_lazy as _

from orders.selectors import has_orders
from shop.store.steps import Step, register

register(
    Step(
        70,
        "test_order",
        _("A test order"),
        _("Hear what happens when an order comes, and walk it through. It costs nothing and counts nowhere."),
        "settings.edit",
        lambda _store: has_orders(),
        template="desk/testing/_place.html",
    )
)
