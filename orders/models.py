"""The order, its lines, its notes, and what it can be found by."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.stages import IN_HAND, TO_SHIP, AftersaleMark, BuyerReason, CloseReason, Source, Stage
from shop.catalog.models import Sku
from shop.crypto import EncryptedTextField
from shop.customers.models import Customer
from shop.events.models import Versioned
from shop.store.choices import Delivery, OverdueRule, PayMethod
from shop.store.deliveries import name_pay_method
from shop.store.models import PickupStore
from shop.store.places.regions import join_region

COD_OWED = Q(
    pay_method=PayMethod.COD,
    delivery=Delivery.EXPRESS,
    stage__in=[Stage.SHIPPED, Stage.DONE],
    paid_fen__lt=F("payable_fen"),
)
"""Cash that couriers take for orders that were sent, and that is not in yet."""
PICKED_UP_SOMEWHERE = Q(delivery=Delivery.PICKUP, pickup_store__isnull=False) | (
    ~Q(delivery=Delivery.PICKUP) & Q(pickup_store__isnull=True)
)
"""An order has a store if and only if it is picked up."""
HAS_REMARK = ~Q(buyer_remark="", seller_remark="")
"""Orders with words of the buyer or the shop. Encrypted columns are empty where there is nothing to encrypt."""


def _sealed(*, was_plain: bool = False) -> EncryptedTextField:
    return EncryptedTextField(
        bound_to=("number",), opened_by="customer.secret", was_plain=was_plain, blank=True
    )


class Order(Versioned):
    """One order; only `orders.moves.move` writes a row that exists. Amounts in fen, times aware.

    `ship_by` stays as it was when the goods are sent, for parcels that are taken back. While `receive_stopped_at`
    is set, `receive_by` stands still (`orders/clocks.py`). `remind_by` is set while an online payment is awaited.
    `undone_at` is when a parcel was last taken back. `printed_at` and `prints` are of the receipt. `supplement_by` is
    until when the buyer is to pay what an order costs more since it was paid. `destination` is a keyed hash of where it
    goes (`orders/destinations.py`), 0 once it is over. Orders of one `bundle` go in one parcel; `parted_from` is the
    one that an order has left by itself, until its companions are told. `is_coming_back`: a parcel with goods of it
    was refused, and is on its way back to the shop or there already. `pickup_store`: where the recipient picks it up,
    by the code of this `code_version`.
    """

    subject_kind = "order"
    state_column = "stage"
    opened_by = "customer.secret"

    number = models.CharField(max_length=18)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders", db_index=False)
    client_key = models.CharField(max_length=80)
    source = models.CharField(max_length=12, choices=Source, default=Source.MINI_PROGRAM)
    stage = models.CharField(max_length=12, choices=Stage)
    close_reason = models.CharField(max_length=12, choices=CloseReason, blank=True)
    cancel_reason = models.CharField(
        max_length=16, choices=BuyerReason, blank=True, default="", db_default=""
    )
    delivery = models.CharField(max_length=10, choices=Delivery)
    pickup_store = models.ForeignKey(
        PickupStore, null=True, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    code_version = models.PositiveSmallIntegerField(default=0, db_default=0)
    pickup_from = models.DateTimeField(null=True)
    pickup_until = models.DateTimeField(null=True)
    pay_method = models.CharField(max_length=10, choices=PayMethod)

    goods_fen = models.PositiveIntegerField()
    freight_fen = models.PositiveIntegerField()
    freight_adjust_fen = models.IntegerField(default=0)
    payable_fen = models.PositiveIntegerField()
    paid_fen = models.PositiveIntegerField(default=0)
    refunded_fen = models.PositiveIntegerField(default=0)

    pieces = models.PositiveIntegerField()
    pieces_cancelled = models.PositiveIntegerField(default=0)
    pieces_shipped = models.PositiveIntegerField(default=0)
    pieces_returned = models.PositiveIntegerField(default=0)
    pieces_resent = models.PositiveIntegerField(default=0, db_default=0)

    is_held = models.BooleanField(default=False)
    hold_reason = _sealed(was_plain=True)
    held_at = models.DateTimeField(null=True)
    release_at = models.DateTimeField(null=True)
    is_short = models.BooleanField(default=False)
    has_label = models.BooleanField(default=False)
    has_moved = models.BooleanField(default=False)
    is_coming_back = models.BooleanField(default=False, db_default=False)
    aftersale_mark = models.CharField(max_length=8, choices=AftersaleMark, default=AftersaleMark.NONE)
    urged_at = models.DateTimeField(null=True)
    is_extended = models.BooleanField(default=False)
    proof_sent_at = models.DateTimeField(null=True)
    printed_at = models.DateTimeField(null=True)
    prints = models.PositiveSmallIntegerField(default=0, db_default=0)

    recipient = _sealed()
    phone = _sealed()
    province = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=40, blank=True)
    district = models.CharField(max_length=40, blank=True)
    address_detail = _sealed()
    destination = models.BigIntegerField(default=0, db_default=0)
    bundle = models.BigIntegerField(null=True)
    parted_from = models.BigIntegerField(null=True)
    buyer_remark = _sealed()
    seller_remark = _sealed()

    ship_within_hours = models.PositiveIntegerField()
    overdue_rule = models.CharField(max_length=8, choices=OverdueRule, default=OverdueRule.NOTHING)
    receive_days = models.PositiveIntegerField()
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    remind_by = models.DateTimeField(null=True)
    pay_by = models.DateTimeField(null=True)
    supplement_by = models.DateTimeField(null=True)
    ship_by = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    warned = models.PositiveSmallIntegerField(default=0, db_default=0)
    receive_by = models.DateTimeField(null=True)
    receive_stopped_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="order_number_once"),
            models.UniqueConstraint(fields=["customer", "client_key"], name="order_client_key_once"),
            models.CheckConstraint(condition=Q(refunded_fen__lte=F("paid_fen")), name="refunded_within_paid"),
            models.CheckConstraint(
                condition=~Q(stage=Stage.CLOSED) | ~Q(close_reason=""), name="closed_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.DONE)
                | Q(paid_fen__gte=F("payable_fen"))
                | Q(pay_method=PayMethod.COD, delivery__in=[Delivery.EXPRESS, Delivery.LOCAL]),
                name="done_owing_only_on_delivery",
            ),
            models.CheckConstraint(condition=PICKED_UP_SOMEWHERE, name="pickup_has_a_store"),
            models.CheckConstraint(
                condition=Q(pieces__gte=F("pieces_cancelled") + F("pieces_shipped")), name="pieces_add_up"
            ),
        ]
        # Ascending, though lists begin with the newest: an index is read backwards as well, and one that grows at its
        # end stays full, where one that grows at its beginning is half empty.
        indexes = [
            models.Index(fields=["stage", "id"], name="order_by_stage"),
            models.Index(fields=["delivery", "stage", "id"], name="order_by_delivery"),
            models.Index(fields=["pay_method", "stage", "id"], name="order_by_pay_method"),
            models.Index(fields=["payable_fen", "id"], name="order_by_payable"),
            models.Index(fields=["customer", "id"], name="order_by_customer"),
            models.Index(fields=["customer"], name="order_unpaid_of", condition=Q(stage=Stage.UNPAID)),
            models.Index(fields=["placed_at", "id"], name="order_by_placed"),
            models.Index(fields=["paid_at", "id"], name="order_by_paid", condition=Q(paid_at__isnull=False)),
            models.Index(
                fields=["shipped_at", "id"], name="order_by_shipped", condition=Q(shipped_at__isnull=False)
            ),
            # With the stage, so that what of a stage ended since some day is counted without looking at a row.
            models.Index(
                fields=["received_at", "id"],
                name="order_by_received",
                condition=Q(received_at__isnull=False),
                include=["stage"],
            ),
            models.Index(
                fields=["closed_at", "id"],
                name="order_by_closed",
                condition=Q(closed_at__isnull=False),
                include=["stage"],
            ),
            models.Index(fields=["pay_by"], name="order_pay_due", condition=Q(stage=Stage.UNPAID)),
            models.Index(
                fields=["supplement_by"],
                name="order_supplement_due",
                condition=Q(supplement_by__isnull=False),
            ),
            models.Index(
                fields=["ship_by"],
                name="order_ship_due",
                condition=Q(stage__in=[Stage.TO_CONFIRM, Stage.CONFIRMED, Stage.PREPARING]),
            ),
            models.Index(
                fields=["ship_by"],
                name="order_unsent_due",
                condition=Q(
                    overdue_rule=OverdueRule.CLOSE,
                    stage__in=[Stage.TO_CONFIRM, Stage.CONFIRMED, Stage.PREPARING],
                ),
            ),
            models.Index(fields=["receive_by"], name="order_receive_due", condition=Q(stage=Stage.SHIPPED)),
            models.Index(fields=["warn_at"], name="order_warn_due", condition=Q(warn_at__isnull=False)),
            models.Index(fields=["release_at"], name="order_release_due", condition=Q(is_held=True)),
            models.Index(fields=["-id"], name="order_short", condition=Q(is_short=True)),
            models.Index(fields=["-id"], name="order_with_remark", condition=HAS_REMARK),
            models.Index(
                fields=["proof_sent_at", "id"],
                name="order_transfer_to_check",
                condition=Q(proof_sent_at__isnull=False),
            ),
            models.Index(
                fields=["aftersale_mark", "-id"],
                name="order_by_aftersale",
                condition=Q(aftersale_mark__in=[AftersaleMark.OPEN, AftersaleMark.SETTLED]),
            ),
            models.Index(
                fields=["source", "-id"],
                name="order_by_other_source",
                condition=Q(source__in=[Source.LINK, Source.STAFF, Source.IMPORT]),
            ),
            models.Index(fields=["id"], name="order_not_printed", condition=Q(printed_at__isnull=True)),
            models.Index(fields=["placed_at"], name="order_test", condition=Q(source=Source.TEST)),
            models.Index(
                fields=["destination"],
                name="order_by_destination",
                condition=Q(stage__in=TO_SHIP) & ~Q(destination=0),
            ),
            models.Index(fields=["bundle"], name="order_by_bundle", condition=Q(bundle__isnull=False)),
            models.Index(fields=["shipped_at", "id"], name="order_cod_owed", condition=COD_OWED),
            models.Index(
                fields=["pickup_store", "stage", "id"],
                name="order_by_pickup_store",
                condition=Q(pickup_store__isnull=False),
            ),
            models.Index(
                fields=["pickup_store", "pickup_from"],
                name="order_by_pickup_slot",
                condition=Q(pickup_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def pay_method_name(self) -> str:
        """What its way to pay is called: cash with pickup is paid at the store."""
        return self.name_method(self.pay_method)

    def name_method(self, method: str) -> str:
        """The same of any way to pay: that of one of its payments."""
        return str(name_pay_method(method, self.delivery))

    @property
    def order_of_event(self) -> int | None:
        return self.pk

    @property
    def is_test(self) -> bool:
        """Whether the shop placed it itself to hear and see what happens: it is listed and counted nowhere."""
        return self.source == Source.TEST

    @property
    def owed_fen(self) -> int:
        """What is still to be paid; nothing once the order is closed."""
        return 0 if self.stage == Stage.CLOSED else max(self.payable_fen - self.paid_fen, 0)

    @property
    def owed_by(self) -> datetime | None:
        """Until when the buyer is to pay."""
        return self.pay_by or self.supplement_by

    @property
    def pieces_to_send(self) -> int:
        return self.pieces - self.pieces_cancelled - self.pieces_shipped

    @property
    def pieces_out(self) -> int:
        return self.pieces_shipped - self.pieces_returned + self.pieces_resent

    @property
    def is_urged(self) -> bool:
        """Whether the buyer asked to hurry and the goods are still ours to send."""
        return self.urged_at is not None and self.stage in IN_HAND

    @property
    def region(self) -> str:
        return join_region(self.province, self.city, self.district)


class OrderLine(models.Model):
    """One SKU in one order; names and price as they were when it was placed. Quantities in pieces.

    `in_aftersale`: how many an open after-sale is about; until it ends the line is neither sent nor changed.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="order_lines", db_index=False)
    product_name = models.CharField(max_length=120)
    sku_name = models.CharField(max_length=80)
    picture_path = models.CharField(max_length=100, blank=True)
    price_fen = models.PositiveIntegerField()
    quantity = models.PositiveIntegerField()
    adjust_fen = models.IntegerField(default=0)
    cancelled_unpaid_fen = models.PositiveIntegerField(default=0)
    refunded_fen = models.PositiveIntegerField(default=0)
    reserved = models.PositiveIntegerField(default=0)
    short = models.PositiveIntegerField(default=0)
    shipped = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    resent = models.PositiveIntegerField(default=0)
    in_aftersale = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=F("shipped") + F("cancelled") + F("reserved") + F("short")),
                name="line_pieces_add_up",
            ),
            models.CheckConstraint(
                condition=Q(returned__lte=F("shipped") + F("resent")), name="returned_within_sent"
            ),
            models.CheckConstraint(condition=Q(resent__lte=F("returned")), name="resent_within_returned"),
        ]
        indexes = [
            models.Index(fields=["sku", "order"], name="line_by_sku"),
        ]

    def __str__(self) -> str:
        return f"{self.product_name} {self.sku_name} ×{self.quantity}"

    @property
    def total_fen(self) -> int:
        """What the line costs after price changes, before cancellations."""
        return self.price_fen * self.quantity + self.adjust_fen

    @property
    def left_fen(self) -> int:
        """What the line still costs: without what was cancelled before it was paid, and what was refunded for it."""
        return self.total_fen - self.cancelled_unpaid_fen - self.refunded_fen

    @property
    def to_send(self) -> int:
        return self.quantity - self.cancelled - self.shipped

    @property
    def picture_url(self) -> str:
        return f"/media/{self.picture_path}" if self.picture_path else ""


class Note(models.Model):
    """An internal note; buyers never see it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="notes")
    text = EncryptedTextField(bound_to=("order_id", "at"), opened_by="order.customer.secret")
    author_id = models.BigIntegerField(null=True)
    author_name = models.CharField(max_length=80)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"note {self.pk}"


class HashKind(models.TextChoices):
    """Personal values that orders are found by; each is a column of `BlindIndex`."""

    PHONE = "phone", _("phone")
    PHONE4 = "phone4", _("last four digits of the phone")
    RECIPIENT = "recipient", _("recipient")
    SURNAME = "surname", _("surname of the recipient")
    NICKNAME = "nickname", _("nickname")


class BlindIndex(models.Model):
    """Keyed hashes of the personal values an order is found by, 0 where there is none.

    One row for each recipient the order ever had. 64 bits are enough: among 40 million values one search in 10^11
    shows an order too many. Numbers of orders, parcels and payments are no secrets: they are found where they stand.
    """

    pk = models.CompositePrimaryKey("order_id", "recipient", "phone")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="hashes", db_index=False)
    nickname = models.BigIntegerField()
    recipient = models.BigIntegerField()
    surname = models.BigIntegerField(db_default=0)
    phone = models.BigIntegerField()
    phone4 = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["nickname", "order"], name="blind_by_nickname"),
            models.Index(fields=["recipient", "order"], name="blind_by_recipient"),
            models.Index(fields=["surname", "order"], name="blind_by_surname"),
            models.Index(fields=["phone", "order"], name="blind_by_phone"),
            models.Index(fields=["phone4", "order"], name="blind_by_phone4"),
        ]

    def __str__(self) -> str:
        return f"hashes of order {self.order_id}"


class SoldName(models.Model):
    """What a SKU was called when somebody ordered it: product and specification, normalised.

    Words are looked up in these few thousand rows, orders then by SKU: no text of a line is ever searched.
    """

    pk = models.CompositePrimaryKey("sku_id", "text")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.CharField(max_length=255)

    def __str__(self) -> str:
        return self.text
