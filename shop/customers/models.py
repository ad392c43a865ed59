"""Mini-program users, their tokens and addresses. Personal values are encrypted and searched by keyed hash."""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.crypto import EncryptedTextField, mask_address, mask_name, mask_phone, new_secret
from shop.events.models import Versioned
from shop.store.places.regions import join_region

HAS_REMARK = ~models.Q(remark="")
"""Customers of whom the shop has noted something; an encrypted column is empty where there is nothing."""


TEST_OPENID = "test-order"
"""Whose the test orders of the shop are; WeChat gives no such openid."""


class RandomSecret(models.Func):
    """The secret of a customer whom a process of a former version writes: 122 or 128 random bits, from the database."""

    template = "%(function)s"
    output_field = models.CharField(max_length=36)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="lower(hex(randomblob(16)))", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="gen_random_uuid()", **context)


class Customer(Versioned):
    """A mini-program user. Without `secret` nothing opens what is sealed about them: "" after an erasure.

    `erase_at` is when the personal data of one who asked for it is erased, `erased_at` when that was done.
    """

    subject_kind = "customer"
    opened_by = "secret"

    openid = models.CharField(max_length=64)
    unionid = models.CharField(max_length=64, blank=True)
    secret = models.CharField(max_length=36, default=new_secret, db_default=RandomSecret(), blank=True)
    nickname = EncryptedTextField(opened_by="secret", blank=True)
    phone = EncryptedTextField(opened_by="secret", blank=True)
    phone_hash = models.CharField(max_length=32, blank=True)
    last_digits_hash = models.CharField(max_length=32, blank=True, default="", db_default="")
    """Of the last four digits of the phone."""
    nickname_hash = models.CharField(max_length=32, blank=True)
    remark = EncryptedTextField(opened_by="secret", blank=True)
    is_blocked = models.BooleanField(default=False)
    blocked_reason = EncryptedTextField(opened_by="secret", was_plain=True, blank=True)
    balance_fen = models.BigIntegerField(default=0)
    spent_fen = models.BigIntegerField(default=0, db_default=0)
    """Paid less refunded over all their orders; `orders` keeps it."""
    created_at = models.DateTimeField()
    erase_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["openid"], name="customer_openid_once"),
            models.CheckConstraint(condition=models.Q(balance_fen__gte=0), name="balance_never_negative"),
        ]
        indexes = [
            models.Index(fields=["-id"], name="customer_blocked", condition=models.Q(is_blocked=True)),
            models.Index(fields=["-id"], name="customer_with_remark", condition=HAS_REMARK),
            models.Index(
                fields=["spent_fen", "id"], name="customer_by_spent", condition=models.Q(spent_fen__gt=0)
            ),
            # Not by `db_index`: text would get a second index for its beginnings, and a hash has none that matter.
            models.Index(fields=["phone_hash"], name="customer_by_phone"),
            models.Index(fields=["last_digits_hash"], name="customer_by_last_digits"),
            models.Index(fields=["nickname_hash"], name="customer_by_nickname"),
            models.Index(
                fields=["erase_at"], name="customer_to_erase", condition=models.Q(erase_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"customer {self.pk}"

    @property
    def is_authenticated(self) -> bool:
        """A customer on a request came by a valid token (the framework asks)."""
        return True

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone) if self.phone else ""


class CustomerToken(models.Model):
    """One signed-in device; only a hash of the token is stored."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64)
    device = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_hash"], name="token_once")]

    def __str__(self) -> str:
        return f"token {self.pk}"


def _sealed() -> EncryptedTextField:
    return EncryptedTextField(bound_to=("customer_id", "created_at"), opened_by="customer.secret")


class Address(models.Model):
    """Where a customer wants goods sent; a changed address does not change orders already placed."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    recipient = _sealed()
    phone = _sealed()
    province = models.CharField(max_length=40)
    city = models.CharField(max_length=40)
    district = models.CharField(max_length=40)
    detail = _sealed()
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(is_default=True), name="one_default_address"
            )
        ]

    def __str__(self) -> str:
        return f"address {self.pk}"

    @property
    def masked(self) -> str:
        """Name, phone and street with the personal part hidden."""
        region = join_region(self.province, self.city, self.district)
        return f"{mask_name(self.recipient)} {mask_phone(self.phone)} {region}{mask_address(self.detail)}"


class MessageConsent(models.Model):
    """How many messages of one template a buyer still lets the shop send; personal is only who it is."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents", db_index=False)
    template_id = models.CharField(max_length=64)
    times = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "template_id"], name="consent_once")]

    def __str__(self) -> str:
        return f"consent of customer {self.customer_id}"


class EntryKind(models.TextChoices):
    TOP_UP = "top_up", _("Topped up")
    PAY = "pay", _("Paid for an order")
    REFUND = "refund", _("Refunded")
    CORRECT = "correct", _("Corrected")


class AppendOnlyEntries(models.QuerySet["BalanceEntry"]):
    def update(self, **_kwargs: Any) -> NoReturn:
        raise TypeError("the ledger is append-only")

    def delete(self) -> NoReturn:
        raise TypeError("the ledger is append-only")


class BalanceEntry(models.Model):
    """One line of a customer's ledger, in fen. `key` names its cause, which is booked once, for ever.

    Database triggers refuse updates and deletes; only `reason` may be sealed anew.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="balance_entries", db_index=False
    )
    kind = models.CharField(max_length=8, choices=EntryKind)
    key = models.CharField(max_length=60)
    delta_fen = models.BigIntegerField()
    balance_after_fen = models.BigIntegerField()
    order_number = models.CharField(max_length=18, blank=True)
    reason = EncryptedTextField(bound_to=("key",), opened_by="customer.secret", was_plain=True, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    objects = AppendOnlyEntries.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="balance_entry_once"),
            models.CheckConstraint(condition=~models.Q(delta_fen=0), name="balance_entry_can_refund"),
            models.CheckConstraint(
                condition=models.Q(balance_after_fen__gte=0), name="balance_entry_never_negative"
            ),
        ]
        indexes = [models.Index(fields=["customer", "-id"], name="balance_entry_by_customer")]

    def __str__(self) -> str:
        return f"{self.kind} {self.delta_fen} of customer {self.customer_id}"
