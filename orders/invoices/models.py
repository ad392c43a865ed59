"""What buyers want invoices of, for whom, and what the shop has issued."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.models import Order
from shop.crypto import EncryptedTextField
from shop.events.models import Versioned


class Holder(models.TextChoices):
    """Whom an invoice names (抬头类型)."""

    PERSON = "person", pgettext_lazy("invoice", "Person")
    COMPANY = "company", pgettext_lazy("invoice", "Company")


class InvoiceState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("invoice", "Asked for")
    ISSUED = "issued", pgettext_lazy("invoice", "Issued")
    REFUSED = "refused", pgettext_lazy("invoice", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("invoice", "Withdrawn")
    REVERSED = "reversed", pgettext_lazy("invoice", "Reversed")


LIVE = (InvoiceState.ASKED, InvoiceState.ISSUED)
"""While one of these stands, its order cannot have another."""
TO_CORRECT = Q(state=InvoiceState.ISSUED, is_outdated=True)
"""Money went back after they were issued: they have to be reversed (红冲)."""
OVERSTATED = Q(amount_fen__gt=F("order__paid_fen") - F("order__refunded_fen"))
"""They say more than what was paid and kept."""


def _sealed() -> EncryptedTextField:
    return EncryptedTextField(
        bound_to=("order_id", "asked_at"), opened_by="order.customer.secret", blank=True
    )


class InvoiceRequest(Versioned):
    """One invoice that a buyer wants of an order, and what the shop says to it; an order has one that is live.

    `amount_fen` is what the issued invoice says, None before; what it would say is never stored. `is_outdated`: money
    went back since. `number` is the invoice's, `link` where the buyer finds the file, `answer` what the shop writes to
    the buyer, or why it refuses. `asked_at` stays as it was when the buyer changes what they asked for.
    """

    subject_kind = "invoice"
    state_column = "state"
    opened_by = "order.customer.secret"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="invoices")
    state = models.CharField(_("state"), max_length=9, choices=InvoiceState)
    holder = models.CharField(_("kind of title"), max_length=7, choices=Holder)
    title = _sealed()
    tax_number = _sealed()
    email = _sealed()
    address = _sealed()
    phone = _sealed()
    bank = _sealed()
    account = _sealed()
    note = _sealed()
    number = models.CharField(max_length=30, blank=True)
    amount_fen = models.PositiveIntegerField(null=True)
    is_outdated = models.BooleanField(default=False)
    link = models.CharField(max_length=500, blank=True)
    answer = _sealed()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(state__in=LIVE), name="one_live_invoice_per_order"
            ),
            models.CheckConstraint(
                condition=~Q(state=InvoiceState.ISSUED) | (Q(amount_fen__gt=0) & ~Q(number="")),
                name="issued_invoice_has_number",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="invoice_asked", condition=Q(state=InvoiceState.ASKED)),
            models.Index(fields=["id"], name="invoice_to_correct", condition=TO_CORRECT),
            models.Index(fields=["state", "id"], name="invoice_by_state"),
            models.Index(fields=["asked_at", "id"], name="invoice_by_day"),
            models.Index(fields=["number"], name="invoice_by_number", condition=~Q(number="")),
        ]

    def __str__(self) -> str:
        return self.number or f"invoice {self.pk}"

    @property
    def order_of_event(self) -> int | None:
        return self.order_id

    @property
    def is_for_company(self) -> bool:
        return self.holder == Holder.COMPANY
