"""The delivery list: what is still to be sent, one row for each line, for whoever packs or drives by a list."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from orders.exports.sheets.base import Sheet, Source
from orders.exports.sheets.lines import LINES, LineRow, read_lines
from orders.stages import IN_HAND


def _read_to_send(source: Source) -> Iterator[LineRow]:
    for row in read_lines(source):
        if row.order.stage in IN_HAND and row.line.to_send:
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
