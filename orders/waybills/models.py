"""E-waybills (电子面单): what was asked of a provider for one parcel, under a code that never changes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from shop.couriers.known import find_courier
from shop.couriers.models import Provider, Sender
from shop.crypto import EncryptedTextField
from shop.events.models import Versioned


class WaybillState(models.TextChoices):
    REQUESTED = "requested", _("Waiting for the number")
    ISSUED = "issued", _("Issued")
    FAILED = "failed", _("Refused")
    UNKNOWN = "unknown", _("Unknown: no answer")
    DISPUTED = "disputed", _("Needs a person")
    VOIDING = "voiding", _("Being voided")
    USED = "used", _("On its parcel")
    VOID = "void", _("Void")


HOLDING = (
    WaybillState.REQUESTED,
    WaybillState.ISSUED,
    WaybillState.UNKNOWN,
    WaybillState.DISPUTED,
    WaybillState.VOIDING,
)
"""While one is in these, the provider has or may have a number for a parcel that is not sent yet."""
OF_ORDER = Q(case_number="")
"""Those for ordered goods; the others are for what is sent in exchange."""
PENDING = Q(state__in=HOLDING, is_given_up=False)
"""Those under which a parcel is still to go."""
HELD = PENDING & OF_ORDER
"""Those that hold their order."""
ASKED = (WaybillState.REQUESTED, WaybillState.UNKNOWN, WaybillState.VOIDING)
"""What a provider is still to be asked about."""
TROUBLED = (WaybillState.UNKNOWN, WaybillState.DISPUTED)
"""What a person may have to settle."""


class Waybill(Versioned):
    """One label for one parcel-to-be of an order: `place` is which of the ship dialog's parcels, from 1.

    `code` is ours and stays the same on every try, so that a provider that is asked again gives the same number.
    `sent_at` is set while the provider may have heard of it and has not given an answer that can be believed.
    `contents`: order line id → pieces. `weight_g` in grams, 0 where nobody weighed it. The recipient is the order's:
    while a waybill is HOLDING the order's address stands. With a `bundle` it is for all that goes together with the
    order (`Order.bundle`), and holds all of them. With a `case_number` it is for what is sent in exchange in that
    after-sale, in no place of the ship dialog, and holds nothing of the order.
    """

    subject_kind = "waybill"
    state_column = "state"
    opened_by = "order.customer.secret"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="waybills")
    place = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=30)
    state = models.CharField(_("state"), max_length=10, choices=WaybillState)
    provider = models.CharField(max_length=10, choices=Provider)
    courier = models.CharField(max_length=20)
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="+", db_index=False)
    contents = models.JSONField()
    bundle = models.BigIntegerField(null=True)
    case_number = models.CharField(max_length=24, blank=True, default="", db_default="")
    weight_g = models.PositiveIntegerField(default=0)
    postcode = models.CharField(max_length=6, blank=True)
    remark = EncryptedTextField(bound_to=("code",), opened_by="order.customer.secret", blank=True)
    tracking_no = models.CharField(max_length=40, blank=True)
    provider_order = models.CharField(max_length=60, blank=True)
    is_given_up = models.BooleanField(default=False)
    prints = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="waybill_code_once"),
            models.UniqueConstraint(
                fields=["order", "place"],
                condition=HELD,
                name="one_waybill_per_parcel",
            ),
            models.UniqueConstraint(
                fields=["case_number"], condition=PENDING & ~OF_ORDER, name="one_waybill_per_case"
            ),
            models.UniqueConstraint(
                fields=["tracking_no", "courier"],
                condition=~Q(tracking_no="") & ~Q(state="void"),
                name="waybill_number_once",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="waybill_due", condition=Q(next_try_at__isnull=False)),
            models.Index(fields=["bundle"], name="waybill_of_bundle", condition=Q(bundle__isnull=False)),
            models.Index(fields=["case_number"], name="waybill_of_case", condition=~OF_ORDER),
            models.Index(
                fields=["id"],
                name="waybill_troubled",
                condition=Q(state__in=TROUBLED) | Q(state="issued") & ~Q(last_error=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.courier_name} {self.tracking_no or self.code}"

    @property
    def order_of_event(self) -> int | None:
        return self.order_id

    @property
    def courier_name(self) -> str:
        courier = find_courier(self.courier)
        return courier.name if courier else self.courier

    @property
    def is_waiting(self) -> bool:
        """Whether it may still change by itself."""
        return self.state in ASKED


class WaybillLabel(models.Model):
    """The label as the provider drew it, which shows the recipient; a row of its own, since few read it."""

    waybill = models.OneToOneField(Waybill, on_delete=models.CASCADE, primary_key=True, related_name="label")
    html = EncryptedTextField(bound_to=("waybill_id",), opened_by="waybill.order.customer.secret", blank=True)
    url = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"label of waybill {self.waybill_id}"
