"""The closing of a cash sheet, with the payments that it froze."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.payments.models import Payment
from shop.events.models import Versioned
from shop.store.models import PickupStore

CLOSED, REOPENED = "closed", "reopened"


class CashClosing(Versioned):
    """What one collector had taken at a store on a day when it was counted, once for the three.

    What was taken by hand or by a code stands in fen, as it was then; `counted_fen` is the cash that was there.
    """

    subject_kind = "cash_closing"
    state_labels: ClassVar[dict[str, Any]] = {CLOSED: _("Counted and closed"), REOPENED: _("Reopened")}

    store = models.ForeignKey(PickupStore, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    collector_kind = models.CharField(max_length=10)
    collector_id = models.BigIntegerField()
    collector_name = models.CharField(max_length=80)
    orders = models.PositiveIntegerField()
    cash_fen = models.PositiveBigIntegerField()
    transfer_fen = models.PositiveBigIntegerField()
    native_fen = models.PositiveBigIntegerField()
    counted_fen = models.PositiveBigIntegerField()
    note = models.CharField(max_length=200, blank=True)
    is_open = models.BooleanField(default=False)
    closed_at = models.DateTimeField()
    closed_by_name = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "store", "collector_kind", "collector_id"], name="one_closing_of_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.collector_name}"

    @property
    def present_state(self) -> str:
        return REOPENED if self.is_open else CLOSED

    def enter(self, state: str) -> tuple[str, ...]:
        self.is_open = state == REOPENED
        return ("is_open",)

    @property
    def total_fen(self) -> int:
        return self.cash_fen + self.transfer_fen + self.native_fen

    @property
    def difference_fen(self) -> int:
        """What was counted beyond what was taken in cash; below zero some is missing."""
        return self.counted_fen - self.cash_fen


class ClosedPayment(models.Model):
    """A payment that a closing counted; none is in two."""

    closing = models.ForeignKey(CashClosing, on_delete=models.PROTECT, related_name="payments")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payment"], name="payment_closed_once")]

    def __str__(self) -> str:
        return f"payment {self.payment_id} in closing {self.closing_id}"
