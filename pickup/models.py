"""Verifiers (核销员), and what was handed out at the counters of pickup stores."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from pickup.phone.models import Invite, InviteState, VerifierPin, VerifierSession
from pickup.watch.models import CounterRefusal, Door, GuessLock
from shop.customers.models import Customer
from shop.events.models import Versioned
from shop.store.models import PickupStore

__all__ = [
    "OFF",
    "ON",
    "CounterRefusal",
    "Door",
    "GuessLock",
    "Invite",
    "InviteState",
    "Verification",
    "VerificationLine",
    "Verifier",
    "VerifierPin",
    "VerifierSession",
]

ON, OFF = "on", "off"


class Verifier(Versioned):
    """A mini-program user who may hand out at some stores; one who is switched off may nowhere, from that moment.

    `service_openid` is who they are to the shop's service account, in which they sign in on the phone; "" until then.
    `crosses_stores`: at their own stores also what waits at another one, if they say why.
    """

    subject_kind = "verifier"
    state_labels: ClassVar[dict[str, Any]] = {ON: _("On"), OFF: _("Off")}
    opened_by = "customer.secret"

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, related_name="verifier")
    stores = models.ManyToManyField(PickupStore, related_name="verifiers")
    is_on = models.BooleanField(_("on"), default=True)
    crosses_stores = models.BooleanField(
        _("hands out what waits at other stores"), default=False, db_default=False
    )
    appointed_at = models.DateTimeField()
    service_openid = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service_openid"], condition=~Q(service_openid=""), name="verifier_wechat_once"
            )
        ]

    def __str__(self) -> str:
        return f"verifier {self.pk}"

    @property
    def present_state(self) -> str:
        return ON if self.is_on else OFF

    def enter(self, state: str) -> tuple[str, ...]:
        self.is_on = state == ON
        return ("is_on",)

    @property
    def name(self) -> str:
        """As colleagues know them: the nickname, else the end of the phone, with the customer number."""
        known = self.customer.nickname or (self.customer.phone and f"…{self.customer.phone[-4:]}")
        return f"{known} (#{self.customer_id})" if known else f"#{self.customer_id}"


class Verification(models.Model):
    """Goods of one order that were handed out at once, by an operator; `verifier` is who is credited with it, if any.

    `is_last`: nothing was left to hand out after it. One that is undone counts no more.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="verifications")
    store = models.ForeignKey(PickupStore, on_delete=models.PROTECT, related_name="+", db_index=False)
    verifier = models.ForeignKey(
        Verifier, null=True, on_delete=models.PROTECT, related_name="verifications", db_index=False
    )
    operator_kind = models.CharField(max_length=10)
    operator_id = models.BigIntegerField(null=True)
    operator_name = models.CharField(max_length=80)
    is_last = models.BooleanField()
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by_name = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(is_last=True, undone_at__isnull=True),
                name="handed_out_once",
            )
        ]
        indexes = [
            models.Index(fields=["store", "id"], name="verification_by_store"),
            models.Index(
                fields=["verifier", "id"],
                name="verification_by_verifier",
                condition=Q(verifier__isnull=False),
            ),
            models.Index(fields=["at", "id"], name="verification_by_day"),
            models.Index(fields=["id"], name="verification_undone", condition=Q(undone_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"verification {self.pk} of order {self.order_id}"

    @property
    def who(self) -> str:
        """Who is credited with it, else who did it."""
        return self.verifier.name if self.verifier else self.operator_name

    @property
    def number_of_who(self) -> str:
        """The same without a nickname, for what leaves the shop."""
        return f"#{self.verifier.customer_id}" if self.verifier else self.operator_name


class VerificationLine(models.Model):
    """Pieces of one order line that were handed out with others."""

    verification = models.ForeignKey(
        Verification, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="verified_lines")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["verification", "order_line"], name="line_once_per_verification"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="verified_line_has_pieces"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.order_line_id}"
