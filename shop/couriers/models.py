"""With whom and from where the shop ships: senders, couriers in use, and its accounts for e-waybills."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop.couriers.known import find_courier
from shop.crypto import EncryptedTextField
from shop.events.models import Versioned
from shop.store.places.regions import join_region


class Provider(models.TextChoices):
    KDNIAO = "kdniao", _("KDNiao")
    KUAIDI100 = "kuaidi100", _("Kuaidi100")


CALLING = (Provider.KDNIAO,)
"""Those that have a courier called for collection."""


class PayType(models.IntegerChoices):
    """Who pays the courier, as 快递鸟 counts it."""

    SENDER = 1, _("we pay")
    RECEIVER = 2, _("the recipient pays")
    MONTHLY = 3, _("monthly bill")
    THIRD = 4, _("a third party pays")


STUCK_HOURS = 72
"""So long without news a parcel may be on its way, where the shop has not said otherwise of its courier."""


class Sender(Versioned):
    """An address from which the shop ships; it belongs to the shop, so nothing of it is sealed."""

    subject_kind = "sender"

    name = models.CharField(_("contact"), max_length=30)
    phone = models.CharField(_("phone"), max_length=20)
    company = models.CharField(_("company"), max_length=60, blank=True)
    province = models.CharField(_("province"), max_length=20)
    city = models.CharField(_("city"), max_length=20)
    district = models.CharField(_("district"), max_length=20)
    address = models.CharField(_("street and number"), max_length=100)
    postcode = models.CharField(_("postcode"), max_length=6)
    is_default = models.BooleanField(_("default"), default=False)
    is_in_use = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="one_default_sender"
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(is_in_use=True), name="default_sender_is_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.region}{self.address} {self.postcode}".strip()

    @property
    def region(self) -> str:
        return join_region(self.province, self.city, self.district)


class ProviderAccount(Versioned):
    """Whom the shop is at a provider of e-waybills; `tested_at` is when it last passed a real call.

    `customer`: EBusinessID of 快递鸟, key of 快递100. `key`: ApiKey of 快递鸟, secret of 快递100. `company`: the
    customer of 快递100, without which nobody can ask where a parcel is.
    """

    subject_kind = "provider_account"

    provider = models.CharField(_("provider"), max_length=10, choices=Provider)
    customer = models.CharField(_("merchant id"), max_length=60, blank=True)
    key = EncryptedTextField(_("API key"), bound_to=("provider",), blank=True)
    company = models.CharField(_("customer number"), max_length=60, blank=True, default="", db_default="")
    tested_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider"], name="one_account_per_provider")]

    def __str__(self) -> str:
        return self.get_provider_display()


class CourierAccount(Versioned):
    """How the shop uses one courier: switched on or not, its place in lists, and what e-waybills of it need.

    What is needed is data of the courier (`Courier.list_needed`, `list_choices`). An empty `provider`: its numbers are
    typed.
    """

    subject_kind = "courier_account"
    former_fields: ClassVar[dict[str, Any]] = {}

    code = models.CharField(_("courier"), max_length=20)
    is_on = models.BooleanField(_("in use"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    provider = models.CharField(_("e-waybills by"), max_length=10, choices=Provider, blank=True)
    customer_name = models.CharField(_("account"), max_length=60, blank=True)
    customer_pwd = EncryptedTextField(_("account password"), bound_to=("code",), blank=True)
    month_code = EncryptedTextField(_("monthly code"), bound_to=("code",), blank=True)
    send_site = models.CharField(_("site"), max_length=60, blank=True)
    send_staff = models.CharField(_("courier's staff"), max_length=50, blank=True)
    warehouse = models.CharField(_("warehouse number"), max_length=30, blank=True)
    pay_type = models.PositiveSmallIntegerField(_("who pays"), choices=PayType, default=PayType.SENDER)
    product = models.CharField(_("service of the courier"), max_length=20, default="1")
    label_size = models.CharField(_("label size"), max_length=10, blank=True)
    delivery_method = models.PositiveSmallIntegerField(_("how it is handed over"), default=0, db_default=0)
    trans_type = models.PositiveSmallIntegerField(_("kind of delivery"), default=0, db_default=0)

    stuck_hours = models.PositiveSmallIntegerField(
        _("stuck after hours without news"), default=STUCK_HOURS, db_default=STUCK_HOURS
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="one_account_per_courier")]

    def __str__(self) -> str:
        courier = find_courier(self.code)
        return courier.name if courier else self.code
