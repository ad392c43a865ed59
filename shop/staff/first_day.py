"""The first colleague of a new shop."""

from django.utils.translation import gettext_lazy as _

from shop.staff.models import StaffUser
from shop.store.steps import Step, register

register(
    Step(
        50,
        "colleague",
        _("A colleague"),
        _("With a login of their own, the record says who did what, and each sees what is theirs to do."),
        "staff.manage",
        lambda _store: StaffUser.objects.filter(is_active=True).exclude(role="owner"),
        "staff:hire",
        _("Hire somebody"),
    )
)
