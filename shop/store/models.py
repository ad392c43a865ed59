"""The shop's own settings and its credentials at WeChat and at Alipay (one row each, secrets encrypted)."""

from typing import Any, ClassVar

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from shop.crypto import EncryptedTextField
from shop.events.models import Versioned
from shop.files.models import Picture
from shop.store.choices import OverdueRule, PayMethod, ReceiptPaper, ReserveOn
from shop.store.places.regions import join_region


class StoreSettings(Versioned):
    subject_kind = "settings"

    shop_name = models.CharField(_("shop name"), max_length=60)
    contact_phone = models.CharField(_("contact phone"), max_length=20, blank=True)

    express_on = models.BooleanField(_("express"), default=True)
    local_on = models.BooleanField(_("own delivery"), default=False)
    local_districts = models.JSONField(
        _("delivery area"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    """Codes of the provinces, cities and districts that the shop delivers to itself (`shop.store.area`)."""

    local_area = models.CharField(_("words about own delivery"), max_length=200, blank=True)
    local_fee_fen = models.PositiveIntegerField(_("delivery fee"), null=True, blank=True)
    local_phone = models.CharField(_("contact phone for deliveries"), max_length=20, blank=True)

    pickup_on = models.BooleanField(_("pickup"), default=False, db_default=False)
    pickup_pin_above_fen = models.PositiveIntegerField(
        _("a PIN for handing out more than"), null=True, blank=True
    )
    """On the phone a verifier types their PIN before handing out an order that is worth more; None: never."""

    wechat_on = models.BooleanField(_("WeChat Pay"), default=False)
    alipay_on = models.BooleanField(_("Alipay"), default=False, db_default=False)
    express_cod_on = models.BooleanField(_("cash on delivery with express"), default=False, db_default=False)
    local_cod_on = models.BooleanField(
        _("cash on delivery with own delivery"), default=False, db_default=False
    )
    pickup_cod_on = models.BooleanField(_("payment at the store"), default=False, db_default=False)
    balance_on = models.BooleanField(_("balance"), default=False)
    transfer_on = models.BooleanField(_("bank transfer"), default=False)
    transfer_bank = models.CharField(_("bank"), max_length=80, blank=True)
    transfer_name = models.CharField(_("account holder"), max_length=80, blank=True)
    transfer_number = models.CharField(_("account number"), max_length=40, blank=True)

    cancel_unpaid_minutes = models.PositiveIntegerField(_("close unpaid orders after (minutes)"), default=30)
    remind_unpaid_minutes = models.PositiveIntegerField(
        _("remind buyers of unpaid orders after (minutes)"), default=15
    )
    transfer_days = models.PositiveIntegerField(_("close unpaid bank transfers after (days)"), default=3)
    supplement_hours = models.PositiveIntegerField(
        _("put on hold when more is owed and not paid after (hours)"), default=24, db_default=24
    )
    ship_within_hours = models.PositiveIntegerField(_("ship within (hours)"), default=48)
    overdue_rule = models.CharField(
        _("when the time to ship is over"), max_length=8, choices=OverdueRule, default=OverdueRule.NOTHING
    )
    receive_days = models.PositiveIntegerField(_("receive automatically after (days)"), default=7)

    extend_days = models.PositiveIntegerField(_("extend receipt by (days)"), default=3)

    confirm_step_on = models.BooleanField(_("confirm step"), default=True)
    prepare_step_on = models.BooleanField(_("preparing step"), default=True)
    reserve_on = models.CharField(
        _("reserve stock"), max_length=10, choices=ReserveOn, default=ReserveOn.PLACING
    )

    receipt_paper = models.CharField(
        _("receipt paper"),
        max_length=2,
        choices=ReceiptPaper,
        default=ReceiptPaper.WIDE,
        db_default=ReceiptPaper.WIDE,
    )

    packing_photos_on = models.BooleanField(_("show packing photos to buyers"), default=True, db_default=True)

    voice_repeat_seconds = models.PositiveIntegerField(_("repeat until handled every (seconds)"), default=30)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    sound_name = models.CharField(_("own sound"), max_length=50, blank=True)

    template_unpaid = models.CharField(_("template: waiting for payment"), max_length=64, blank=True)
    template_confirmed = models.CharField(_("template: confirmed"), max_length=64, blank=True)
    template_shipped = models.CharField(_("template: shipped"), max_length=64, blank=True)
    template_receive = models.CharField(
        _("template: please check before receiving"), max_length=64, blank=True
    )
    second_person_above_fen = models.PositiveIntegerField(
        _("a second person for money above"), null=True, blank=True
    )

    number_range = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)
    """Numbers at the payment gateway are counted from here: 0, after a restore a random one, since nobody knows which
    numbers were given after the backup was made."""

    skipped_steps = models.JSONField(
        _("left out on the first day"),
        default=list,
        db_default=models.Value([], models.JSONField()),
        blank=True,
    )
    """Names of the steps (`shop.store.steps`) that the shop does not want to take."""

    backed_up_at = models.DateTimeField(_("last backup"), null=True, editable=False)

    template_refunded = models.CharField(_("template: refunded"), max_length=64, blank=True)
    template_changed = models.CharField(
        _("template: order changed"), max_length=64, blank=True, default="", db_default=""
    )
    template_pickup = models.CharField(
        _("template: ready for pickup"), max_length=64, blank=True, default="", db_default=""
    )
    uncollected_days = models.PositiveIntegerField(
        _("goods count as not picked up after (days)"), default=7, db_default=7
    )
    order_page = models.CharField(
        _("page of an order in the mini-program"), max_length=120, blank=True, default="", db_default=""
    )
    """Where a message leads; `{number}` in it stands for the number of the order."""

    wechat_report_on = models.BooleanField(_("tell WeChat what was shipped"), default=False, db_default=False)
    wechat_report_delay_minutes = models.PositiveIntegerField(
        _("tell WeChat after (minutes)"), default=10, db_default=10
    )

    invoices_on = models.BooleanField(_("invoices on request"), default=False, db_default=False)
    invoice_kinds = models.CharField(
        _("which invoices the shop issues"), max_length=200, blank=True, default="", db_default=""
    )
    invoice_days = models.PositiveIntegerField(
        _("buyers may ask for an invoice until (days after receipt)"), default=180, db_default=180
    )
    archive_days = models.PositiveIntegerField(
        _("archive completed and closed orders after (days)"), default=180, db_default=180
    )
    """0: never."""

    pay_link_hours = models.PositiveIntegerField(
        _("payment links end after (hours)"), default=24, db_default=24
    )
    """Of orders that have no time to pay of their own."""

    collection_code = models.CharField(
        _("collection code"), max_length=100, blank=True, default="", db_default=""
    )
    """The path of a public picture, which buyers scan to transfer money to the shop; "" for none."""

    former_fields: ClassVar[dict[str, Any]] = {
        "freight_fen": _("flat freight"),
        "freight_free_above_fen": _("free freight from"),
        "cod_on": _("cash on delivery"),
        "local_city": _("city of own delivery"),
        "voice_new_order_on": _("speak new orders"),
        "voice_urge_on": _("speak urges"),
        "voice_transfer_on": _("speak transfers to check"),
        "voice_short_on": _("speak shortages of stock"),
        "voice_late_payment_on": _("speak payments that do not count or do not fit"),
        "voice_refund_on": _("speak refunds that need a person"),
    }
    """Names of settings that are no more: their changes stay on the record."""

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_settings_row")]

    def __str__(self) -> str:
        return self.shop_name

    @property
    def collection_code_url(self) -> str:
        """Where everybody sees the collection code, "" without one."""
        return f"/media/{self.collection_code}" if self.collection_code else ""

    @property
    def lacks_wechat(self) -> bool:
        """Whether WeChat Pay is switched on and cannot be offered."""
        return self.wechat_on and not self.is_wechat_tested

    @cached_property
    def has_serving_store(self) -> bool:
        """Whether buyers could pick up anywhere."""
        return PickupStore.objects.filter(PickupStore.SERVES).exists()

    @cached_property
    def is_wechat_tested(self) -> bool:
        """Whether the credentials have passed a real call; asked once however many offers are worked out."""
        return WeChatAccount.objects.filter(pk=1, tested_at__isnull=False).exists()

    @cached_property
    def is_alipay_tested(self) -> bool:
        """The same of the credentials at Alipay."""
        return AlipayAccount.objects.filter(pk=1, tested_at__isnull=False).exists()


def closed_all_week() -> list[list[Any]]:
    """Seven days without hours."""
    return [[] for _day in range(7)]


class PickupStore(Versioned):
    """A place where buyers pick up what they ordered.

    `hours` are seven lists of ranges, Monday first, each range two times as "09:00" in the shop's time zone, in order
    and apart; one that ends at "24:00" ends with the day. `holidays` are days as "2026-02-17" on which it stays shut.
    `latitude` and `longitude` are degrees as mini-programs have them (GCJ-02), both or neither. With `slot_minutes` and
    `slot_orders` buyers choose a part of the hours, so long and for so many orders; with neither they come at any time.
    """

    subject_kind = "pickup_store"

    name = models.CharField(_("name of the store"), max_length=40)
    phone = models.CharField(_("phone of the store"), max_length=20)
    province = models.CharField(_("province"), max_length=40)
    city = models.CharField(_("city"), max_length=40)
    district = models.CharField(_("district"), max_length=40, blank=True)
    address_detail = models.CharField(_("street and number"), max_length=120)
    is_open = models.BooleanField(_("open"), default=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    hours = models.JSONField(_("opening hours"), default=closed_all_week)
    holidays = models.JSONField(_("closed on"), default=list)
    slot_minutes = models.PositiveSmallIntegerField(
        _("length of a time slot (minutes)"), null=True, blank=True
    )
    slot_orders = models.PositiveSmallIntegerField(_("orders in a time slot"), null=True, blank=True)

    SERVES = models.Q(is_open=True) & ~models.Q(hours=closed_all_week())
    """Stores that are switched on, and have hours."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="pickup_store_name_once"),
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__isnull=False, longitude__isnull=False),
                name="pickup_store_on_a_point",
            ),
            models.CheckConstraint(
                condition=models.Q(slot_minutes__isnull=True, slot_orders__isnull=True)
                | models.Q(slot_minutes__gt=0, slot_orders__gt=0),
                name="pickup_store_slots_have_both",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def region(self) -> str:
        return join_region(self.province, self.city, self.district)

    @property
    def address(self) -> str:
        return f"{self.region} {self.address_detail}".strip()


class StorePicture(models.Model):
    """One of the pictures of a store, in their order."""

    store = models.ForeignKey(PickupStore, on_delete=models.CASCADE, related_name="pictures", db_index=False)
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "picture"], name="store_picture_once")]

    def __str__(self) -> str:
        return f"picture {self.position} of store {self.store_id}"


PAY_FIELDS = (
    "appid",
    "mchid",
    "merchant_serial",
    "merchant_private_key",
    "api_v3_key",
    "platform_key_id",
    "platform_public_key",
)
"""What makes a set of credentials at WeChat Pay."""
ALIPAY_FIELDS = ("appid", "mchid", "merchant_private_key", "platform_public_key")
"""The same at Alipay, which calls them app, seller, the app's private key and its own public key."""


class FormerCredentials(models.Model):
    """A set of credentials that was replaced, kept while money that was paid under it may still move.

    `method`: by which gateway; what that one does not know is empty. `look_at`: when to see next whether it still does.
    """

    method = models.CharField(
        max_length=10, choices=PayMethod, default=PayMethod.WECHAT, db_default=PayMethod.WECHAT.value
    )
    appid = models.CharField(max_length=40)
    mchid = models.CharField(max_length=32)
    merchant_serial = models.CharField(max_length=64, blank=True)
    merchant_private_key = EncryptedTextField(bound_to=("mchid", "merchant_serial"))
    api_v3_key = EncryptedTextField(bound_to=("mchid", "merchant_serial"), blank=True)
    platform_key_id = models.CharField(max_length=80, blank=True)
    platform_public_key = models.TextField()
    replaced_at = models.DateTimeField()
    look_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.mchid} until {self.replaced_at:%F %T}"


SERVICE_FIELDS = ("service_appid", "service_secret")
"""What makes the credentials of the service account (服务号), in which verifiers sign in on their phones."""


class WeChatAccount(Versioned):
    """Credentials of the mini-program, of WeChat Pay and of the service account.

    `tested_at` is when those of WeChat Pay last passed a real call.
    """

    subject_kind = "wechat_account"
    method = PayMethod.WECHAT
    set_fields = PAY_FIELDS
    secrets = ("mini_secret", "merchant_private_key", "api_v3_key", "service_secret")

    appid = models.CharField(_("mini-program AppID"), max_length=40)
    mini_secret = EncryptedTextField(_("mini-program secret"))
    mchid = models.CharField(_("merchant number"), max_length=32, blank=True)
    merchant_serial = models.CharField(_("merchant certificate serial"), max_length=64, blank=True)
    merchant_private_key = EncryptedTextField(_("merchant private key"), blank=True)
    api_v3_key = EncryptedTextField(_("API v3 key"), blank=True)
    platform_key_id = models.CharField(_("WeChat Pay public key id"), max_length=80, blank=True)
    platform_public_key = models.TextField(_("WeChat Pay public key"), blank=True)
    tested_at = models.DateTimeField(null=True)
    service_appid = models.CharField(
        _("service account AppID"), max_length=40, blank=True, default="", db_default=""
    )
    service_secret = EncryptedTextField(_("service account secret"), blank=True, default="", db_default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_wechat_account")]

    def __str__(self) -> str:
        return self.appid


class AlipayAccount(Versioned):
    """Credentials at Alipay, by the names that those at WeChat Pay have.

    `mchid` is the seller who collects (2088…), `tested_at` when they last passed a real call.
    """

    subject_kind = "alipay_account"
    method = PayMethod.ALIPAY
    set_fields = ALIPAY_FIELDS
    secrets = ("merchant_private_key",)

    appid = models.CharField(_("Alipay AppID"), max_length=40, blank=True)
    mchid = models.CharField(_("seller number (PID)"), max_length=32, blank=True)
    merchant_private_key = EncryptedTextField(_("app private key"), blank=True)
    platform_public_key = models.TextField(_("Alipay public key"), blank=True)
    tested_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_alipay_account")]

    def __str__(self) -> str:
        return self.appid
