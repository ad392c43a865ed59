"""The sheet of parcels: one row for each parcel of each order, since merged orders share one."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from orders.exports.sheets.base import NAME, PHONE, Sheet, Source, by_name, column, say
from orders.exports.sheets.orders import ABOUT_ORDER
from orders.exports.sheets.related import read_beside
from orders.models import Order
from orders.shipping.models import Direction, Parcel, ParcelLine, ParcelState, Purpose


@dataclass(slots=True)
class ParcelRow:
    """`goods` is what of the order is in the parcel, `pieces` how many."""

    order: Order
    parcel: Parcel
    goods: str = ""
    pieces: int = 0


def _read(source: Source) -> Iterator[ParcelRow]:
    orders = {beside.order.pk: beside.order for beside in read_beside(source)}
    lines = ParcelLine.objects.filter(order_line__order_id__in=orders)
    rows: dict[tuple[int, int], ParcelRow] = {}
    for line in lines.select_related("parcel", "order_line", "sku").order_by(
        "order_line__order_id", "parcel_id", "pk"
    ):
        row = rows.setdefault(
            (line.order_line.order_id, line.parcel_id),
            ParcelRow(orders[line.order_line.order_id], line.parcel),
        )
        row.goods = f"{row.goods}\n{_name(line)}".strip()
        row.pieces += line.quantity
    yield from rows.values()


def _name(line: ParcelLine) -> str:
    of = line.order_line
    sku_name = line.sku.name if line.sku else of.sku_name
    return f"{of.product_name} {sku_name}".strip() + f" ×{line.quantity}"


PARCELS = Sheet(
    _("Parcels"),
    by_name(
        *ABOUT_ORDER,
        column("courier", _("Courier"), lambda row: row.parcel.courier_name),
        column("tracking", _("Tracking number"), lambda row: row.parcel.tracking_no),
        column("state", _("State of the parcel"), lambda row: say(ParcelState, row.parcel.state)),
        column("direction", _("Direction"), lambda row: say(Direction, row.parcel.direction)),
        column("purpose", _("What for"), lambda row: say(Purpose, row.parcel.purpose)),
        column("sent_at", _("Parcel sent at"), lambda row: row.parcel.sent_at),
        column("parcel_arrived_at", _("Parcel arrived at"), lambda row: row.parcel.arrived_at),
        column("goods", _("Goods in it"), lambda row: row.goods),
        column("pieces", _("Pieces in it"), lambda row: row.pieces),
        column("driver", _("Driver"), lambda row: row.parcel.driver_name, mask=NAME),
        column("driver_phone", _("Driver's phone"), lambda row: row.parcel.driver_phone, mask=PHONE),
    ),
    (
        *("number", "courier", "tracking", "state", "sent_at", "parcel_arrived_at", "goods", "pieces"),
        *("recipient", "phone", "province", "city", "district", "address"),
    ),
    _read,
)
