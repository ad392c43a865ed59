"""The sheet of after-sales: one row for each that somebody has asked for, from then on."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from aftersales.choices import Kind, State
from aftersales.models import Aftersale, AftersaleLine
from orders.exports.sheets.base import Sheet, Source, by_name, column, say, yes, yuan
from orders.exports.sheets.orders import ABOUT_ORDER
from orders.exports.sheets.related import REFUNDS, read_beside
from orders.models import Order
from orders.payments.models import Refund, RefundState
from orders.shipping.models import Direction, Parcel
from shop.database.among import IsAmong


@dataclass(slots=True)
class AftersaleRow:
    """An after-sale with its lines, the parcels of what comes back, and the refunds that bear its number."""

    order: Order
    aftersale: Aftersale
    lines: list[AftersaleLine] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)

    @property
    def goods(self) -> str:
        return "; ".join(
            f"{line.order_line.product_name} {line.order_line.sku_name} ×{line.pieces}" for line in self.lines
        )

    @property
    def pieces(self) -> int:
        return sum(line.pieces for line in self.lines)

    @property
    def came_back(self) -> int:
        return sum(line.came_back for line in self.lines)

    @property
    def refunded_fen(self) -> int:
        """What has reached the buyer (fen)."""
        return sum(refund.amount_fen for refund in self.refunds if refund.state == RefundState.DONE)


def _read(source: Source) -> Iterator[AftersaleRow]:
    found = {beside.order.pk: beside for beside in read_beside(source, REFUNDS)}
    rows = [
        AftersaleRow(
            found[aftersale.order_id].order,
            aftersale,
            refunds=[row for row in found[aftersale.order_id].refunds if row.case_number == aftersale.number],
        )
        for aftersale in Aftersale.objects.filter(IsAmong("order_id", found)).order_by("order_id", "pk")
    ]
    _add_lines(rows)
    _add_parcels(rows)
    yield from rows


def _add_lines(rows: Sequence[AftersaleRow]) -> None:
    by_id = {row.aftersale.pk: row for row in rows}
    lines = AftersaleLine.objects.filter(IsAmong("aftersale_id", by_id)).select_related("order_line")
    for line in lines.order_by("pk"):
        by_id[line.aftersale_id].lines.append(line)


def _add_parcels(rows: Sequence[AftersaleRow]) -> None:
    found: dict[str, list[Parcel]] = defaultdict(list)
    numbers = [row.aftersale.number for row in rows]
    parcels = Parcel.objects.filter(case_number__in=numbers, direction=Direction.BACK).exclude(case_number="")
    for parcel in parcels.order_by("pk"):
        found[parcel.case_number].append(parcel)
    for row in rows:
        row.parcels = found[row.aftersale.number]


AFTERSALES = Sheet(
    _("After-sales"),
    by_name(
        *ABOUT_ORDER,
        column("case_number", _("After-sale number"), lambda row: row.aftersale.number),
        column("kind", _("Buyer wants"), lambda row: say(Kind, row.aftersale.kind)),
        column("state", _("State of the after-sale"), lambda row: say(State, row.aftersale.state)),
        column("reason", _("Reason"), lambda row: row.aftersale.reason_name),
        column("quality", _("About quality"), lambda row: yes(row.aftersale.is_quality)),
        column("goods", _("Goods"), lambda row: row.goods),
        column("pieces", _("Pieces"), lambda row: row.pieces),
        column("came_back", _("Pieces that came back"), lambda row: row.came_back),
        column("asked_yuan", _("Amount asked for"), lambda row: yuan(row.aftersale.asked_fen)),
        column("agreed_yuan", _("Amount agreed to"), lambda row: yuan(row.aftersale.agreed_fen)),
        column("refunded_yuan", _("Refunded"), lambda row: yuan(row.refunded_fen)),
        column("asked_at", _("Asked at"), lambda row: row.aftersale.asked_at),
        column("answered_at", _("Answered at"), lambda row: row.aftersale.answered_at),
        column("ended_at", _("Ended at"), lambda row: row.aftersale.ended_at),
        column("by_staff", _("Opened by staff"), lambda row: yes(row.aftersale.by_staff)),
        column("return_parcel", _("Sent back by"), lambda row: ", ".join(each.name for each in row.parcels)),
    ),
    (
        *("case_number", "number", "kind", "state", "reason", "quality", "goods", "pieces"),
        *(
            "asked_yuan",
            "agreed_yuan",
            "refunded_yuan",
            "asked_at",
            "answered_at",
            "ended_at",
            "return_parcel",
        ),
    ),
    _read,
)
