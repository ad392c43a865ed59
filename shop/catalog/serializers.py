"""Products as buyers see them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from shop.catalog.models import Product
from shop.http.api.fields import Id, PlainText
from shop.http.api.pagination import PageOut, PageQuery

PICTURE_WORDS = "a path below the shop's own address; empty without a picture"


class ProductQuery(PageQuery):
    q = PlainText(required=False, allow_blank=True, max_length=60, help_text="part of the name")
    category = PlainText(required=False, allow_blank=True, max_length=60)


class SkuOut(serializers.Serializer[Any]):
    id = Id(source="pk")
    name = serializers.CharField()
    price_fen = serializers.IntegerField()
    sellable = serializers.IntegerField(help_text="pieces that can be ordered now")
    ships_on = serializers.DateField(
        allow_null=True, help_text="presale: the day by which it is sent; null for goods in stock"
    )


class ProductOut(serializers.Serializer[Any]):
    id = Id(source="pk")
    name = serializers.CharField()
    category = serializers.CharField()
    picture_url = serializers.SerializerMethodField(help_text=PICTURE_WORDS)
    price_from_fen = serializers.SerializerMethodField(help_text="null when no SKU is on sale")
    skus = SkuOut(many=True)

    def get_picture_url(self, product: Product) -> str:
        return product.picture.url if product.picture else ""

    @extend_schema_field({"type": ["integer", "null"]})
    def get_price_from_fen(self, product: Product) -> int | None:
        return min((sku.price_fen for sku in product.skus.all()), default=None)


class ProductDetailOut(ProductOut):
    description = serializers.CharField()
    picture_urls = serializers.SerializerMethodField(help_text="all pictures in their order")

    def get_picture_urls(self, product: Product) -> list[str]:
        rows = product.pictures.select_related("picture").order_by("position")
        return [row.picture.url for row in rows]


class ProductPageOut(PageOut):
    results = ProductOut(many=True)
