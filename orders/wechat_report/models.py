"""Shipping reports (小程序发货信息): what WeChat is told of the parcels of one payment, so that it pays the shop."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.payments.models import Payment
from shop.clients.wechat_shipping import MOST_PARCELS
from shop.events.models import Versioned


class ReportState(models.TextChoices):
    WAITING = "waiting", _("WeChat is to be told")
    UNKNOWN = "unknown", _("Unknown: WeChat gave no answer")
    TOLD = "told", _("WeChat was told")
    FAILED = "failed", _("WeChat was not told")
    FIXED = "fixed", _("WeChat takes no more changes")
    DROPPED = "dropped", _("Nothing to tell")
    LEFT = "left", _("Left as it is")


ASKED = (ReportState.WAITING, ReportState.UNKNOWN)
"""What WeChat is still to be told, or asked about."""
IN_TROUBLE = Q(state__in=(ReportState.FAILED, ReportState.FIXED))
"""What a person has to look at."""
SETTLED: dict[str, Any] = {"lease_until": None, "next_try_at": None, "sent_at": None, "asked_at": None}
"""The columns of one about which WeChat is not to be asked any more."""


class HeldState(models.IntegerChoices):
    """How far a payment is at WeChat, while it keeps the money."""

    TO_SHIP = 1, _("WeChat waits for the shipping")
    SHIPPED = 2, _("The buyer has not confirmed the receipt")
    RECEIVED = 3, _("Received")
    SETTLING = 6, _("Awaiting settlement")


class ShippingReport(Versioned):
    """What WeChat is told of one payment.

    `wanted` is what is true now, `sending` what the last try said, `taken` what WeChat has taken: how it goes ("type"),
    whether nothing is left to send ("all"), and of each parcel "courier", "number" and "goods"; nothing about a person.
    `asked_at` is since when WeChat is to be told; `sent_at` is set while it may have heard of it without an answer that
    can be believed. `upload_at` is the time that the last try gave itself, which has to grow. All parcels arrived at
    `arrived_at`; at `remind_at` WeChat is to ask the buyer for the receipt. `held_state` is what WeChat said at
    `checked_at` of the money; None when it keeps none, or was not asked.
    """

    subject_kind = "shipping_report"
    state_column = "state"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipping_reports")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="shipping_report")
    state = models.CharField(_("state"), max_length=8, choices=ReportState)
    wanted = models.JSONField(default=dict)
    sending = models.JSONField(default=dict)
    taken = models.JSONField(default=dict)
    left_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    upload_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    arrived_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    held_state = models.PositiveSmallIntegerField(null=True, choices=HeldState)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], name="report_due", condition=Q(next_try_at__isnull=False)),
            models.Index(fields=["remind_at"], name="report_to_remind", condition=Q(remind_at__isnull=False)),
            models.Index(fields=["id"], name="report_troubled", condition=IN_TROUBLE),
            models.Index(
                fields=["held_state", "id"], name="report_held", condition=Q(held_state__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.order}"

    @property
    def order_of_event(self) -> int | None:
        return self.order_id

    @property
    def is_waiting(self) -> bool:
        """Whether WeChat is still to be told, or asked about it."""
        return self.state in ASKED

    @property
    def may_have_arrived(self) -> bool:
        """Whether WeChat may have heard of it, though nobody knows."""
        return self.sent_at is not None

    @property
    def left_out(self) -> int:
        """How many parcels are more than WeChat takes."""
        return max(0, len(self.wanted.get("parcels", ())) - MOST_PARCELS)


class Company(models.Model):
    """A courier as WeChat lists it; asked for each night."""

    delivery_id = models.CharField(max_length=128)
    name = models.CharField(max_length=128)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery_id"], name="wechat_company_once")]
        indexes = [models.Index(fields=["name"], name="wechat_company_by_name")]

    def __str__(self) -> str:
        return self.name


class CourierCompany(models.Model):
    """Which of WeChat's couriers stands for one of ours, as people have chosen; it counts while WeChat lists it."""

    courier = models.CharField(max_length=20)
    delivery_id = models.CharField(max_length=128)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["courier"], name="wechat_company_of_courier")]

    def __str__(self) -> str:
        return f"{self.courier} is {self.delivery_id}"


class Standing(models.Model):
    """How the shop stands with WeChat, in one row: `is_managed` is None before it was asked.

    Reports are made `since` then, None while none are. At `ask_at` WeChat is asked again whether it manages the trade;
    at `check_at` which money it keeps: that round began at `check_began_at`, and goes on at `check_place` of the states
    after `check_index`.
    """

    is_managed = models.BooleanField(null=True)
    since = models.DateTimeField(null=True)
    ask_at = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True)
    check_began_at = models.DateTimeField(null=True)
    check_place = models.PositiveSmallIntegerField(default=0)
    check_index = models.CharField(max_length=64, blank=True)
    checked_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_wechat_standing")]

    def __str__(self) -> str:
        return "WeChat manages the trade" if self.is_managed else "WeChat does not manage the trade"
