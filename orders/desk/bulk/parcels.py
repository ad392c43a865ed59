"""Rows of a sheet as parcels: what of which order goes under which number, and why it cannot."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.desk.bulk.columns import QUANTITY, SKU
from orders.desk.bulk.couriers import Chosen
from orders.desk.bulk.facts import Facts, Line
from orders.models import Order
from shop.couriers.known import Courier
from shop.jobs.sheets.checking import CheckedRow
from shop.spelling import normalise
from shop.words import fill


@dataclass
class Wanted:
    """One parcel of one order as its rows want it; `quantities` (line id → pieces) are found later."""

    order: Order
    number: str
    courier: Courier
    rows: list[tuple[CheckedRow, Chosen]] = field(default_factory=list)
    quantities: dict[int, int] = field(default_factory=dict)
    joins: bool = False

    @property
    def first_row(self) -> int:
        return self.rows[0][0].row.number

    @property
    def is_whole(self) -> bool:
        """Whether it says nothing of what goes in, which then is all that is left."""
        return any(not says_goods(row) for row, _chosen in self.rows)

    @property
    def is_fine(self) -> bool:
        return all(row.row.is_fine for row, _chosen in self.rows)

    def refuse(self, message: Any, header: Any = "") -> None:
        for row, _chosen in self.rows:
            row.refuse(message, header)

    def say(self, words: Any) -> None:
        for row, _chosen in self.rows:
            row.words.append(words)


def says_goods(row: CheckedRow) -> bool:
    return "sku" in row.row.values or "quantity" in row.row.values


def group_rows(rows: Iterable[tuple[CheckedRow, Order, Chosen]]) -> list[Wanted]:
    """The rows of one order under one number are a parcel; one that says the same again is refused."""
    found: dict[tuple[int, str, str], Wanted] = {}
    for row, order, chosen in rows:
        number = row.row.values["tracking"]
        key = (order.pk, chosen.courier.code, number)
        wanted = found.setdefault(key, Wanted(order, number, chosen.courier))
        wanted.rows.append((row, chosen))
    return list(found.values())


def refuse_doubled(wanted: Sequence[Wanted], facts: Facts) -> None:
    """Orders of several parcels have to say what goes into each of them."""
    of_order: dict[int, list[Wanted]] = defaultdict(list)
    for parcel in wanted:
        of_order[parcel.order.pk].append(parcel)
    for parcels in of_order.values():
        if len(parcels) > 1 and any(parcel.is_whole for parcel in parcels):
            _ask_for_goods(parcels)
        else:
            _refuse_open_quantities(parcels)
    for parcel in wanted:
        if parcel.is_fine:
            _fill_parcel(parcel, facts.lines[parcel.order.pk])


def _ask_for_goods(parcels: Sequence[Wanted]) -> None:
    rows = "、".join(str(row.row.number) for parcel in parcels for row, _chosen in parcel.rows)
    message = _(
        "This order has several numbers (rows %(rows)s): write SKU code and quantity beside each of them."
    )
    for parcel in parcels:
        parcel.refuse(fill(message, {"rows": rows}), SKU.header)


def _refuse_open_quantities(parcels: Sequence[Wanted]) -> None:
    """“All that is left” of a SKU that other rows send too would be another number for each order of the rows."""
    rows = [row for parcel in parcels for row, _chosen in parcel.rows if "sku" in row.row.values]
    codes = [normalise(row.row.values["sku"]) for row in rows]
    for row, code in zip(rows, codes, strict=True):
        if "quantity" not in row.row.values and codes.count(code) > 1:
            row.refuse(_("Several rows send this SKU: write how many pieces of it go here."), QUANTITY.header)


def _fill_parcel(parcel: Wanted, lines: Sequence[Line]) -> None:
    for row, _chosen in parcel.rows:
        if says_goods(row):
            _take_named(parcel, row, lines)
        else:
            _take_all(parcel, row, lines)


def _take_all(parcel: Wanted, row: CheckedRow, lines: Sequence[Line]) -> None:
    if not any(line.free for line in lines):
        row.refuse(_("Other rows send all that is left of this order."))
    taken = [line for line in lines if line.free]
    pieces = [line.free for line in taken]
    for line, n in zip(taken, pieces, strict=True):
        _take(parcel, row, line, n)
    _say_goods(row, [(line.code, n) for line, n in zip(taken, pieces, strict=True)])


def _take_named(parcel: Wanted, row: CheckedRow, lines: Sequence[Line]) -> None:
    """Pieces of one SKU, from as many lines as have it."""
    code = _find_code(row, lines)
    if code is None:
        return
    own = [line for line in lines if normalise(line.code) == normalise(code) and line.free]
    left = sum(line.free for line in own)
    wanted = row.row.values.get("quantity", left)
    if not 0 < wanted <= left:
        message = _("Of %(code)s only %(left)d are left to send.")
        row.refuse(fill(message, {"code": code, "left": left}), QUANTITY.header)
        return
    _say_goods(row, [(code, wanted)])
    for line in own:
        pieces = min(line.free, wanted)
        wanted -= pieces
        if pieces:
            _take(parcel, row, line, pieces)


def _find_code(row: CheckedRow, lines: Sequence[Line]) -> str | None:
    """The SKU that a row means; one that only says how many means the only one that is left."""
    codes = list(dict.fromkeys(line.code for line in lines))
    named = row.row.values.get("sku")
    if named is None and len(codes) == 1:
        return codes[0]
    if named is None:
        message = _("Write beside the quantity which SKU is meant: %(codes)s.")
        row.refuse(fill(message, {"codes": _list_codes(codes)}), SKU.header)
        return None
    if found := next((code for code in codes if normalise(code) == normalise(named)), None):
        return found
    message = _("Nothing of %(code)s is left to send in this order, only of: %(codes)s.")
    row.refuse(fill(message, {"code": named, "codes": _list_codes(codes)}), SKU.header)
    return None


def _list_codes(codes: Sequence[str]) -> str:
    return "、".join(codes[:10]) + ("…" if len(codes) > 10 else "")


def _take(parcel: Wanted, row: CheckedRow, line: Line, pieces: int) -> None:
    if line.short:
        row.refuse(fill(_("“%(line)s” is short of stock."), {"line": line.name}))
    line.taken += pieces
    parcel.quantities[line.pk] = parcel.quantities.get(line.pk, 0) + pieces


def _say_goods(row: CheckedRow, goods: Sequence[tuple[str, int]]) -> None:
    named = "、".join(f"{code} ×{n}" for code, n in goods[:5]) + ("…" if len(goods) > 5 else "")
    words = {"pieces": sum(n for _code, n in goods), "goods": named}
    row.words.append(fill(_("Pieces that go along: %(pieces)d (%(goods)s)."), words))
    row.unsaid += [f"{code} {n}" for code, n in goods]


def refuse_twins(rows: Sequence[CheckedRow]) -> set[int]:
    """Refuse rows that say what another one says already; gives their numbers."""
    first: dict[tuple[str, str, str], int] = {}
    doubled: set[int] = set()
    for row in rows:
        values = row.row.values
        key = (values["order"], values["tracking"], normalise(values.get("sku", "")))
        if key in first:
            row.refuse(fill(_("Row %(row)d says the same. Delete one of them."), {"row": first[key]}))
            doubled.add(row.row.number)
        first.setdefault(key, row.row.number)
    return doubled
