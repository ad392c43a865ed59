"""What the shop's own printers print: one job for each piece of paper, under a code that never changes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.services.printing import Document
from shop.events.models import Versioned
from shop.printers.models import Printer


class PrintState(models.TextChoices):
    WAITING = "waiting", _("Waiting for the printer")
    SENT = "sent", _("At the printer")
    PRINTED = "printed", _("On paper")
    FAILED = "failed", _("Not printed")
    UNKNOWN = "unknown", _("Unknown: look at the printer")
    CANCELLED = "cancelled", _("Given up")


class Trigger(models.TextChoices):
    PAID = "paid", _("by itself")
    COUNTER = "counter", _("at the counter")
    HAND = "hand", _("by hand")


OPEN = (PrintState.WAITING, PrintState.SENT)
"""What a printer is still to be asked about."""
TROUBLED = (PrintState.FAILED, PrintState.UNKNOWN)


class PrintJob(Versioned):
    """One document of one order at one printer.

    `code` is ours and the same on every try, `reference` the service's own number. `copy` says which print of the order
    this is; from the second on the paper says so. `sent_at` is set while the printer may have heard of it and has not
    given an answer that can be believed, and stays with what was taken on.
    """

    subject_kind = "print_job"
    state_column = "state"
    opened_by = "order.customer.secret"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="print_jobs", db_index=False)
    printer = models.ForeignKey(Printer, on_delete=models.PROTECT, related_name="+", db_index=False)
    document = models.CharField(max_length=20, choices=Document)
    trigger = models.CharField(max_length=10, choices=Trigger)
    code = models.CharField(max_length=32)
    copy = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(_("state"), max_length=10, choices=PrintState)
    reference = models.CharField(max_length=100, blank=True)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="print_code_once"),
            models.UniqueConstraint(
                fields=["order", "printer", "document"],
                condition=Q(trigger="paid"),
                name="one_print_by_itself",
            ),
            models.UniqueConstraint(
                fields=["order", "printer", "document"],
                condition=Q(state="waiting", trigger="hand"),
                name="one_print_waiting",
            ),
        ]
        indexes = [
            models.Index(fields=["order"], name="print_of_order"),
            models.Index(fields=["next_try_at"], name="print_due", condition=Q(next_try_at__isnull=False)),
            models.Index(
                fields=["id"],
                name="print_troubled",
                condition=Q(state__in=TROUBLED) | Q(state__in=OPEN) & ~Q(last_error=""),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def order_of_event(self) -> int | None:
        return self.order_id

    @property
    def is_repeated(self) -> bool:
        """Whether the paper says that it is not the first."""
        return self.copy > 1
