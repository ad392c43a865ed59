"""The way to couriers and labels from the store settings."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.couriers.checklist import list_missing_for_labels
from shop.couriers.moves import SETUP
from shop.store.pages.hints import Hint, register_hint


def _make_hint() -> Hint:
    count = len(list_missing_for_labels())
    words = ngettext(
        "One-click e-waybills: %(n)d thing is missing.",
        "One-click e-waybills: %(n)d things are missing.",
        count,
    )
    return Hint(
        words % {"n": count} if count else _("E-waybills can be had by one click."),
        reverse("couriers:overview"),
        _("Couriers and labels"),
        is_met=not count,
    )


register_hint("express_on", SETUP, _make_hint)
