"""Parcels and what is in them. A parcel belongs to orders through its lines."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from shop.catalog.models import Sku
from shop.couriers.known import find_courier
from shop.crypto import EncryptedTextField
from shop.events.models import Versioned
from shop.files.models import Picture
from shop.store.places.regions import join_region


class ParcelState(models.TextChoices):
    MADE = "made", _("Packed")
    SENT = "sent", _("Shipped")
    ARRIVED = "arrived", _("Delivered")
    UNDONE = "undone", _("Undone")
    RETURNED = "returned", _("Back with us")


HANDED_OVER = (ParcelState.SENT, ParcelState.ARRIVED, ParcelState.RETURNED)
"""Only what is in these counts as shipped."""


class Direction(models.TextChoices):
    OUT = "out", _("to the buyer")
    BACK = "back", _("back to us")


class Purpose(models.TextChoices):
    ORDER = "order", _("ordered goods")
    EXCHANGE = "exchange", _("exchange")


TO_HAND_OVER = Q(state=ParcelState.SENT, direction=Direction.OUT, has_moved=False) & ~Q(courier="")
"""Sent with a courier, who has not been seen to have it."""


class Parcel(models.Model):
    """One parcel: with a courier and a tracking number, or brought by ourselves.

    One that is MADE is packed and has its number; `sent_at`, and with it who drives, come when it is handed over.
    `turned_back_at`: it was refused and is on its way back to the shop, which it reached at `returned_at`. One that the
    buyer sends BACK is SENT while it is on its way, ARRIVED at the shop as its courier tells, and RETURNED once its
    goods are taken in; its courier may be one that the shop does not know, by its name. `case_number`: the after-sale
    in which it comes back, or is sent in exchange.
    """

    courier = models.CharField(max_length=20, blank=True)
    tracking_no = models.CharField(max_length=40, blank=True)
    driver_name = EncryptedTextField(bound_to=("sent_at",), was_plain=True, blank=True)
    driver_phone = EncryptedTextField(bound_to=("sent_at",), blank=True)
    state = models.CharField(max_length=8, choices=ParcelState, default=ParcelState.SENT)
    direction = models.CharField(max_length=5, choices=Direction, default=Direction.OUT)
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.ORDER)
    case_number = models.CharField(max_length=24, blank=True, default="", db_default="")
    has_moved = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    turned_back_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tracking_no", "courier"],
                condition=~Q(state="undone") & ~Q(tracking_no=""),
                name="tracking_no_of_one_live_parcel",
            )
        ]
        indexes = [
            models.Index(
                fields=["tracking_no"], name="parcel_undone_by_tracking_no", condition=Q(state="undone")
            ),
            models.Index(fields=["sent_at"], name="parcel_to_hand_over", condition=TO_HAND_OVER),
            models.Index(fields=["case_number"], name="parcel_of_case", condition=~Q(case_number="")),
        ]

    def __str__(self) -> str:
        return f"{self.courier} {self.tracking_no}".strip() or f"parcel {self.pk}"

    @property
    def name(self) -> str:
        """As a person calls it: the courier's name and the number."""
        return f"{self.courier_name} {self.tracking_no}".strip()

    @property
    def courier_name(self) -> str:
        courier = find_courier(self.courier)
        return courier.name if courier else self.courier


class FormerNumber(models.Model):
    """A number that a parcel had before it was given another one: by it the order is still asked about."""

    parcel = models.ForeignKey(
        Parcel, on_delete=models.PROTECT, related_name="former_numbers", db_index=False
    )
    courier = models.CharField(max_length=20)
    tracking_no = models.CharField(max_length=40)
    replaced_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["tracking_no"], name="parcel_former_number")]

    def __str__(self) -> str:
        return f"{self.courier} {self.tracking_no}, once of parcel {self.parcel_id}"


class ParcelLine(models.Model):
    """Pieces of one order line in one parcel.

    `sku`: what is sent in exchange where that is not the line's own. `taken_at`: of a parcel that came back, when the
    shop took its pieces in.
    """

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="lines", db_index=False)
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="parcel_lines")
    quantity = models.PositiveIntegerField()
    sku = models.ForeignKey(Sku, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parcel", "order_line"], name="line_once_per_parcel"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="parcel_line_has_pieces"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.order_line_id}"

    @property
    def sent_sku_id(self) -> int:
        """What is in the parcel; reads the order line."""
        return self.sku_id or self.order_line.sku_id


MAX_PHOTOS = 9
"""Of one parcel."""


class ParcelPhoto(models.Model):
    """A picture taken while a parcel was packed: what was in it, and how."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="photos")
    picture = models.OneToOneField(Picture, on_delete=models.CASCADE, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"photo {self.pk} of parcel {self.parcel_id}"


class InterceptKind(models.TextChoices):
    STOP = "stop", _("Stop it and send it back")
    REDIRECT = "redirect", _("Send it elsewhere")


class InterceptState(models.TextChoices):
    ASKED = "asked", _("To be done")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Ended with its parcel")


class Intercept(Versioned):
    """A wish about a parcel that is on its way: that it is stopped, or goes elsewhere. People call the courier.

    `order` is the one on whose page it was asked for. `called` is with whom somebody spoke; from `recipient` to
    `detail` stands where a redirected parcel goes: the order's own address stays as it was. `outcome`: what came of it.
    """

    subject_kind = "intercept"
    state_column = "state"
    opened_by = "order.customer.secret"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="intercepts")
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="intercepts", db_index=False)
    kind = models.CharField(max_length=8, choices=InterceptKind)
    state = models.CharField(_("state"), max_length=9, choices=InterceptState)
    called = EncryptedTextField(
        bound_to=("order_id", "asked_at"), opened_by="order.customer.secret", blank=True
    )
    recipient = EncryptedTextField(
        bound_to=("order_id", "asked_at"), opened_by="order.customer.secret", blank=True
    )
    phone = EncryptedTextField(
        bound_to=("order_id", "asked_at"), opened_by="order.customer.secret", blank=True
    )
    province = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=40, blank=True)
    district = models.CharField(max_length=40, blank=True)
    detail = EncryptedTextField(
        bound_to=("order_id", "asked_at"), opened_by="order.customer.secret", blank=True
    )
    outcome = EncryptedTextField(
        bound_to=("order_id", "asked_at"), opened_by="order.customer.secret", blank=True
    )
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["parcel"], condition=Q(state="asked"), name="one_open_intercept_per_parcel"
            )
        ]
        indexes = [models.Index(fields=["id"], name="intercept_open", condition=Q(state="asked"))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.parcel}"

    @property
    def order_of_event(self) -> int | None:
        return self.order_id

    @property
    def region(self) -> str:
        return join_region(self.province, self.city, self.district)
