"""How each member of staff wants the order list to look."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

from shop.staff.models import ListPreferences, StaffUser

COLUMNS: dict[str, Any] = {
    "buyer": _("Buyer"),
    "goods": _("Goods"),
    "amount": _("Amount"),
    "delivery": _("Delivery"),
}
"""The columns of the order list that can be left out."""


def get_list_preferences(staff: StaffUser) -> ListPreferences:
    """What the person chose, or the looks of somebody who did not; read with the session, so without a query."""
    return getattr(staff, "list_preferences", None) or ListPreferences(staff_id=staff.pk)


def save_list_preferences(staff_id: int, *, shown: Collection[str], is_compact: bool) -> None:
    """Remember the columns to show (others of COLUMNS are hidden) and the density."""
    hidden = [name for name in COLUMNS if name not in shown]
    defaults = {"hidden": hidden, "is_compact": is_compact}
    ListPreferences.objects.update_or_create(staff_id=staff_id, defaults=defaults)
