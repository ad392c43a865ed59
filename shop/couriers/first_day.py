"""The first day of shipping: numbers can be typed, but e-waybills save the most time."""

from django.utils.translation import gettext_lazy as _

from shop.couriers.selectors import find_ready_sender
from shop.store.steps import Step, register

register(
    Step(
        75,
        "labels",
        _("One-click e-waybills"),
        _(
            "Name a sender, your couriers and your account at 快递鸟; without it numbers are typed or scanned."
        ),
        "settings.edit",
        lambda _store: find_ready_sender(),
        "couriers:overview",
        _("Set up couriers and labels"),
    )
)
