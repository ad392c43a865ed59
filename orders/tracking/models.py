"""Where parcels are, as their couriers tell: one row for each parcel and number, with its news."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.shipping.models import Parcel
from shop.clients.tracking.news import Where
from shop.couriers.known import find_courier
from shop.couriers.models import Provider
from shop.crypto import EncryptedTextField
from shop.events.models import Versioned


class Journey(models.TextChoices):
    """In the order of `Where`: of two pieces of news of one moment the later one here counts."""

    NOTHING = Where.NOTHING.value, _("No news yet")
    COLLECTED = Where.COLLECTED.value, _("Collected")
    IN_TRANSIT = Where.IN_TRANSIT.value, _("On its way")
    DELIVERING = Where.DELIVERING.value, _("Out for delivery")
    IN_LOCKER = Where.IN_LOCKER.value, _("In a locker or shop")
    PROBLEM = Where.PROBLEM.value, _("Problem")
    REFUSED = Where.REFUSED.value, _("Refused by the recipient")
    RETURNING = Where.RETURNING.value, _("Coming back")
    RETURNED = Where.RETURNED.value, _("Come back")
    DELIVERED = Where.DELIVERED.value, _("Delivered")


RANKS = {state: rank for rank, state in enumerate(Journey)}
FINAL = (Journey.RETURNED, Journey.DELIVERED)
"""After these no provider is asked any more."""
ON_ITS_WAY = (
    Journey.NOTHING,
    Journey.COLLECTED,
    Journey.IN_TRANSIT,
    Journey.DELIVERING,
    Journey.IN_LOCKER,
)
"""In these the next news is waited for."""


class Trouble(models.TextChoices):
    """Why somebody should look at a parcel."""

    UNCOLLECTED = "uncollected", _("Not collected")
    STUCK = "stuck", _("Does not move")
    PROBLEM = "problem", _("Problem")
    BACK = "back", _("Refused or coming back")
    RETURNED = "returned", _("Come back")


TROUBLE_OF = {
    Journey.PROBLEM: Trouble.PROBLEM,
    Journey.REFUSED: Trouble.BACK,
    Journey.RETURNING: Trouble.BACK,
    Journey.RETURNED: Trouble.RETURNED,
}
IN_TROUBLE = ~Q(trouble="")


class Tracking(Versioned):
    """The journey of one parcel under one number; `order` is the first of those that have goods in it.

    `state` is that of the newest news by its own time, which `news_at` is. It is live until `ended_at`: the parcel has
    arrived, was taken back, or has another number; what is told later is kept and does nothing. An empty `provider`:
    nobody can be asked. `check_at` is when silence becomes `trouble`, which nobody needs to see before `snoozed_until`.
    `queried_at` is the last question; the next one is due at `next_query_at`.
    """

    subject_kind = "tracking"
    state_column = "state"
    opened_by = "order.customer.secret"

    told: list["TrackingEvent"]
    """Its news, where a page has read them along."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="trackings")
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="trackings", db_index=False)
    courier = models.CharField(max_length=20)
    tracking_no = models.CharField(max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=Journey)
    provider = models.CharField(max_length=10, choices=Provider, blank=True)
    began_at = models.DateTimeField()
    news_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    trouble = models.CharField(_("trouble"), max_length=11, choices=Trouble, blank=True)
    trouble_at = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    subscribed_at = models.DateTimeField(null=True)
    is_unsubscribable = models.BooleanField(default=False)
    queried_at = models.DateTimeField(null=True)
    next_query_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["parcel", "courier", "tracking_no"], name="tracking_once_per_number"
            ),
            models.UniqueConstraint(
                fields=["parcel"], condition=Q(ended_at__isnull=True), name="one_live_tracking_per_parcel"
            ),
        ]
        indexes = [
            models.Index(fields=["tracking_no"], name="tracking_by_number"),
            models.Index(fields=["trouble", "id"], name="tracking_troubled", condition=IN_TROUBLE),
            models.Index(fields=["check_at"], name="tracking_silent", condition=Q(check_at__isnull=False)),
            models.Index(
                fields=["next_query_at"], name="tracking_due", condition=Q(next_query_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.courier_name} {self.tracking_no}"

    @property
    def order_of_event(self) -> int | None:
        return self.order_id

    @property
    def is_live(self) -> bool:
        return self.ended_at is None

    @property
    def courier_name(self) -> str:
        courier = find_courier(self.courier)
        return courier.name if courier else self.courier

    @property
    def courier_phone(self) -> str:
        courier = find_courier(self.courier)
        return courier.phone if courier else ""


class TrackingEvent(models.Model):
    """One piece of news: `at` is the courier's own time, `digest` tells it from others of that moment."""

    tracking = models.ForeignKey(Tracking, on_delete=models.CASCADE, related_name="news", db_index=False)
    at = models.DateTimeField()
    digest = models.CharField(max_length=16)
    words = EncryptedTextField(bound_to=("tracking_id", "at", "digest"), blank=True)
    place = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=Journey)
    rank = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tracking", "at", "digest"], name="tracking_event_once")
        ]

    def __str__(self) -> str:
        return f"{self.state} at {self.at:%F %T}"


NEWEST_FIRST = ("-at", "-rank", "-digest")
"""The order of news, in which the first decides on the state."""


class TrackingPush(models.Model):
    """What a provider has pushed and nobody has read yet: signed, as text. A second one like it is not kept."""

    provider = models.CharField(max_length=10, choices=Provider)
    digest = models.CharField(max_length=64)
    body = EncryptedTextField(bound_to=("provider", "digest"))
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "digest"], name="tracking_push_once")]

    def __str__(self) -> str:
        return f"push of {self.provider} {self.received_at:%F %T}"


class QueryDay(models.Model):
    """How often a provider was asked on one day, since it counts too."""

    provider = models.CharField(max_length=10, choices=Provider)
    day = models.DateField()
    asked = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "day"], name="one_row_per_query_day")]

    def __str__(self) -> str:
        return f"{self.provider} {self.day}: {self.asked}"


QUIET: dict[str, Any] = {"trouble": "", "trouble_at": None, "snoozed_until": None}
"""The columns of one that nobody has to look at."""
