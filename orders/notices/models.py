"""Notices to buyers (subscription messages of WeChat): one row for each thing that a buyer is told."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.shipping.models import Parcel
from shop.events.models import Versioned


class NoticeKind(models.TextChoices):
    SHIPPED = "shipped", _("Shipped")
    RENUMBERED = "renumbered", _("Tracking number replaced")
    REDIRECTED = "redirected", _("Parcel stopped or redirected")
    POSTPONED = "postponed", _("Shipping postponed")
    CHANGED = "changed", _("Order changed")
    CANCELLED = "cancelled", _("Order cancelled")
    OWES = "owes", _("Something is left to pay")
    READY = "ready", _("Ready for pickup")
    UNCOLLECTED = "uncollected", _("Reminded of the pickup")
    HANDED_OUT = "handed_out", _("Picked up")
    RETURN_AGREED = "return_ok", _("Return agreed to")
    RETURN_DUE = "return_due", _("Reminded to send back")
    REFUND_AGREED = "refund_ok", _("Refund agreed to")
    REFUSED = "refused", _("After-sale refused")
    EXCHANGED = "exchanged", _("Exchange sent")
    VERDICT = "verdict", _("Dispute decided")
    CORRECTION = "correction", _("Asked about the reason")


OF_PARCELS = (NoticeKind.SHIPPED, NoticeKind.RENUMBERED)
"""What follows what a parcel is now; all others tell of one event."""


class NoticeState(models.TextChoices):
    WAITING = "waiting", _("To be told")
    SENT = "sent", _("Told")
    FAILED = "failed", _("Could not be told")
    UNKNOWN = "unknown", _("Unknown: WeChat gave no answer")
    DROPPED = "dropped", _("Not told")


class WhyDropped(models.TextChoices):
    NOT_SET_UP = "not_set_up", _("no template is set up for it")
    NOT_ACCEPTED = "not_accepted", _("the buyer has not accepted a message")
    LATE = "late", _("it could not be sent in time")
    OVER = "over", _("it was over before it was sent")


class BuyerNotice(Versioned):
    """One thing that a buyer is told, at most once.

    `event_id` is the event that it tells of. `facts` is what the message says beside the order's own columns: nothing
    about a person. `sent_at` is set while WeChat may have heard of it, and stays with what has been sent.
    """

    subject_kind = "buyer_notice"
    state_column = "state"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="buyer_notices")
    parcel = models.ForeignKey(
        Parcel, on_delete=models.PROTECT, related_name="buyer_notices", null=True, blank=True
    )
    kind = models.CharField(max_length=12, choices=NoticeKind)
    state = models.CharField(_("state"), max_length=8, choices=NoticeState)
    event_id = models.BigIntegerField()
    facts = models.JSONField(default=dict)
    left_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["parcel"], condition=Q(kind="shipped"), name="one_shipped_notice_per_parcel"
            ),
            models.UniqueConstraint(
                fields=["event_id", "kind"], condition=Q(parcel__isnull=True), name="notice_once_per_event"
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="notice_due", condition=Q(next_try_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.order}"

    @property
    def order_of_event(self) -> int | None:
        return self.order_id
