"""The catalogue, readable without a token."""

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from shop.catalog.selectors import list_products
from shop.catalog.serializers import ProductDetailOut, ProductPageOut, ProductQuery
from shop.errors import Refused
from shop.http.fields import read_id
from shop.http.pagination import take_page
from shop.http.schema import operation, path_id
from shop.http.serializers import read_input
from shop.http.views import PublicView

_TAGS = ["catalogue"]


class ProductsView(PublicView):
    @operation(
        "list_products", _TAGS, {200: ProductPageOut}, "invalid", "bad_cursor", parameters=[ProductQuery]
    )
    def get(self, request: Request) -> Response:
        """Products on sale, newest first."""
        query = read_input(ProductQuery, request.query_params.dict())
        products = list_products(only_on_sale=True, words=query.get("q", ""))
        if category := query.get("category"):
            products = products.filter(category=category)
        page = take_page(products, query)
        return Response(ProductPageOut({"results": page.rows, "next_cursor": page.next_cursor}).data)


class ProductView(PublicView):
    @operation(
        "get_product",
        _TAGS,
        {200: ProductDetailOut},
        "not_found",
        parameters=[path_id("id", "id of a product")],
    )
    def get(self, request: Request, id: str) -> Response:
        """One product with its SKUs and what is left of them."""
        product = list_products(only_on_sale=True).filter(pk=read_id(id)).first()
        if product is None:
            raise Refused("not_found", _("There is no such product."), 404)
        return Response(ProductDetailOut(product).data)
