"""What waits at a counter: one row for each order that is or was to be picked up."""

from django.db import models
from django.db.models import Q

from orders.models import Order
from shop.crypto import EncryptedTextField

WAITS = Q(is_waiting=True)


class Waiting(models.Model):
    """That an order waits for whoever picks it up, `since` when, and until when they have time (`due_at`).

    `noted_at` is when people were told that nobody came, once for ever. While it is put off it is not on the board
    until `snoozed_until`. `storage_note` says where the goods lie. Only who holds the order's lock writes a row.
    """

    order = models.OneToOneField(Order, on_delete=models.PROTECT, primary_key=True, related_name="waiting")
    is_waiting = models.BooleanField(default=True)
    since = models.DateTimeField()
    due_at = models.DateTimeField()
    noted_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    storage_note = EncryptedTextField(
        bound_to=("order_id",), opened_by="order.customer.secret", blank=True, default=""
    )

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "order"], name="waiting_by_due", condition=WAITS),
            models.Index(
                fields=["due_at"], name="waiting_to_note", condition=WAITS & Q(noted_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"order {self.order_id} waits since {self.since:%F %T}"
