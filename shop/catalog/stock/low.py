"""Stock that runs low, and that is over: each recorded once, under the lock of what changed it.

A SKU that was opened with little is told of with its first change. What is not on sale may run out.
"""

from collections.abc import Collection

from shop.actor import SYSTEM
from shop.catalog.models import Sku
from shop.moves.services import move


def record_levels(sku_ids: Collection[int]) -> None:
    """Record the level of SKUs that this transaction has changed, and so holds."""
    if sku_ids:
        held = Sku.objects.select_for_update(of=("self",), no_key=True).select_related("product")
        for sku in held.filter(pk__in=sku_ids).order_by("pk"):
            record_level(sku)


def record_level(sku: Sku) -> None:
    """Record of a locked SKU that it ran low, or that this is over, unless that stands there already."""
    is_missed = sku.is_low and sku.is_on_sale and sku.product.is_on_sale
    if is_missed == sku.has_run_low:
        return
    data = {"code": sku.code, "name": str(sku), "sellable": sku.sellable, "low_at": sku.low_at}
    verb, changes = "sku.run_low" if is_missed else "sku.restocked", {"has_run_low": is_missed}
    move(sku, verb, actor=SYSTEM, changes=changes, data=data)
