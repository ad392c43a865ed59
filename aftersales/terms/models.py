"""The shop's terms for after-sales, its list of reasons, and where returns go."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.choices import Overdue
from shop.events.models import Versioned
from shop.store.places.regions import join_region


class AftersaleTerms(Versioned):
    """How the shop handles after-sales: one row. Times count from when the buyer, or the shop, has to move.

    `window_days` from receipt; 0: not after receipt. `tries_after_refusal`: how often a buyer who was refused may ask
    again about an order. `cancel_minutes`: so long after paying buyers cancel what was not sent without being asked;
    0: never.
    """

    subject_kind = "aftersale_terms"

    window_days = models.PositiveSmallIntegerField(_("buyers may ask until (days after receipt)"), default=7)
    answer_hours = models.PositiveSmallIntegerField(_("the shop answers within (hours)"), default=48)
    answer_overdue = models.CharField(
        _("when the time to answer is over"), max_length=8, choices=Overdue, default=Overdue.NOTHING
    )
    send_days = models.PositiveSmallIntegerField(_("buyers send back within (days)"), default=7)
    send_overdue = models.CharField(
        _("when the time to send back is over"), max_length=8, choices=Overdue, default=Overdue.LAPSE
    )
    check_days = models.PositiveSmallIntegerField(
        _("the shop takes in what was sent back within (days)"), default=10
    )
    verdict_days = models.PositiveSmallIntegerField(
        _("a supervisor decides disputes within (days)"), default=3, db_default=3
    )
    tries_after_refusal = models.PositiveSmallIntegerField(
        _("how often a buyer may ask again after a refusal"), default=0
    )
    refusal_needs_reason = models.BooleanField(_("a refusal needs a reason"), default=False)
    cancel_minutes = models.PositiveSmallIntegerField(
        _("buyers cancel by themselves within (minutes after paying)"), default=0
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_row_of_aftersale_terms")]

    def __str__(self) -> str:
        return str(_("Terms of after-sales"))


class Reason(Versioned):
    """Why a buyer asks for something back, from the shop's list. `is_quality`: it says that the goods are to blame."""

    subject_kind = "aftersale_reason"

    name = models.CharField(_("reason"), max_length=40)
    is_quality = models.BooleanField(_("about quality"), default=False)
    rank = models.PositiveSmallIntegerField(default=0)
    is_in_use = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="aftersale_reason_once")]

    def __str__(self) -> str:
        return self.name


class ReturnAddress(Versioned):
    """Where buyers send goods back to; it belongs to the shop, so nothing of it is sealed."""

    subject_kind = "return_address"

    name = models.CharField(_("contact"), max_length=30)
    phone = models.CharField(_("phone"), max_length=20)
    province = models.CharField(_("province"), max_length=20)
    city = models.CharField(_("city"), max_length=20)
    district = models.CharField(_("district"), max_length=20, blank=True)
    address = models.CharField(_("street and number"), max_length=100)
    note = models.CharField(_("note for buyers"), max_length=100, blank=True)
    is_default = models.BooleanField(_("default"), default=False)
    is_in_use = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="one_default_return_address"
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(is_in_use=True), name="default_return_address_is_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.region}{self.address}"

    @property
    def region(self) -> str:
        return join_region(self.province, self.city, self.district)

    def describe(self) -> dict[str, str]:
        """As it is written into an after-sale, where it stays as it was."""
        names = ("name", "phone", "province", "city", "district", "address", "note")
        return {name: getattr(self, name) for name in names}
