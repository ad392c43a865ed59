"""Reading the catalogue; what a basket costs to send."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from shop.catalog.codes import clean_scan, list_spellings
from shop.catalog.models import Product, Sku, StockMovement
from shop.errors import Refused


def list_products(*, only_on_sale: bool = False, words: str = "") -> "QuerySet[Product]":
    """Products with picture and SKUs, newest first."""
    skus = Sku.objects.filter(is_on_sale=True) if only_on_sale else Sku.objects.all()
    products = Product.objects.select_related("picture").prefetch_related(
        Prefetch("skus", queryset=skus.order_by("id"))
    )
    if only_on_sale:
        products = products.filter(is_on_sale=True)
    if words:
        products = products.filter(name__contains=words)
    return products.order_by("-id")


def narrow_products(
    products: "QuerySet[Product]", *, sale: str, category: str, stock: str
) -> "QuerySet[Product]":
    """Only what is on sale ("yes") or not ("no"), of one category, with a SKU that is "low" or "presale"."""
    if sale:
        products = products.filter(is_on_sale=sale == "yes")
    if category:
        products = products.filter(category=category)
    if stock == "low":
        low = Sku.objects.filter(
            product=OuterRef("pk"), is_on_sale=True, on_hand__lte=F("reserved") + F("low_at")
        )
        products = products.filter(Exists(low))
    elif stock == "presale":
        products = products.filter(Exists(Sku.objects.filter(product=OuterRef("pk"), is_presale=True)))
    return products


def list_categories() -> list[str]:
    """Every category in use, by name."""
    named = Product.objects.exclude(category="").order_by("category")
    return list(named.values_list("category", flat=True).distinct())


def list_skus(*, words: str = "", category: str = "", only_low: bool = False) -> "QuerySet[Sku]":
    """SKUs with their products, the newest product first, and of one as its page has them.

    `words` are a part of the product's name or the whole code.
    """
    skus = Sku.objects.select_related("product", "product__picture").order_by("-product_id", "id")
    if words:
        by_name = skus.filter(product__name__contains=words)
        skus = by_name | skus.filter(code=words)
    if category:
        skus = skus.filter(product__category=category)
    return skus.filter(on_hand__lte=F("reserved") + F("low_at")) if only_low else skus


def is_only_code(code: str) -> bool:
    """Whether the shop has this code, and no other of its length with the same beginning: Excel keeps 15 digits."""
    alike = Sku.objects.filter(code__startswith=code[:15]).annotate(length=Length("code"))
    return list(alike.filter(length=len(code)).values_list("code", flat=True)[:2]) == [code]


def is_only_barcode(barcode: str) -> bool:
    """The same of barcodes."""
    alike = Sku.objects.filter(barcode__startswith=barcode[:15]).annotate(length=Length("barcode"))
    return list(alike.filter(length=len(barcode)).values_list("barcode", flat=True)[:2]) == [barcode]


def find_sku(typed: str) -> Sku | None:
    """The SKU that a typed or scanned code or barcode names: as it stands, else in another spelling.

    Raises Refused `two_articles` where it is the code of one and the barcode of another.
    """
    code = clean_scan(typed)
    return (_find_only([code]) or _find_only(list_spellings(code))) if code else None


def _find_only(spellings: Sequence[str]) -> Sku | None:
    named = Q(code__in=spellings) | Q(barcode__in=spellings)
    found = list(Sku.objects.select_related("product").filter(named)[:2])
    if len(found) > 1:
        message = _("Two articles answer to this code: %(one)s and %(other)s. Scan another code of it.")
        raise Refused("two_articles", message % {"one": found[0].code, "other": found[1].code})
    return found[0] if found else None


def list_siblings(product_ids: Iterable[int]) -> "QuerySet[Sku]":
    """What is on sale of these products, up to 50 SKUs."""
    skus = Sku.objects.select_related("product").filter(product_id__in=set(product_ids))
    return skus.filter(is_on_sale=True, product__is_on_sale=True).order_by("product_id", "pk")[:50]


def list_movements(sku: Sku) -> "QuerySet[StockMovement]":
    return sku.movements.order_by("-id")
