"""Collections (上门取件): how a parcel that was sent gets to its courier, under a code that never changes."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.shipping.models import Parcel, ParcelState
from shop.couriers.models import Provider, Sender
from shop.events.models import Versioned


class CollectionState(models.TextChoices):
    REQUESTED = "requested", _("The courier is being called")
    CALLED = "called", _("Collection called")
    FAILED = "failed", _("Courier not called")
    UNKNOWN = "unknown", _("Unknown: no answer")
    CANCELLING = "cancelling", _("Being called off")
    CANCELLED = "cancelled", _("Called off")
    BY_PHONE = "by_phone", _("Called by phone")
    DROPPED_OFF = "dropped_off", _("Dropped off")


ASKED = (CollectionState.REQUESTED, CollectionState.UNKNOWN, CollectionState.CANCELLING)
"""What a provider is still to be asked about."""
OVER = (CollectionState.FAILED, CollectionState.CANCELLED)
"""After these the parcel can be handed over anew."""
BY_HAND = (CollectionState.BY_PHONE, CollectionState.DROPPED_OFF)
"""What people have done without a provider."""

SETTLED: dict[str, Any] = {"lease_until": None, "next_try_at": None, "sent_at": None, "stuck_at": None}
"""The columns of one about which no provider is to be asked any more."""

IN_TROUBLE = (
    Q(state__in=(CollectionState.FAILED, CollectionState.UNKNOWN))
    | Q(state__in=ASKED, stuck_at__isnull=False)
    | Q(state=CollectionState.CALLED) & ~Q(last_error="")
)
"""What a person may have to settle; of called ones those that could not be called off."""


class Collection(Versioned):
    """One way of one parcel to its courier: a provider calls the courier, somebody has, or has brought it there.

    At `asked_at` somebody said so, or wanted the courier called off. `order` is the one on whose page it was pressed.
    `code` is ours and stays the same on every try. From `start` to `end` the courier may come; both are None where no
    provider was asked. `sent_at` is set while the provider may have heard of it and has not given an answer that can
    be believed; `stuck_at` since people were told of that.
    """

    subject_kind = "collection"
    state_column = "state"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="collections")
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="collections")
    code = models.CharField(max_length=30)
    state = models.CharField(_("state"), max_length=11, choices=CollectionState)
    courier = models.CharField(max_length=20)
    provider = models.CharField(max_length=10, choices=Provider, blank=True)
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="+", db_index=False, null=True)
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    stuck_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="collection_code_once"),
            models.UniqueConstraint(
                fields=["parcel"], condition=~Q(state__in=OVER), name="one_collection_per_parcel"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], name="collection_due", condition=Q(next_try_at__isnull=False)
            ),
            models.Index(fields=["id"], name="collection_troubled", condition=IN_TROUBLE),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.parcel}"

    @property
    def is_waiting(self) -> bool:
        """Whether a provider is still to be asked about it."""
        return self.state in ASKED

    @property
    def is_needless(self) -> bool:
        """Whether nobody need come any more: its parcel was taken back, or goes with another courier."""
        return self.parcel.state == ParcelState.UNDONE or self.parcel.courier != self.courier

    @property
    def is_unanswered(self) -> bool:
        """Whether somebody who calls the courier by phone need not wait for the provider any more."""
        is_stuck = self.state == CollectionState.REQUESTED and self.stuck_at is not None
        return self.state == CollectionState.UNKNOWN or is_stuck

    @property
    def is_not_called_off(self) -> bool:
        """Whether the courier may come although somebody wanted it called off."""
        is_refused = self.state == CollectionState.CALLED and bool(self.last_error)
        return is_refused or (self.state == CollectionState.CANCELLING and self.stuck_at is not None)

    @property
    def order_of_event(self) -> int | None:
        return self.order_id
