"""Forgetting scans."""

from datetime import timedelta

from orders.packing.models import PackingScan, PackingState
from shop.events.forgetting import forget_after

KEPT_FOR = timedelta(days=180)
"""So long a buyer may say that something was missing; how many pieces, and which wrong scans, stays in the events."""

forget_after(
    "packing_scan.forget",
    lambda: PackingScan.objects.exclude(packing__state=PackingState.OPEN),
    "at",
    KEPT_FOR,
)
