"""The sheet of verifications: one row for each time goods of an order were handed out at a store."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.exports.sheets.base import NAME, Sheet, Source, by_name, column
from orders.exports.sheets.orders import ABOUT_ORDER
from orders.exports.sheets.related import read_beside
from orders.models import Order
from pickup.models import Verification
from pickup.selectors import list_of_orders


@dataclass(slots=True)
class VerificationRow:
    order: Order
    done: Verification
    pieces: int

    @property
    def verifier(self) -> str:
        """As the record has it: the nickname is the verifier's own."""
        return f"#{self.done.verifier.customer_id}" if self.done.verifier else ""

    @property
    def nickname(self) -> str:
        return self.done.verifier.customer.nickname if self.done.verifier else ""

    @property
    def state(self) -> str:
        return gettext("Undone") if self.done.undone_at else gettext("Handed out")


def _read(source: Source) -> Iterator[VerificationRow]:
    orders = {beside.order.pk: beside.order for beside in read_beside(source)}
    rows = list_of_orders(orders).select_related("store", "verifier__customer")
    for row in rows.annotate(pieces=Sum("lines__quantity")).order_by("order_id", "pk"):
        yield VerificationRow(orders[row.order_id], row, row.pieces)


VERIFICATIONS = Sheet(
    _("Verifications"),
    by_name(
        *ABOUT_ORDER,
        column("store", _("Store"), lambda row: row.done.store.name),
        column("handed_out_at", _("Handed out at"), lambda row: row.done.at),
        column("pieces", _("Pieces handed out"), lambda row: row.pieces),
        column("verifier", _("Verifier"), lambda row: row.verifier),
        column("verifier_name", _("Verifier's nickname"), lambda row: row.nickname, mask=NAME),
        column("operator", _("Operator"), lambda row: row.done.operator_name),
        column("state", _("State of the verification"), lambda row: row.state),
        column("undone_at", _("Undone at"), lambda row: row.done.undone_at),
        column("undone_by", _("Undone by"), lambda row: row.done.undone_by_name),
    ),
    (
        *("number", "store", "handed_out_at", "pieces", "recipient", "phone", "verifier", "operator"),
        *("state", "undone_at", "undone_by"),
    ),
    _read,
)
