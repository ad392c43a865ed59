"""The courier's sheet of the cash that it took: a row for a parcel, with what it brought for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from orders.desk.cod.matching import Found, find_parcels
from orders.desk.cod.owed import list_owed, map_parcels
from orders.payments.services.remitting import collect_remitted
from orders.scope import scope_key
from orders.stages import Stage
from shop.actor import Actor
from shop.couriers.known import clean_tracking_no
from shop.jobs.sheets.checking import CheckedRow, Fate, Unit
from shop.jobs.sheets.kinds import MAX_ROWS, Places, SheetKind
from shop.money import format_fen
from shop.sheets.columns import CodeColumn, Column, DateColumn, MoneyColumn
from shop.sheets.table import Table
from shop.store.choices import PayMethod
from shop.words import fill

NUMBER = CodeColumn(
    "tracking_no",
    _("Tracking number"),
    ("运单号", "运单号码", "运单编号", "快递单号", "物流单号", "单号", "面单号", "母单号", "Waybill"),
    is_required=True,
    is_needed=True,
    drops_spaces=True,
    max_length=60,
)
COLUMNS: tuple[Column, ...] = (
    NUMBER,
    MoneyColumn(
        "amount",
        _("Amount received (yuan)"),
        (
            *("代收金额", "代收货款", "代收货款金额", "货款", "货款金额", "实收金额", "实际代收金额"),
            *("回款金额", "到账金额", "到账", "结算金额", "Amount", "Amount received"),
        ),
        is_required=True,
    ),
    MoneyColumn("fee", _("Fee (yuan)"), ("手续费", "服务费", "代收手续费", "代收服务费", "Fee")),
    Column("courier", _("Courier"), ("快递公司", "物流公司", "承运商", "Courier"), fills_down=True),
    DateColumn("day", _("Day of the remittance"), ("回款日期", "结算日期", "到账日期", "日期", "Date")),
    CodeColumn("order", _("Order number"), ("订单号", "订单编号", "商家订单号", "Order"), drops_spaces=True),
)


@dataclass(frozen=True)
class Remittance:
    """What a row would collect: order id → fen owed, of the parcel with this number."""

    tracking_no: str
    owed: Mapping[int, int]
    row: int


def check_rows(table: Table) -> list[Unit]:
    rows = [CheckedRow(row) for row in table.rows]
    found = find_parcels({_number_of(row) for row in rows} - {""})
    seen: dict[str, int] = {}
    taken: dict[int, int] = {}
    return [Unit([row], _check_row(row, found, seen, taken)) for row in rows]


def _number_of(row: CheckedRow) -> str:
    return clean_tracking_no(row.row.values.get("tracking_no", ""))


def _check_row(
    row: CheckedRow, found: Mapping[str, list[Found]], seen: dict[str, int], taken: dict[int, int]
) -> Remittance | None:
    """What the row would do; `seen` are numbers and `taken` orders of the rows above, with their rows."""
    if not row.row.is_fine:
        return None
    if "amount" not in row.row.values:
        row.words.append(_("No amount."))
        return None
    number = _number_of(row)
    if seen.setdefault(number, row.row.number) != row.row.number:
        row.refuse(fill(_("Row %(row)d has the same number."), {"row": seen[number]}), NUMBER.header)
        return None
    parcel = _choose(row, found.get(number, []))
    if parcel is None or _has_obstacle(row, parcel, taken):
        return None
    return _check_amount(row, parcel)


def _choose(row: CheckedRow, found: list[Found]) -> Found | None:
    """The one parcel that is meant; of two couriers with one number the row names one."""
    if len(found) > 1:
        named = row.row.values.get("courier", "")
        found = [each for each in found if named and named in (each.courier_name, each.parcel.courier)]
        if len(found) != 1:
            message = _("Two parcels have had this number: name the courier as the shop calls it.")
            row.refuse(message, NUMBER.header)
            return None
    if not found:
        row.refuse(_("No parcel was sent under this number."), NUMBER.header)
    return found[0] if found else None


def _has_obstacle(row: CheckedRow, parcel: Found, taken: dict[int, int]) -> bool:
    """Whether something else than the amount is against it, which the row then says."""
    named = row.row.values.get("order", "")
    if named and named not in parcel.numbers:
        message = _("This parcel is of order %(numbers)s.")
        row.refuse(fill(message, {"numbers": ", ".join(parcel.numbers)}), _("Order number"))
        return True
    for order in parcel.orders:
        if taken.setdefault(order.pk, row.row.number) != row.row.number:
            words = {"row": taken[order.pk], "number": order.number}
            row.refuse(fill(_("Row %(row)d is about order %(number)s already."), words))
            return True
        if problem := _find_problem(order):
            row.refuse(fill(problem, {"number": order.number}))
            return True
    return False


def _find_problem(order: Any) -> Any:
    if order.pay_method != PayMethod.COD:
        return _("Order %(number)s is not paid in cash on delivery.")
    if order.stage == Stage.CLOSED:
        return _("Order %(number)s is closed: nothing is to be collected for it.")
    if order.is_coming_back and order.owed_fen:
        return _("Order %(number)s was refused and is on its way back.")
    return ""


def _check_amount(row: CheckedRow, parcel: Found) -> Remittance | None:
    """Only what is owed to the fen is collected; a fee that the courier has kept is added to what it brought."""
    amount, fee = row.row.values["amount"], row.row.values.get("fee", 0)
    if not parcel.owed_fen:
        _check_collected(row, parcel, (amount, amount + fee))
        return None
    if parcel.owed_fen not in (amount, amount + fee):
        _refuse_difference(row, amount, parcel.owed_fen)
        return None
    row.fate = Fate.CHANGE
    words = {"amount": format_fen(parcel.owed_fen), "numbers": ", ".join(parcel.numbers)}
    row.words.append(fill(_("Collects %(amount)s for order %(numbers)s."), words))
    owed = {order.pk: order.owed_fen for order in parcel.orders if order.owed_fen}
    return Remittance(_number_of(row), owed, row.row.number)


def _check_collected(row: CheckedRow, parcel: Found, amounts: tuple[int, int]) -> None:
    words = {"amount": format_fen(parcel.collected_fen), "given": format_fen(amounts[0])}
    if not parcel.collected_fen:
        row.refuse(_("It was paid in another way: nothing is owed any more."))
    elif parcel.collected_fen in amounts:
        row.words.append(fill(_("Collected before: %(amount)s."), words))
    else:
        message = _("Collected before: %(amount)s, where the sheet has %(given)s.")
        row.refuse(fill(message, words), _("Amount received (yuan)"))


def _refuse_difference(row: CheckedRow, amount: int, owed_fen: int) -> None:
    short = _("The sheet has %(given)s, and %(owed)s is owed: %(difference)s too little. Ask the courier.")
    over = _("The sheet has %(given)s, and %(owed)s is owed: %(difference)s too much. Ask the courier.")
    words = {
        "given": format_fen(amount),
        "owed": format_fen(owed_fen),
        "difference": format_fen(abs(owed_fen - amount)),
    }
    row.refuse(fill(short if amount < owed_fen else over, words), _("Amount received (yuan)"))


def apply_row(unit: Unit, actor: Actor) -> None:
    """Collect what one parcel brought in one transaction. Raises Refused as `collect_remitted` does."""
    plan: Remittance = unit.plan
    reference = f"{unit.file_name[:80]} #{plan.row}"
    collect_remitted(plan.owed, tracking_no=plan.tracking_no, reference=reference, actor=actor)


def _offer_to_collect(count: int) -> str:
    return ngettext("Collect %(n)s row", "Collect %(n)s rows", count) % {"n": count}


REMITTANCE = SheetKind(
    "order.remit_sheet",
    _("Cash on delivery by the courier's sheet"),
    "cash",
    "orders.collect",
    COLUMNS,
    check_rows,
    apply_row,
    Places(
        _("One row per parcel with what the courier brought; only what is owed to the cent is collected."),
        upload="orders:remit",
        template="orders:remit_template",
        back="orders:cod",
        back_label=_("Cash on delivery"),
    ),
    key="tracking_no",
    shown=("amount", "order"),
    tells_file=True,
    offer=_offer_to_collect,
)


def list_rows(actor: Actor) -> Iterator[list[Any]]:
    """The parcels of which the cash is not in, those sent first first; the amounts are for who has seen the money."""
    orders = list(list_owed(scope_key(actor)).order_by("shipped_at", "pk")[:MAX_ROWS])
    parcels = map_parcels(orders)
    for order in orders:
        for parcel in parcels.get(order.pk, ()):
            yield [parcel.tracking_no, "", "", parcel.courier_name, "", order.number]
