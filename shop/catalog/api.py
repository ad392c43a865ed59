"""The catalogue, readable without a token."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from shop.catalog.models import Product
from shop.catalog.selectors import list_products
from shop.catalog.serializers import ProductDetailOut, ProductPageOut, ProductQuery
from shop.errors import Refused
from shop.http.api.endpoint import PublicView, endpoint
from shop.http.api.fields import read_id
from shop.http.api.pagination import Page, take_page
from shop.http.api.schema import path_id

_TAGS = ["catalogue"]
_ID = path_id("id", "id of a product")


class ProductsView(PublicView):
    @endpoint("list_products", _TAGS, {200: ProductPageOut}, page=ProductQuery)
    def get(self, query: dict[str, Any]) -> Page[Product]:
        """Products on sale, newest first."""
        products = list_products(only_on_sale=True, words=query.get("q", ""))
        if category := query.get("category"):
            products = products.filter(category=category)
        return take_page(products, query)


class ProductView(PublicView):
    @endpoint("get_product", _TAGS, {200: ProductDetailOut}, "not_found", parameters=[_ID])
    def get(self, id: str) -> Product:
        """One product with its SKUs and what is left of them."""
        product = list_products(only_on_sale=True).filter(pk=read_id(id)).first()
        if product is None:
            raise Refused("not_found", _("There is no such product."), 404)
        return product
