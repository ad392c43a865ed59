"""Alerts: what somebody has to hear of, until it is handled."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.robots.models import Robot, RobotNote
from orders.models import Order
from shop.access import ROLE_LABELS
from shop.events.models import Versioned
from shop.moves.table import SUBJECTS

__all__ = ["Alert", "AlertKind", "AlertSetting", "HandledHow", "Robot", "RobotNote", "list_kinds"]


class AlertKind(models.TextChoices):
    NEW_ORDER = "new_order", _("New order")
    STOCK_SHORT = "stock_short", _("Stock short")
    LATE_PAYMENT = "late_payment", _("Payment that does not count")
    MISMATCH = "mismatch", _("Amount does not fit")
    REFUND_FAILED = "refund_failed", _("Refund failed")
    REFUND_STUCK = "refund_stuck", _("Refund stuck")
    REFUND_TWICE = "refund_twice", _("Refunded twice")
    REFUND_OUTSIDE = "refund_outside", _("Refunded outside the shop")
    ATTEMPT_STUCK = "attempt_stuck", _("Payment unknown")
    GATEWAY_SILENT = "gateway_silent", _("WeChat Pay does not answer")
    BOOKS_BROKEN = "books_broken", _("Books do not balance")
    SUPPLEMENT = "supplement", _("The rest is overdue")
    WAYBILL = "waybill", _("E-waybill to look at")
    PRINT = "print", _("Receipt not printed")
    COLLECTION = "collection", _("Collection to look at")
    WECHAT_UNTOLD = "wechat_untold", _("WeChat was not told")
    PARCEL_STUCK = "parcel_stuck", _("Parcel does not move")
    PARCEL_PROBLEM = "parcel_problem", _("Problem with a parcel")
    PARCEL_BACK = "parcel_back", _("Parcel come back")
    URGE = "urge", _("Buyer urges")
    TRANSFER = "transfer", _("Transfer to check")
    SHIP_SOON = "ship_soon", _("Time to ship nearly over")
    SHIP_OVER = "ship_over", _("Overdue to ship")
    UNCOLLECTED = "uncollected", _("Not picked up")
    AFTERSALE = "aftersale", _("New after-sale")
    RETURN_HERE = "return_here", _("Return arrived")
    AFTERSALE_DUE = "aftersale_due", _("After-sale nearly overdue")
    DISPUTE = "dispute", _("Dispute to decide")
    LOW_STOCK = "low_stock", _("Stock is low")
    ROBOT = "robot", _("Robot is refused")
    BILL_DIFFERS = "bill_differs", _("Bill does not agree")
    BILL_FAILED = "bill_failed", _("Bill not to be had")
    BRUTE_FORCE = "brute_force", _("Codes are guessed")


def list_kinds() -> list[tuple[str, Any]]:
    """The choices of a column, named by a function so that a new kind needs no migration."""
    return AlertKind.choices


class HandledHow(models.TextChoices):
    PRESSED = "pressed", _("marked as handled")
    MOVED = "moved", _("the order was taken on")
    CLOSED = "closed", _("the order closed")
    OVER = "over", _("no longer the case")


class Alert(models.Model):
    """One alert; open while `handled_at` is empty. The row is the truth, the socket only a hint.

    It is about an `order`, or about the subject of its event (`subject_kind`, `subject_id`): a SKU, a gateway. Rows
    from before there were subjects have neither and are about the shop as a whole.
    """

    kind = models.CharField(max_length=40, choices=list_kinds)
    order = models.ForeignKey(
        Order, null=True, on_delete=models.PROTECT, related_name="alerts", db_index=False
    )
    subject_kind = models.CharField(max_length=20, blank=True, default="", db_default="")
    subject_id = models.BigIntegerField(null=True)
    event_id = models.BigIntegerField()
    event_number = models.PositiveIntegerField()
    raised_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    handled_how = models.CharField(max_length=8, choices=HandledHow, blank=True)
    handled_by_id = models.BigIntegerField(null=True)
    handled_by_name = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event_id", "kind"],
                condition=~Q(kind=AlertKind.NEW_ORDER),
                name="alert_once_per_event",
            ),
            models.UniqueConstraint(
                fields=["order"], condition=Q(kind=AlertKind.NEW_ORDER), name="one_new_order_alert"
            ),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True) | ~Q(handled_how=""), name="handled_says_how"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="alert_open", condition=Q(handled_at__isnull=True)),
            models.Index(fields=["order", "id"], name="alert_of_order", condition=Q(handled_at__isnull=True)),
        ]

    subject: Any = None
    """The row that it is about beside an order, which `load_subjects` sets."""

    def __str__(self) -> str:
        return f"{self.kind} of order {self.order_id}" if self.order_id else self.kind

    @property
    def url(self) -> str:
        """The page of what it is about; what has none concerns the shop as a whole."""
        row = self.order or self.subject
        return (row and SUBJECTS[row.subject_kind].url(row)) or reverse("desk:home")


class AlertSetting(Versioned):
    """How the shop hears of one kind: a row from the first change on, until then the defaults.

    `silent_roles` see the kind and do not hear it; `sound_name` of the kind goes before the sound of the shop.
    """

    subject_kind = "alert_setting"
    item_labels: ClassVar[dict[str, Any]] = {"silent_roles": ROLE_LABELS}

    kind = models.CharField(max_length=40, choices=list_kinds)
    is_voiced = models.BooleanField(_("spoken aloud"), default=True)
    silent_roles = models.JSONField(
        _("not spoken to"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    sound_name = models.CharField(_("own sound"), max_length=50, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind"], name="one_setting_per_alert_kind")]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    def is_heard_by(self, role: str) -> bool:
        return self.is_voiced and role not in self.silent_roles
