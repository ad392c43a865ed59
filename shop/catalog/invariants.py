"""Invariants of stock."""

from collections.abc import Iterator

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from shop.catalog.models import Sku
from shop.invariants import in_scope, invariant

_SCOPE = {"orders": "order_lines__order", "skus": "pk"}


@invariant("B3.1", "stock on hand and reserved are the sums of their movements")
def stock_is_the_sum_of_movements() -> Iterator[str]:
    skus = Sku.objects.annotate(
        moved=Coalesce(Sum("movements__on_hand_delta"), 0), held=Coalesce(Sum("movements__reserved_delta"), 0)
    )
    for sku in in_scope(skus, **_SCOPE).exclude(on_hand=F("moved"), reserved=F("held")).order_by("pk"):
        yield f"SKU {sku.code}: on hand {sku.on_hand}, moved {sku.moved}; reserved {sku.reserved}, moved {sku.held}"


@invariant("B3.2", "stock is never negative and never promised twice")
def stock_is_not_negative() -> Iterator[str]:
    for sku in in_scope(Sku.objects.filter(reserved__gt=F("on_hand")), **_SCOPE):
        yield f"SKU {sku.code}: reserved {sku.reserved} of {sku.on_hand}"
