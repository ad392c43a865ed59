"""What every bill is read as, whichever platform wrote it; sums are fen, and what goes back is a sum of its own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from shop.errors import Refused
from shop.words import fill

_YUAN = re.compile(r"([+-]?)(\d{1,10})(?:\.(\d{1,2})0*)?", re.ASCII)


class BadBill(Refused):
    """A file that is no bill of this shop, or not the whole of one (400, `broken_bill`)."""

    def __init__(self, message: Any) -> None:
        super().__init__("broken_bill", message, 400)


class LineState(TextChoices):
    """What the platform says of a row."""

    PAID = "paid", _("Paid")
    REVOKED = "revoked", _("Revoked")
    REFUNDED = "refunded", _("Refunded")
    REFUNDING = "pending", _("Refund under way")
    REFUND_FAILED = "failed", _("Refund failed")


class TradeRow(NamedTuple):
    """A payment, or with a `refund_no` a refund of one.

    `number` is the shop's own of the payment, `refund_id` the platform's of the refund. `due_fen` is what the row
    brings the merchant before the fee, below zero where it takes; `day` is that of the row in Beijing.
    """

    trade_no: str
    number: str
    refund_no: str
    refund_id: str
    state: LineState
    amount_fen: int
    due_fen: int
    fee_fen: int
    day: str


@dataclass(slots=True)
class Sums:
    """What the rows that were read come to; refunds that failed are in `rows` alone."""

    rows: int = 0
    received_fen: int = 0
    refunded_fen: int = 0
    fee_fen: int = 0
    due_fen: int = 0

    def add(self, row: TradeRow) -> None:
        self.rows += 1
        if row.state == LineState.REFUND_FAILED:
            return
        self.fee_fen += row.fee_fen
        self.due_fen += row.due_fen - row.fee_fen
        if row.refund_no:
            self.refunded_fen += row.amount_fen
        elif row.state == LineState.PAID:
            self.received_fen += row.amount_fen


class TradeBill(Protocol):
    """A bill that is read once. `account` and `sums` are known when the rows are through, which checks the totals.

    The account is the merchant number, or whatever the platform calls the merchant by.
    """

    account: str
    sums: Sums

    def read(self) -> Iterator[TradeRow]:
        """The rows. Raises BadBill."""
        ...


class FundRow(NamedTuple):
    """One movement on the merchant's account: of what kind of business, whether money came in, what is left."""

    business: str
    is_income: bool
    amount_fen: int
    balance_fen: int
    day: str


@lru_cache(10_000)  # The same prices come again and again.
def read_fen(text: str) -> int:
    """Yuan as fen, never by way of a float. Raises ValueError for what is no whole number of fen."""
    found = _YUAN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    sign, yuan, cents = found.groups()
    fen = int(yuan) * 100 + int((cents or "").ljust(2, "0"))
    return -fen if sign == "-" else fen


def find_columns(header: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    """Name → place of every column, by name alone. Raises BadBill where one that is wanted is missing."""
    places = {name.strip(): place for place, name in enumerate(header)}
    if missing := [name for name in wanted if name not in places]:
        words = _("The file lacks the columns %(columns)s. Upload the bill as the platform gives it.")
        raise BadBill(fill(words, {"columns": "、".join(missing)}))
    return places


def unreadable(row: int, column: str) -> BadBill:
    """The refusal of a value."""
    return BadBill(
        fill(
            _("Row %(row)d: “%(column)s” cannot be read. Download the bill again."),
            {"row": row, "column": column},
        )
    )


def cut_off() -> BadBill:
    """The refusal of a file that does not go on to its end."""
    return BadBill(_("The file ends before its totals. Download the bill again."))


def untrue() -> BadBill:
    """The refusal of a file whose rows are not those that its totals count."""
    return BadBill(_("Rows and totals of the file do not agree. Download the bill again."))
