"""Bills of the payment platforms, a row for each of their rows, and what does not agree with the shop's books."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.bills.reading.rows import LineState
from orders.models import Order
from shop.events.models import Versioned


class Platform(models.TextChoices):
    """Who writes the bill; each has the value of the way to pay."""

    WECHAT = "wechat", _("WeChat Pay")
    ALIPAY = "alipay", _("Alipay")


class BillKind(models.TextChoices):
    TRADES = "trades", _("Bill of payments")
    FUNDS = "funds", _("Bill of the account")


KINDS: dict[str, tuple[BillKind, ...]] = {
    Platform.WECHAT: (BillKind.TRADES, BillKind.FUNDS),
    Platform.ALIPAY: (BillKind.TRADES,),
}
"""The bills that are fetched from each platform."""


class BillState(models.TextChoices):
    WAITING = "waiting", _("To be fetched")
    FETCHED = "fetched", _("To be compared")
    MATCHED = "matched", _("Compared")
    EMPTY = "empty", _("No trade that day")
    FAILED = "failed", _("Not to be had")


KNOWN = (BillState.MATCHED, BillState.EMPTY)
"""What the platform says of the day is known."""
UNDER_WAY = (BillState.WAITING, BillState.FETCHED)
SETTLED: dict[str, Any] = {
    "lease": "",
    "lease_until": None,
    "next_try_at": None,
    "last_error": "",
    "tries": 0,
}
"""The columns of a bill with which nothing is to be done any more."""


class Bill(Versioned):
    """What a platform says of one day of one merchant number.

    `path` is its file among the private ones until it is compared; `sha1` the digest of what is in it.
    `is_uploaded`: a person brought the file. The sums are fen: `received_fen` and `refunded_fen` of the orders,
    `due_fen` what of it is the merchant's after the fee. `balance_fen` is what the account holds at the end of the day,
    None where nothing says so. `has_open`: something of it did not agree and is not settled. `left_out`: so many
    differences were found beyond those that have rows.
    """

    subject_kind = "bill"
    state_column = "state"

    platform = models.CharField(max_length=8, choices=Platform)
    mchid = models.CharField(max_length=32)
    day = models.DateField()
    kind = models.CharField(max_length=8, choices=BillKind)
    state = models.CharField(_("state"), max_length=8, choices=BillState)
    path = models.CharField(max_length=80, blank=True)
    sha1 = models.CharField(max_length=40, blank=True)
    is_uploaded = models.BooleanField(default=False)
    rows = models.PositiveIntegerField(default=0)
    received_fen = models.BigIntegerField(default=0)
    refunded_fen = models.BigIntegerField(default=0)
    fee_fen = models.BigIntegerField(default=0)
    due_fen = models.BigIntegerField(default=0)
    balance_fen = models.BigIntegerField(null=True)
    has_open = models.BooleanField(default=False)
    left_out = models.PositiveIntegerField(default=0)
    matched_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "platform", "mchid", "kind"], name="one_bill_of_a_day")
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], name="bill_to_fetch", condition=Q(next_try_at__isnull=False)
            ),
            models.Index(fields=["kind", "day", "id"], name="bill_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.mchid} {self.day}"


class BillLine(models.Model):
    """A row of a bill of payments: a payment, or with a `refund_no` a refund; `place` is which row of the file."""

    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="lines", db_index=False)
    place = models.PositiveIntegerField()
    trade_no = models.CharField(max_length=64)
    refund_no = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=LineState)
    amount_fen = models.IntegerField()
    fee_fen = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bill", "place"], name="bill_line_once")]
        indexes = [
            models.Index(fields=["trade_no"], name="bill_line_by_payment", condition=Q(refund_no="")),
            models.Index(fields=["refund_no"], name="bill_line_by_refund", condition=~Q(refund_no="")),
        ]

    def __str__(self) -> str:
        return f"row {self.place} of bill {self.bill_id}"


class FundTotal(models.Model):
    """What one kind of business moved on the account that day, in one direction."""

    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="totals", db_index=False)
    business = models.CharField(max_length=40)
    is_income = models.BooleanField()
    count = models.PositiveIntegerField()
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bill", "business", "is_income"], name="fund_total_once")
        ]

    def __str__(self) -> str:
        return f"{self.business} {self.amount_fen} of bill {self.bill_id}"


class DifferenceKind(models.TextChoices):
    UNKNOWN_PAYMENT = "unknown_payment", _("Payment that the shop does not know")
    UNKNOWN_REFUND = "unknown_refund", _("Refund that the shop does not know")
    MISSING_PAYMENT = "missing_payment", _("Payment that the platform does not know")
    MISSING_REFUND = "missing_refund", _("Refund that the platform does not know")
    AMOUNT = "amount", _("Another amount")
    STATE = "state", _("Another state")


class DifferenceState(models.TextChoices):
    OPEN = "open", _("To be looked at")
    SETTLED = "settled", _("Settled")
    DISMISSED = "dismissed", _("Left as it is")


class Difference(Versioned):
    """One payment or refund (`refund_no`) of which the platform says something else than the shop.

    `ours_fen` and `theirs_fen` are None for what one side does not know; `theirs` is the state that the platform tells,
    `ours` that of the refund here. `number` is the shop's own of the attempt to pay. `is_by_itself`: it was settled
    because its cause was gone.
    """

    subject_kind = "difference"
    state_column = "state"

    platform = models.CharField(max_length=8, choices=Platform)
    mchid = models.CharField(max_length=32)
    day = models.DateField()
    kind = models.CharField(_("kind"), max_length=16, choices=DifferenceKind)
    state = models.CharField(_("state"), max_length=9, choices=DifferenceState)
    order = models.ForeignKey(
        Order, null=True, on_delete=models.PROTECT, related_name="differences", db_index=False
    )
    trade_no = models.CharField(max_length=64)
    number = models.CharField(max_length=64, blank=True)
    refund_no = models.CharField(max_length=64, blank=True)
    refund_id = models.CharField(max_length=64, blank=True)
    ours_fen = models.IntegerField(null=True)
    theirs_fen = models.IntegerField(null=True)
    ours = models.CharField(max_length=10, blank=True)
    theirs = models.CharField(max_length=8, blank=True, choices=LineState)
    is_by_itself = models.BooleanField(default=False)
    found_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "trade_no", "refund_no", "kind"], name="one_difference_of_each"
            )
        ]
        indexes = [
            models.Index(fields=["id"], name="difference_open", condition=Q(state=DifferenceState.OPEN)),
            models.Index(fields=["state", "id"], name="difference_by_state"),
            models.Index(fields=["day", "id"], name="difference_by_day"),
            models.Index(fields=["order"], name="difference_of_order", condition=Q(order__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.refund_no or self.trade_no}"

    @property
    def order_of_event(self) -> int | None:
        return self.order_id

    @property
    def is_open(self) -> bool:
        return self.state == DifferenceState.OPEN

    @property
    def shown_number(self) -> str:
        """The number by which people look for it at the platform."""
        return self.refund_id or self.refund_no or self.trade_no
