"""How each member of staff wants the order list to look."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from shop.staff.models import StaffUser


class ListLooks(models.Model):
    """One person's order list; who never chose has no row and sees every column."""

    staff = models.OneToOneField(
        "staff.StaffUser", primary_key=True, on_delete=models.CASCADE, related_name="list_looks"
    )
    hidden = models.JSONField(default=list)
    is_compact = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"list of {self.staff_id}"


COLUMNS: dict[str, Any] = {
    "buyer": _("Buyer"),
    "goods": _("Goods"),
    "amount": _("Amount"),
    "delivery": _("Delivery"),
}
"""The columns of the order list that can be left out."""


def get_list_looks(staff: "StaffUser") -> ListLooks:
    """What the person chose, or the looks of somebody who did not; read with the session, so without a query."""
    return getattr(staff, "list_looks", None) or ListLooks(staff_id=staff.pk)


def save_list_looks(staff_id: int, *, shown: Collection[str], is_compact: bool) -> None:
    """Remember the columns to show (others of COLUMNS are hidden) and the density."""
    hidden = [name for name in COLUMNS if name not in shown]
    defaults = {"hidden": hidden, "is_compact": is_compact}
    ListLooks.objects.update_or_create(staff_id=staff_id, defaults=defaults)
