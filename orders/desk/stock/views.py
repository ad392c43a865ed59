"""The stock-take: type what was counted, see which orders that would make short, confirm."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from orders.desk.stock.sheet import STOCK, list_stock_rows, preview_count
from orders.services.stocktake import Count, Counted, count_stock
from shop.catalog.models import Sku
from shop.catalog.pages.forms import MAX_PIECES, choose_category
from shop.catalog.selectors import list_categories, list_skus
from shop.catalog.stock.refusals import count_refused
from shop.errors import Refused
from shop.http.api.fields import read_id
from shop.http.paging import Keyset, read_page
from shop.http.query import make_url
from shop.jobs.sheets.views import take_upload
from shop.sheets.columns import list_texts
from shop.sheets.sending import send_rows
from shop.staff.decorators import StaffRequest, staff_page

PAGE_SIZE = 50


def _read_product(text: str) -> int | None:
    return None if (pk := read_id(text)) < 0 else pk


_BY_PRODUCT = Keyset("product_id", _read_product)


class StockFilterForm(forms.Form):
    """Which SKUs are counted now."""

    name = forms.CharField(required=False, max_length=60)
    category = forms.ChoiceField()
    low = forms.BooleanField(required=False)

    def __init__(self, data: Any, categories: list[str]) -> None:
        super().__init__(data)
        self.fields["category"] = choose_category(categories)
        self.fields["category"].widget.attrs["aria-label"] = str(_("Category"))
        self.is_valid()


@staff_page("products.stock")
def count(request: StaffRequest) -> HttpResponse:
    """SKUs, those of the newest product first, each with a field for what was counted."""
    return _show_list(request, {})


def _show_list(request: StaffRequest, typed: Mapping[int, str], error: Any = "") -> HttpResponse:
    form = StockFilterForm(request.GET, list_categories())
    chosen = form.cleaned_data
    words = request.GET.get("name", "").replace("\0", "").strip()[:60]
    skus = list_skus(words=words, category=chosen.get("category", ""), only_low=chosen.get("low", False))
    page = read_page(skus, request, _BY_PRODUCT, size=PAGE_SIZE)
    shown = sorted(page.rows, key=lambda sku: (-sku.product_id, sku.pk))
    refused = count_refused([sku.pk for sku in shown])
    context = {
        "form": form,
        "words": words,
        "is_narrowed": bool(words or chosen.get("category") or chosen.get("low")),
        "page": page,
        "rows": [(sku, typed.get(sku.pk, ""), refused.get(sku.pk, 0)) for sku in shown],
        "query": request.GET.urlencode(),
        "error": error,
    }
    return render(
        request,
        "desk/stock/count.html",
        context,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )


@staff_page("products.stock", methods=("POST",))
def check(request: StaffRequest) -> HttpResponse:
    """What the counts would do; nothing changes yet."""
    typed = _read_typed(request)
    if bad := [pk for pk, text in typed.items() if _read_pieces(text) is None]:
        sku = Sku.objects.select_related("product").filter(pk=bad[0]).first()
        message = _("“%(sku)s”: type a whole number of at most %(most)d.")
        return _show_list(request, typed, message % {"sku": sku or "", "most": MAX_PIECES})
    if not typed:
        return _show_list(request, typed, _("Type what you counted beside at least one SKU."))
    counts = [
        Count(pk, _read_pieces(text) or 0, max(read_id(request.POST.get(f"seen-{pk}", "")), 0))
        for pk, text in typed.items()
    ]
    return _show_check(request, counts)


def _read_typed(request: StaffRequest) -> dict[int, str]:
    """SKU id → what was typed beside it; empty fields are no counts."""
    fields = ((name.removeprefix("count-"), str(value).strip()) for name, value in request.POST.items())
    found = {read_id(pk): text for pk, text in fields if text}
    return {pk: text for pk, text in found.items() if pk > 0 and f"count-{pk}" in request.POST}


def _read_pieces(text: str) -> int | None:
    return (
        int(text) if text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= MAX_PIECES else None
    )


def _show_check(request: StaffRequest, counts: list[Count], error: str = "") -> HttpResponse:
    skus = Sku.objects.select_related("product", "product__picture").in_bulk(
        [count.sku_id for count in counts]
    )
    rows = [
        (count, preview_count(skus[count.sku_id], count.counted)) for count in counts if count.sku_id in skus
    ]
    context = {
        "rows": [(f"{count.sku_id}:{count.counted}:{count.seen}", preview) for count, preview in rows],
        "changes": sum(preview.delta != 0 for _count, preview in rows),
        "missing": sum(preview.missing for _count, preview in rows),
        "reason": request.POST.get("reason", ""),
        "query": request.GET.urlencode(),
        "list_url": _find_list(request),
        "error": error,
    }
    return render(
        request,
        "desk/stock/count_check.html",
        context,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )


@staff_page("products.stock", methods=("POST",))
def apply(request: StaffRequest) -> HttpResponse:
    """Write the counts, all or none; a refusal shows the counts as they would be now."""
    counts = [count for text in request.POST.getlist("count")[:500] if (count := _read_count(text))]
    try:
        results = count_stock(counts, reason=request.POST.get("reason", ""), actor=request.actor)
    except Refused as refused:
        return _show_check(request, counts, str(refused))
    _tell(request, results)
    return redirect(_find_list(request))


def _find_list(request: StaffRequest) -> str:
    """The part of the list in which was counted: each address of a count has it behind the question mark."""
    return make_url(reverse("stock:count"), request.GET)


def _read_count(text: str) -> Count | None:
    """`id:counted:seen` as the page wrote it."""
    parts = text.split(":")
    numbers = [_read_pieces(part) for part in parts[1:]]
    pk = read_id(parts[0])
    if len(numbers) != 2 or numbers[0] is None or pk < 0:
        return None
    return Count(pk, numbers[0], numbers[1])


def _tell(request: StaffRequest, results: list[Counted]) -> None:
    changed = sum(result.before != result.after for result in results)
    words = ngettext("The stock of %(n)d SKU is corrected.", "The stock of %(n)d SKUs is corrected.", changed)
    messages.success(request, words % {"n": changed})
    if orders := {number for result in results for number in result.taken}:
        words = ngettext(
            "%(n)d order lost reserved goods; what is paid is in the short queue.",
            "%(n)d orders lost reserved goods; what is paid is in the short queue.",
            len(orders),
        )
        messages.warning(request, words % {"n": len(orders)})


@staff_page("products.stock", methods=("GET", "POST"))
def upload(request: StaffRequest) -> HttpResponse:
    """Choose a file with counts; POST makes a job of it, whose page shows what it would do."""
    return take_upload(request, STOCK)


@staff_page("products.stock", fresh=True)
def export(request: StaffRequest) -> HttpResponse:
    """All SKUs with what is on hand, to be filled in at the shelf."""
    header = [str(column.header) for column in STOCK.columns]
    return send_rows(
        request, str(_("Stock-take")), header, list_stock_rows(), texts=list_texts(STOCK.columns)
    )
