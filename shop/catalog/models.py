"""Products, their SKUs, and stock with every movement."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shop.events.models import Versioned
from shop.files.models import Picture
from shop.freight.models import FreightTemplate

LOW_AT = 5
"""So few sellable pieces count as low unless the SKU says otherwise."""


class Product(Versioned):
    subject_kind = "product"

    name = models.CharField(_("name"), max_length=120)
    category = models.CharField(_("category"), max_length=60, blank=True)
    description = models.TextField(_("description"), blank=True)
    picture = models.ForeignKey(Picture, null=True, on_delete=models.SET_NULL, related_name="+")
    is_on_sale = models.BooleanField(_("on sale"), default=True)
    freight_template = models.ForeignKey(
        FreightTemplate,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
        verbose_name=_("freight template"),
    )
    """None: the default one, whichever that is."""
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["is_on_sale", "-id"], name="product_on_sale")]

    def __str__(self) -> str:
        return self.name


class ProductPicture(models.Model):
    """One of a product's pictures, in their order; the first one is also the product's `picture`."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="pictures", db_index=False)
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "picture"], name="product_picture_once")]

    def __str__(self) -> str:
        return f"picture {self.position} of {self.product_id}"


class Sku(Versioned):
    """One thing that can be bought; sellable stock is `on_hand - reserved`."""

    subject_kind = "sku"
    untold_fields: ClassVar[tuple[str, ...]] = ("is_presale",)
    """What `ships_on` says already."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="skus")
    code = models.CharField(_("SKU code"), max_length=40)
    name = models.CharField(_("specification"), max_length=80)
    price_fen = models.PositiveIntegerField(_("price"))
    on_hand = models.PositiveIntegerField(_("on hand"), default=0)
    reserved = models.PositiveIntegerField(_("reserved"), default=0)
    is_on_sale = models.BooleanField(_("on sale"), default=True)
    is_presale = models.BooleanField(_("presale"), default=False)
    ships_on = models.DateField(_("ships on"), null=True)
    low_at = models.PositiveIntegerField(_("low at"), default=LOW_AT)
    weight_g = models.PositiveIntegerField(_("weight (grams)"), default=0, db_default=0)
    """Of one piece with its wrapping; 0 where nobody has weighed it."""
    shelf = models.CharField(_("shelf"), max_length=20, blank=True, default="", db_default="")
    """Where it lies, as pick lists are sorted."""
    barcode = models.CharField(_("barcode"), max_length=40, blank=True, default="", db_default="")
    """What a scanner reads on its wrapping where that is not the SKU code."""
    has_run_low = models.BooleanField(default=False, db_default=False)
    """Whether it stands on the record that this SKU ran low, and not since that it is there again."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="sku_code_once"),
            models.UniqueConstraint(fields=["barcode"], condition=~Q(barcode=""), name="sku_barcode_once"),
            models.CheckConstraint(
                condition=Q(is_presale=True, ships_on__isnull=False)
                | Q(is_presale=False, ships_on__isnull=True),
                name="presale_has_a_day",
            ),
            models.CheckConstraint(condition=Q(reserved__lte=F("on_hand")), name="reserved_within_on_hand"),
        ]

    def __str__(self) -> str:
        return f"{self.product.name} {self.name}"

    @property
    def sellable(self) -> int:
        return self.on_hand - self.reserved

    @property
    def is_low(self) -> bool:
        return self.sellable <= self.low_at


class MovementKind(models.TextChoices):
    OPENING = "opening", _("Opening stock")
    CORRECT = "correct", _("Correction")
    RESERVE = "reserve", _("Reserved")
    RELEASE = "release", _("No longer reserved")
    SHIP = "ship", _("Shipped")
    UNSHIP = "unship", _("Shipping undone")
    RETURN = "return", _("Came back")
    SCRAP = "scrap", _("Scrapped")
    EXCHANGE = "exchange", _("Sent in exchange")
    UNEXCHANGE = "unexchange", _("Exchange undone")


class StockMovement(models.Model):
    """One change of on-hand or reserved stock; the sums of all movements are the stock."""

    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="movements", db_index=False)
    kind = models.CharField(max_length=10, choices=MovementKind)
    on_hand_delta = models.IntegerField(default=0)
    reserved_delta = models.IntegerField(default=0)
    order_id = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["sku", "-id"], name="movement_by_sku"),
            models.Index(
                fields=["order_id"],
                name="movement_of_return",
                condition=Q(kind__in=["return", "scrap", "exchange", "unexchange"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sku_id}"


class RefusedSale(models.Model):
    """How many buyers found too little left of a SKU when they ordered it on a day, which `day` begins."""

    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateTimeField()
    buyers = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sku", "day"], name="refused_sale_once_per_day")]

    def __str__(self) -> str:
        return f"{self.buyers} refused SKU {self.sku_id}"
