"""Adding and changing a product: one form for the product, its pictures and all its SKUs."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from shop.catalog.models import Product
from shop.catalog.pages.forms import MAX_SKUS, ProductForm, SkuFormSet
from shop.catalog.selectors import list_categories
from shop.catalog.services import (
    MAX_PICTURES,
    ProductChange,
    change_product,
    create_product,
    list_picture_ids,
)
from shop.errors import Refused
from shop.files.posted import describe_pictures, list_posted, take_posted
from shop.http.api.fields import read_id, read_version
from shop.staff.decorators import StaffRequest, staff_page

_ROWS_AT_START = 3
_PICTURES: Any = {"salt": "product-picture", "most": MAX_PICTURES}
SKUS = "skus"


@staff_page("products.edit", methods=("GET", "POST"))
def add(request: StaffRequest) -> HttpResponse:
    """An empty form with three rows for SKUs; POST adds the product."""
    if request.method != "POST":
        skus = SkuFormSet(prefix=SKUS, initial=[{}] * _ROWS_AT_START)
        return _show(request, _Forms(None, ProductForm(), skus, []))
    return _save(request, None)


@staff_page("products.edit", methods=("GET", "POST"))
def edit(request: StaffRequest, product_id: int) -> HttpResponse:
    """The product as it is; POST saves what was changed."""
    product = get_object_or_404(Product, pk=product_id)
    if request.method == "POST":
        return _save(request, product)
    skus = SkuFormSet(prefix=SKUS, initial=_initial(product))
    return _show(request, _Forms(product, ProductForm(instance=product), skus, list_picture_ids(product)))


def _initial(product: Product) -> list[dict[str, Any]]:
    names = (
        *("pk", "code", "name", "price_fen", "low_at", "ships_on", "is_on_sale"),
        *("weight_g", "shelf", "barcode"),
    )
    return [{name: getattr(sku, name) for name in names} for sku in product.skus.order_by("pk")]


@dataclass
class _Forms:
    """Everything one answer of the page shows."""

    product: Product | None
    form: ProductForm
    skus: Any
    pictures: list[int]
    error: str = ""

    def is_valid(self) -> bool:
        # Both are asked, so that one answer names every mistake.
        return all([self.form.is_valid(), self.skus.is_valid()])


def _save(request: StaffRequest, product: Product | None) -> HttpResponse:
    forms = _read(request, product)
    if "more" in request.POST:
        return _show(request, _add_row(request, forms))
    if not forms.error and forms.is_valid() and _apply(request, forms):
        messages.success(request, _("The product is saved."))
        return redirect("catalog:product", forms.product.pk if forms.product else 0)
    return _show(request, forms, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _read(request: StaffRequest, product: Product | None) -> _Forms:
    form = ProductForm(request.POST, instance=product and Product.objects.get(pk=product.pk))
    initial = _initial(product) if product else []
    skus = SkuFormSet(request.POST, prefix=SKUS, initial=_line_up(request, initial))
    _refuse_foreign(skus, {row["pk"] for row in initial})
    try:
        return _Forms(product, form, skus, take_posted(request, **_PICTURES))
    except Refused as refused:
        return _Forms(product, form, skus, list_posted(request, **_PICTURES), str(refused))


def _line_up(request: StaffRequest, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The stored rows in the places where the form has them, so that each is compared with itself."""
    by_id = {row["pk"]: row for row in rows}
    count = min(max(read_id(request.POST.get(f"{SKUS}-TOTAL_FORMS", "")), 0), MAX_SKUS)
    wanted = [read_id(request.POST.get(f"{SKUS}-{index}-pk", "")) for index in range(count)]
    return [by_id.get(pk, {}) for pk in wanted]


def _refuse_foreign(skus: Any, own: set[int]) -> None:
    """An id that is not of this product is taken out of the row: it could only be forged."""
    for form in skus.forms:
        if not form.is_new and read_id(str(form["pk"].value())) not in own:
            form.data = form.data.copy()
            form.data[form.add_prefix("pk")] = ""
            form.empty_permitted = True


def _add_row(request: StaffRequest, forms: _Forms) -> _Forms:
    """The same form, unchecked, with one more row: how it works without a script."""
    data = request.POST.copy()
    count = min(len(forms.skus.forms) + 1, MAX_SKUS)
    data[f"{SKUS}-TOTAL_FORMS"] = str(count)
    data[f"{SKUS}-{count - 1}-is_on_sale"] = "on"
    data[f"{SKUS}-{count - 1}-low_at"] = str(SkuFormSet.form.base_fields["low_at"].initial)
    rows = [
        {name: data.get(f"{SKUS}-{at}-{name}", "") for name in SkuFormSet.form.base_fields}
        for at in range(count)
    ]
    values = {name: data.get(name, "") for name in ProductForm.Meta.fields}
    form = ProductForm(instance=forms.product, initial=values)
    return _Forms(forms.product, form, SkuFormSet(prefix=SKUS, initial=rows), forms.pictures)


def _apply(request: StaffRequest, forms: _Forms) -> bool:
    values = {name: forms.form.cleaned_data[name] for name in ProductForm.Meta.fields}
    rows = forms.skus.filled()
    added = [row.new_sku() for row in rows if row.is_new]
    try:
        if forms.product is None:
            forms.product = create_product(values, skus=added, pictures=forms.pictures, actor=request.actor)
        else:
            changes = {row.sku_id: row.changes() for row in rows if not row.is_new}
            change = ProductChange(values, changes, added, forms.pictures)
            seen = read_version(request.POST)
            change_product(forms.product.pk, change, actor=request.actor, expected_version=seen)
    except Refused as refused:
        if not forms.skus.show_refusal(refused):
            forms.error = str(refused)
        return False
    return True


def _show(request: StaffRequest, forms: _Forms, *, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {
        "product": forms.product,
        "version": request.POST.get("version") or (forms.product.version if forms.product else ""),
        "form": forms.form,
        "skus": forms.skus,
        **describe_pictures(forms.pictures, **_PICTURES),
        "error": forms.error,
        "categories": list_categories(),
    }
    return render(request, "catalog/edit.html", context, status=status)
