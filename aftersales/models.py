"""What buyers ask back of their orders, line by line, and with which pictures they show why."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.choices import OPEN, OURS, About, Contact, DisputeState, Kind, Overdue, State
from aftersales.terms.models import Reason
from orders.models import Order, OrderLine
from shop.catalog.models import Sku
from shop.crypto import EncryptedTextField
from shop.events.models import Versioned
from shop.files.models import Picture

MAX_PICTURES = 9
LONGEST_WORDS = 500
IS_OPEN = Q(state__in=OPEN)
IS_DISPUTED = Q(dispute=DisputeState.OPEN)


def _sealed() -> EncryptedTextField:
    return EncryptedTextField(bound_to=("number",), opened_by="order.customer.secret", blank=True)


class Aftersale(Versioned):
    """One request about pieces of one order, from asking to its end. Amounts in fen.

    `number` is the order's and `A<n>`. `is_unsent`: it is about goods that were not sent yet, which are cancelled when
    it is agreed to. `asked_fen` is what the buyer wants back, `agreed_fen` what the shop has agreed to. `reason_name`
    and `is_quality` stay as they were when the reason was chosen. `words` are the buyer's, `answer` the shop's.
    `return_to` is a copy of the address that the shop chose. At `due_at` whoever has to move must have moved; then
    `overdue_rule` happens. `look_at`: when the shop looks at it next, to warn or to carry that out. `dispute`: how the
    newest dispute about it stands, while which the times above stand still. `correction_asked_at`: when staff asked the
    buyer to correct the reason, until that is done.
    """

    subject_kind = "aftersale"
    state_column = "state"
    opened_by = "order.customer.secret"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="aftersales")
    number = models.CharField(max_length=24)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    state = models.CharField(_("state"), max_length=9, choices=State)
    is_unsent = models.BooleanField()
    by_staff = models.BooleanField(default=False)
    asked_fen = models.PositiveIntegerField(default=0)
    agreed_fen = models.PositiveIntegerField(null=True)
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="+")
    reason_name = models.CharField(max_length=40)
    is_quality = models.BooleanField()
    words = _sealed()
    answer = _sealed()
    return_to = models.JSONField(default=dict)
    contacted_at = models.DateTimeField(null=True)
    contacted_by = models.CharField(max_length=8, choices=Contact, blank=True)
    asked_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    overdue_rule = models.CharField(max_length=8, choices=Overdue, default=Overdue.NOTHING)
    dispute = models.CharField(max_length=9, choices=DisputeState, blank=True, default="", db_default="")
    correction_asked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="aftersale_number_once"),
        ]
        indexes = [
            models.Index(fields=["state", "due_at", "id"], name="aftersale_queue"),
            models.Index(fields=["due_at", "id"], name="aftersale_ours", condition=Q(state__in=OURS)),
            models.Index(fields=["state", "-id"], name="aftersale_by_state"),
            models.Index(fields=["kind", "-id"], name="aftersale_by_kind"),
            models.Index(fields=["look_at"], name="aftersale_look_due", condition=Q(look_at__isnull=False)),
            models.Index(fields=["asked_at", "id"], name="aftersale_by_day"),
            models.Index(fields=["-id"], name="aftersale_disputed", condition=IS_DISPUTED),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def order_of_event(self) -> int | None:
        return self.order_id

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_disputed(self) -> bool:
        return self.dispute == DisputeState.OPEN


class AftersaleLine(models.Model):
    """Pieces of one order line in an after-sale; of an exchange with the SKU that the buyer wants instead.

    `came_back`: how many of them the shop has taken in. `is_open` follows its after-sale: a line is in one that is open
    at most.
    """

    aftersale = models.ForeignKey(Aftersale, on_delete=models.PROTECT, related_name="lines", db_index=False)
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="aftersale_lines")
    pieces = models.PositiveIntegerField()
    came_back = models.PositiveIntegerField(default=0)
    sku = models.ForeignKey(Sku, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["aftersale", "order_line"], name="line_once_per_aftersale"),
            models.UniqueConstraint(
                fields=["order_line"], condition=Q(is_open=True), name="line_in_one_open_aftersale"
            ),
            models.CheckConstraint(condition=Q(pieces__gt=0), name="aftersale_line_has_pieces"),
            models.CheckConstraint(
                condition=Q(came_back__lte=F("pieces")), name="no_more_came_back_than_was_agreed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pieces} of line {self.order_line_id}"


class AftersalePicture(models.Model):
    """A picture by which the buyer, or staff in their place, shows what is wrong."""

    aftersale = models.ForeignKey(Aftersale, on_delete=models.PROTECT, related_name="pictures")
    picture = models.OneToOneField(Picture, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"picture {self.picture_id} of {self.aftersale_id}"


class Dispute(models.Model):
    """One time that a case was brought before a supervisor, who has until `due_at` to decide.

    `words` are of whoever brought it, `verdict` of the supervisor; the buyer reads it. `look_at`: when the supervisor
    is reminded next.
    """

    aftersale = models.ForeignKey(Aftersale, on_delete=models.PROTECT, related_name="disputes")
    about = models.CharField(max_length=12, choices=About)
    state = models.CharField(max_length=9, choices=DisputeState, default=DisputeState.OPEN)
    by_staff = models.BooleanField(default=False)
    words = EncryptedTextField(
        bound_to=("aftersale_id", "opened_at"), opened_by="aftersale.order.customer.secret", blank=True
    )
    verdict = EncryptedTextField(
        bound_to=("aftersale_id", "opened_at"), opened_by="aftersale.order.customer.secret", blank=True
    )
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    look_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["aftersale"],
                condition=Q(state=DisputeState.OPEN),
                name="one_open_dispute_per_aftersale",
            ),
        ]
        indexes = [
            models.Index(fields=["look_at"], name="dispute_look_due", condition=Q(look_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk} of {self.aftersale_id}"
