"""Attempts to pay, payments, refunds, and how the gateways answer."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from shop.crypto import EncryptedTextField
from shop.events.models import Versioned
from shop.files.models import Picture
from shop.store.choices import PayMethod
from shop.store.models import PickupStore


class AttemptState(models.TextChoices):
    OPEN = "open", _("open")
    CLOSING = "closing", _("closing")
    CLOSED = "closed", _("closed")
    PAID = "paid", _("paid")


LIVE = (AttemptState.OPEN, AttemptState.CLOSING)


class Channel(models.TextChoices):
    """Where somebody pays: in the mini-program, by a code on a screen that any phone scans, by the buyer's own code or
    link, or in a phone's browser, which is led to WeChat.
    """

    JSAPI = "jsapi", _("Mini-program")
    NATIVE = "native", _("WeChat QR")
    H5 = "h5", _("Phone browser")
    CODE = "code", _("Alipay QR or link")


class PayAttempt(models.Model):
    """One order at the gateway: `<order number>-<n>` for one amount. At most one is live per order.

    Who pays by a code is known once it is paid: `openid` is empty until then. `code_url` is what such a code says, or
    where a phone's browser is led; `store` where it was shown, `shown_by_…` to whom the money is counted. Both are
    empty where it was begun by a payment link.

    `unheard_since`: when a question about it was first left without an answer that can be believed; empty again with
    the next answer. `stuck_at`: people were told that this has lasted too long.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="attempts")
    number = models.CharField(max_length=32)
    method = models.CharField(max_length=10, choices=PayMethod)
    amount_fen = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=AttemptState, default=AttemptState.OPEN)
    channel = models.CharField(
        max_length=8, choices=Channel, default=Channel.JSAPI, db_default=Channel.JSAPI.value
    )
    openid = models.CharField(max_length=64, blank=True)
    prepay_id = models.CharField(max_length=80, blank=True)
    code_url = models.CharField(max_length=512, blank=True, default="", db_default="")
    store = models.ForeignKey(
        PickupStore, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    shown_by_kind = models.CharField(max_length=10, blank=True, default="", db_default="")
    shown_by_id = models.BigIntegerField(null=True)
    shown_by_name = models.CharField(max_length=80, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closing_until = models.DateTimeField(null=True)
    unheard_since = models.DateTimeField(null=True)
    stuck_at = models.DateTimeField(null=True)
    cancel_asked_until = models.DateTimeField(null=True)
    next_query_at = models.DateTimeField(null=True)
    queries = models.PositiveIntegerField(default=0)
    mismatch_at = models.DateTimeField(null=True)
    mchid = models.CharField(max_length=32, blank=True)
    appid = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="attempt_number_once"),
            models.UniqueConstraint(fields=["order"], condition=Q(state__in=LIVE), name="one_live_attempt"),
        ]
        indexes = [
            models.Index(
                fields=["next_query_at"], name="attempt_query_due", condition=Q(next_query_at__isnull=False)
            ),
            models.Index(
                fields=["unheard_since"], name="attempt_unheard", condition=Q(unheard_since__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_announced(self) -> bool:
        """Whether the gateway has told the shop that it knows of it."""
        return bool(self.prepay_id or self.code_url)


class PayLink(models.Model):
    """A link by which whoever has it pays what an order owes; the next one, and withdrawing it, end it.

    `nonce` is the part of its secret that is not made from its id (`links/tokens.py`). `expires_at` is its end while
    the order has no deadline of its own.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="pay_links", db_index=False)
    nonce = models.BigIntegerField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(withdrawn_at__isnull=True), name="one_live_pay_link"
            )
        ]

    def __str__(self) -> str:
        return f"link {self.pk} of order {self.order_id}"


class Means(models.TextChoices):
    """How money came into a hand at a counter."""

    CASH = "cash", _("Cash")
    TRANSFER = "transfer", _("Transfer")


class Payment(models.Model):
    """Money that came in. `counts` is false for money that came too late, which is refunded by itself.

    What was taken at the counter of a store has `store` and who took it: by hand, with its `means`, or by a code.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    attempt = models.ForeignKey(
        PayAttempt, null=True, on_delete=models.PROTECT, related_name="payments", db_index=False
    )
    method = models.CharField(max_length=10, choices=PayMethod)
    amount_fen = models.PositiveIntegerField()
    trade_no = models.CharField(max_length=64, blank=True)
    reference = models.CharField(max_length=100, blank=True)
    counts = models.BooleanField()
    captured_at = models.DateTimeField()
    means = models.CharField(max_length=8, choices=Means, blank=True, default="", db_default="")
    store = models.ForeignKey(
        PickupStore, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    collected_by_kind = models.CharField(max_length=10, blank=True, default="", db_default="")
    collected_by_id = models.BigIntegerField(null=True)
    collected_by_name = models.CharField(max_length=80, blank=True, default="", db_default="")
    refunding_fen = models.PositiveIntegerField(default=0)
    refunded_fen = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trade_no", "method"], condition=~Q(trade_no=""), name="payment_trade_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=F("refunding_fen") + F("refunded_fen")),
                name="refunds_within_captured",
            ),
        ]
        indexes = [
            models.Index(fields=["reference"], name="payment_by_reference", condition=~Q(reference="")),
            models.Index(fields=["captured_at"], name="payment_by_day"),
            models.Index(fields=["captured_at"], name="payment_at_counter", condition=Q(store__isnull=False)),
            models.Index(fields=["method"], name="payment_by_method"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.trade_no or self.pk}"

    @property
    def refundable_fen(self) -> int:
        return self.amount_fen - self.refunding_fen - self.refunded_fen


class RefundState(models.TextChoices):
    COMMITTED = "committed", _("On its way")
    PROCESSING = "processing", _("Processing at the gateway")
    FAILED = "failed", _("Failed, needs a person")
    TO_PAY_OUT = "to_pay_out", _("To be paid out")
    DONE = "done", _("Refunded")


class RefundCause(models.TextChoices):
    CANCEL = "cancel", _("Cancelled")
    PART = "part", _("While the order goes on")
    GOODWILL = "goodwill", _("Goodwill")
    AFTERSALE = "aftersale", _("After-sale")
    LATE_PAYMENT = "late_payment", _("Paid too late or twice")
    EXCESS_TRANSFER = "excess_transfer", _("Transfer too late or twice")
    OUTSIDE = "outside", _("Refunded outside the shop")


WITHOUT_CANCELLING = (RefundCause.PART, RefundCause.AFTERSALE)
"""Causes of refunds whose pieces are not cancelled with them."""


class Refund(models.Model):
    """Money that goes back: decided once, with a number that stays the same on every try.

    `is_goodwill`: for no line of the order, so that what its lines cost is not lowered by it. What a version knew
    that did not note the decider counts as decided by everybody. `case_number`: of the after-sale that decided it.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    number = models.CharField(max_length=64)
    amount_fen = models.PositiveIntegerField()
    is_goodwill = models.BooleanField(default=False, db_default=False)
    cause = models.CharField(max_length=16, choices=RefundCause, blank=True, default="", db_default="")
    case_number = models.CharField(max_length=24, blank=True, default="", db_default="")
    decided_by_kind = models.CharField(max_length=10, blank=True, default="", db_default="")
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=80, blank=True, default="", db_default="")
    reason = EncryptedTextField(
        bound_to=("number",), opened_by="order.customer.secret", was_plain=True, blank=True
    )
    state = models.CharField(max_length=10, choices=RefundState)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    gateway_id = models.CharField(max_length=64, blank=True)
    reference = models.CharField(max_length=100, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)
    sending_since = models.DateTimeField(null=True)
    stuck_at = models.DateTimeField(null=True)
    paid_twice_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="refund_number_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="refund_is_positive"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="refund_due", condition=Q(next_try_at__isnull=False)),
            models.Index(fields=["state", "-id"], name="refund_by_state"),
            models.Index(
                fields=["sending_since"],
                name="refund_under_way",
                condition=Q(state__in=["committed", "processing"], stuck_at__isnull=True),
            ),
            models.Index(fields=["gateway_id"], name="refund_by_gateway_id", condition=~Q(gateway_id="")),
            models.Index(fields=["reference"], name="refund_by_reference", condition=~Q(reference="")),
            models.Index(fields=["case_number"], name="refund_of_case", condition=~Q(case_number="")),
            models.Index(fields=["cause", "id"], name="refund_by_cause"),
            models.Index(fields=["decided_by_id", "id"], name="refund_by_decider"),
            models.Index(fields=["created_at"], name="refund_by_created"),
            models.Index(fields=["amount_fen"], name="refund_by_amount"),
            models.Index(fields=["id"], name="refund_stuck", condition=Q(stuck_at__isnull=False)),
            models.Index(
                fields=["finished_at"], name="refund_by_finished", condition=Q(finished_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RefundLine(models.Model):
    """What a refund gives back for one line of its order, or for the freight, which is no line.

    `pieces` are those cancelled with it, or given back while the order goes on. Goodwill and money that does not
    count are for nothing and have none.
    """

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="lines", db_index=False)
    order_line = models.ForeignKey(
        OrderLine, null=True, on_delete=models.PROTECT, related_name="refund_lines"
    )
    amount_fen = models.PositiveIntegerField()
    pieces = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["refund", "order_line"], name="line_once_per_refund")]

    def __str__(self) -> str:
        return f"{self.amount_fen} of refund {self.refund_id}"


class ProofState(models.TextChoices):
    SENT = "sent", _("To be checked")
    ACCEPTED = "accepted", _("Money received")
    REJECTED = "rejected", _("Rejected")


class TransferProof(models.Model):
    """Pictures by which a buyer shows that money was transferred; finance finds it on the account, or not."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="proofs")
    pictures = models.ManyToManyField(Picture, related_name="+")
    words = EncryptedTextField(
        bound_to=("order_id", "sent_at"), opened_by="order.customer.secret", blank=True
    )
    state = models.CharField(max_length=8, choices=ProofState, default=ProofState.SENT)
    reason = EncryptedTextField(
        bound_to=("order_id", "sent_at"), opened_by="order.customer.secret", was_plain=True, blank=True
    )
    sent_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(state=ProofState.SENT), name="one_proof_to_check"
            )
        ]

    def __str__(self) -> str:
        return f"proof {self.pk} of order {self.order_id}"


class GatewayLine(Versioned):
    """Whether a merchant number's gateway answers; a row is made by the first call that failed.

    `failures` in a row, of any process; at `silent_since` there were so many that it counts as silent. `told_at` is
    when people were told, `probe_at` when to ask next whether it answers again.
    """

    subject_kind = "gateway"

    mchid = models.CharField(max_length=32)
    failures = models.PositiveIntegerField(default=0)
    silent_since = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mchid"], name="one_line_per_merchant")]

    def __str__(self) -> str:
        return self.mchid
