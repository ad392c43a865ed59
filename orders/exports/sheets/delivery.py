"""The delivery list: what can be sent now, one row for each line, for whoever packs or drives by a list.

What is on hold, not confirmed yet, or picked up, is not in it: a list on paper does not say what it means to leave
something.
"""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from orders.exports.sheets.base import Sheet, Source
from orders.exports.sheets.lines import LINES, LineRow, read_lines
from orders.stages import TO_SHIP
from shop.store.deliveries import WAYS


def _read_to_send(source: Source) -> Iterator[LineRow]:
    for row in read_lines(source):
        is_waiting = row.order.stage in TO_SHIP and row.line.to_send and not row.order.is_held
        if is_waiting and WAYS[row.order.delivery].is_sent:
            yield row


DELIVERY = Sheet(
    _("Delivery list"),
    LINES.columns,
    (
        *("number", "recipient", "phone", "province", "city", "district", "address", "delivery"),
        *("product", "sku", "sku_code", "to_send", "buyer_remark", "seller_remark"),
    ),
    _read_to_send,
)
