"""Packing an order piece by piece: who does it since when, and every scan."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from shop.events.models import Versioned


class PackingState(models.TextChoices):
    OPEN = "open", _("Being packed")
    DONE = "done", _("Packed and sent")
    LEFT = "left", _("Left")


class Packing(Versioned):
    """One go at packing one order, by one person at a time; what is in the box follows from its scans.

    `taken_at` is when its packer began or took it over, `ended_at` when it was sent or left.
    """

    subject_kind = "packing"
    state_column = "state"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="packings", db_index=False)
    state = models.CharField(_("state"), max_length=10, choices=PackingState)
    packer_id = models.BigIntegerField()
    packer_name = models.CharField(max_length=80)
    taken_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="open"), name="one_open_packing_per_order"
            ),
        ]
        indexes = [
            models.Index(fields=["packer_id", "ended_at"], name="packing_done_by", condition=Q(state="done")),
        ]

    def __str__(self) -> str:
        return f"packing {self.pk} of order {self.order_id}"

    @property
    def order_of_event(self) -> int | None:
        return self.order_id


class Verdict(models.TextChoices):
    ORDER = "order", _("Order scanned")
    RIGHT = "right", _("Right")
    OUT = "out", _("Taken out")
    UNDO = "undo", _("Scan undone")
    WRONG = "wrong", _("Not in this order")
    EXTRA = "extra", _("One too many")
    SHORT = "short", _("Short of stock")
    UNKNOWN = "unknown", _("No such article")
    NUMBER = "number", _("Tracking number")
    SHIP = "ship", _("Shipped")


REFUSED = (Verdict.WRONG, Verdict.EXTRA, Verdict.SHORT, Verdict.UNKNOWN)
"""Scans that put nothing into the box."""


class PackingScan(models.Model):
    """One scan. `key` is its sender's own, the same whenever it is sent again, so that it counts once.

    `code` is the SKU code of goods that are known, the tracking number, or a part of what nobody knows. `undoes` is
    the scan that counts no more because of this one.
    """

    packing = models.ForeignKey(Packing, on_delete=models.CASCADE, related_name="scans")
    key = models.CharField(max_length=32)
    staff_id = models.BigIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict)
    line = models.ForeignKey(OrderLine, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=60, blank=True)
    courier = models.CharField(max_length=20, blank=True)
    undoes = models.OneToOneField("self", null=True, on_delete=models.CASCADE, related_name="undone_by")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff_id", "key"], name="packing_scan_once"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.code}"
