"""Pages of products and their stock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.access import has_capability
from shop.actor import Actor
from shop.catalog.models import Sku
from shop.catalog.moves import SKUS
from shop.catalog.pages.forms import CorrectStockForm, ProductFilterForm
from shop.catalog.selectors import list_categories, list_movements, list_products, narrow_products
from shop.catalog.stock.refusals import count_refused
from shop.console.timeline import tell_last
from shop.http.api.fields import read_id
from shop.http.dialogs import Dialog
from shop.http.paging import read_page
from shop.staff.actions.rows import Action, ActionPage
from shop.staff.decorators import StaffRequest, staff_page


@dataclass(frozen=True)
class SkuRow:
    """One SKU with the mark its stock deserves, and how many buyers found too little of it lately."""

    sku: Sku
    refused: int = 0

    @property
    def tone(self) -> str:
        """How urgent the stock is: overdue when nothing can be sold, soon when little is left."""
        if self.sku.sellable <= 0:
            return "overdue"
        return "soon" if self.sku.is_low else ""


@staff_page("products.view")
def product_list(request: StaffRequest) -> HttpResponse:
    """All products, newest first, narrowed by part of the name, by sale, category and stock."""
    form = ProductFilterForm(request.GET, list_categories())
    chosen = form.values()
    products = narrow_products(
        list_products(words=chosen.get("name", "")),
        sale=chosen.get("sale", ""),
        category=chosen.get("category", ""),
        stock=chosen.get("stock", ""),
    )
    page = read_page(products, request, size=30)
    refused = count_refused([sku.pk for product in page.rows for sku in product.skus.all()])
    context = {
        "products": [(product, _list_rows(product.skus.all(), refused)) for product in page.rows],
        "page": page,
        "form": form,
        "words": chosen.get("name", ""),
        "is_narrowed": bool(chosen),
        "may_edit": has_capability(request.actor, "products.edit"),
        "may_count": has_capability(request.actor, "products.stock"),
    }
    return render(request, "catalog/list.html", context)


def _list_rows(skus: Iterable[Sku], refused: Mapping[int, int]) -> list[SkuRow]:
    return [SkuRow(sku, refused.get(sku.pk, 0)) for sku in skus]


@staff_page("products.view")
def product_page(request: StaffRequest, product_id: int) -> HttpResponse:
    """One product with its SKUs and the movements of one of them."""
    return _show_product(request, product_id)


def _get_sku(_actor: Actor, product_id: int, sku_id: int) -> Sku:
    return get_object_or_404(Sku, pk=sku_id, product_id=product_id)


def _say_stock(request: StaffRequest, _sku: Sku, counted: Sku) -> HttpResponse:
    messages.success(request, _("Stock is now %(on_hand)d on hand.") % {"on_hand": counted.on_hand})
    return redirect(SKUS.url(counted))


def _show_sku(request: StaffRequest, sku: Sku, **more: Any) -> HttpResponse:
    return _show_product(request, sku.product_id, shown_id=sku.pk, **more)


SKU_PAGE = ActionPage(
    _get_sku,
    _show_sku,
    SKUS.url,
    lambda sku, _name: reverse("catalog:correct_stock", args=[sku.product_id, sku.pk]),
)
CORRECT_STOCK = Action(
    "stock.correct",
    CorrectStockForm,
    template="catalog/_correct_stock.html",
    answer=_say_stock,
)


def _show_product(
    request: StaffRequest,
    product_id: int,
    *,
    shown_id: int = 0,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    product = get_object_or_404(list_products().select_related("picture", "freight_template"), pk=product_id)
    skus = list(product.skus.all())
    may_correct = has_capability(request.actor, "products.stock")
    shown = _choose(skus, shown_id or read_id(request.GET.get("sku", "")))
    path = reverse("catalog:product", args=[product.pk])
    context = {
        "product": product,
        "rows": _list_rows(skus, count_refused([sku.pk for sku in skus])),
        "dialog": dialog,
        "may_correct": may_correct,
        "may_edit": has_capability(request.actor, "products.edit"),
        "pictures": [row.picture for row in product.pictures.select_related("picture").order_by("position")],
        "changes": tell_last(product),
        "shown": shown,
        "tabs": [
            {"label": sku.name, "url": f"{path}?sku={sku.pk}", "is_active": sku == shown} for sku in skus
        ],
        "page": read_page(list_movements(shown), request, size=20, path=path) if shown else None,
    }
    return render(request, "catalog/product.html", context, status=status)


def _choose(skus: list[Sku], wanted: int) -> Sku | None:
    """The SKU whose movements are shown: the one asked for, else the first."""
    return next((sku for sku in skus if sku.pk == wanted), skus[0] if skus else None)
