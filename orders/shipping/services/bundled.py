"""Shipping an order that was to go together with others, and whether they do."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from orders.companions import list_bundled_ids
from orders.models import Order
from orders.waybills.models import HELD, Waybill
from shop.errors import Refused


def find_left(orders: Sequence[Order]) -> set[int]:
    """The bundles of these locked orders of which others stay behind: no query where none is in a bundle.

    Raises Refused `goes_together` where one e-waybill is there for all of a bundle.
    """
    bundles = {order.bundle for order in orders if order.bundle is not None}
    sent = {order.pk for order in orders}
    left = {bundle for bundle in bundles if set(list_bundled_ids([bundle])) - sent}
    if left and Waybill.objects.filter(HELD, bundle__in=left).exists():
        message = _(
            "There is one e-waybill for all that goes together: ship all of it, or void the e-waybill first."
        )
        raise Refused("goes_together", message)
    return left
