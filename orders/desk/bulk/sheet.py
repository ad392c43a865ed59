"""Shipping by sheet: one row is one parcel, several rows of an order under one number are one too."""

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from orders.desk.bulk.columns import COLUMNS, ORDER, is_maybe_rounded
from orders.desk.bulk.couriers import Chosen, choose_courier
from orders.desk.bulk.facts import Facts, list_twins, read_facts
from orders.desk.bulk.forms import UploadForm
from orders.desk.bulk.obstacles import check_numbers, find_obstacle, refuse_unknown, settle_sent
from orders.desk.bulk.parcels import Wanted, group_rows, refuse_doubled, refuse_twins
from orders.models import Order
from orders.shipping.services.shares import Share, ship_shares
from orders.shipping.services.ship import NewParcel
from shop.actor import Actor
from shop.jobs.sheets.checking import Asked, CheckedRow, Fate, Unit
from shop.jobs.sheets.kinds import Places, SheetKind
from shop.jobs.sheets.labels import USUAL, Label
from shop.sheets.table import Table
from shop.words import fill

_Found = tuple[CheckedRow, Order, Chosen]


def check_shipments(table: Table, asked: Asked) -> list[Unit]:
    """What each row would ship, with as many queries for ten thousand rows as for one."""
    rows = [CheckedRow(row) for row in table.rows]
    numbered = [row for row in rows if row.row.is_fine and "tracking" in row.row.values]
    for row in rows:
        if row.row.is_fine and "tracking" not in row.row.values:
            row.words.append(_("No tracking number: not shipped."))
    refuse_twins(numbered)
    numbered = [row for row in numbered if row.row.is_fine]
    numbers = {row.row.values["order"] for row in numbered}
    facts = read_facts(numbers, {row.row.values["tracking"] for row in numbered}, asked.actor)
    _refuse_rounded(numbered, facts, asked.actor)
    found = list(_find_orders(numbered, facts, asked))
    groups = _check_parcels(group_rows(found), facts, asked.actor)
    return _make_units(rows, groups)


def _refuse_rounded(rows: Sequence[CheckedRow], facts: Facts, actor: Actor) -> None:
    """Numbers of orders that Excel may have rounded, unless the shop gave this one and none that is nearly the same."""
    maybe = [row for row in rows if is_maybe_rounded(row.row.cells["order"])]
    known = {row.row.values["order"] for row in maybe} & set(facts.orders)
    twins = list_twins(known, actor)
    for row in maybe:
        number = row.row.values["order"]
        if number not in known or number in twins:
            words = _("Excel changed this number to %(text)s. Format the column as text and type it again.")
            row.refuse(fill(words, {"text": number}), ORDER.header)


def _find_orders(rows: Sequence[CheckedRow], facts: Facts, asked: Asked) -> Iterator[_Found]:
    """The rows that are left to be shipped, with their orders and couriers."""
    for row in rows:
        if not row.row.is_fine:
            continue
        order = facts.orders.get(row.row.values["order"])
        if order is None:
            refuse_unknown(row, row.row.values["order"])
            continue
        chosen = choose_courier(row, asked.choices.get("courier", ""))
        named = chosen.courier.code if chosen and chosen.is_named else ""
        if row.row.is_fine and settle_sent(row, order, named, facts):
            continue
        if chosen and row.row.is_fine:
            yield row, order, chosen


def _check_parcels(wanted: list[Wanted], facts: Facts, actor: Actor) -> list[list[Wanted]]:
    obstacles: Mapping[int, object] = {
        parcel.order.pk: find_obstacle(parcel.order, facts, actor) for parcel in wanted
    }
    for parcel in wanted:
        if words := obstacles[parcel.order.pk]:
            parcel.refuse(words)
        for row, chosen in parcel.rows:
            row.fate = Fate.ADD
            row.words.append(chosen.words)
    refuse_doubled(wanted, facts)
    return check_numbers(wanted, facts)


def _make_units(rows: Sequence[CheckedRow], groups: Sequence[Sequence[Wanted]]) -> list[Unit]:
    """What goes under one number is done together; every other row stands for itself."""
    units = [Unit([row for parcel in group for row, _chosen in parcel.rows], group) for group in groups]
    grouped = {row.row.number for unit in units for row in unit.rows}
    return [*units, *(Unit([row]) for row in rows if row.row.number not in grouped)]


def ship_unit(unit: Unit, actor: Actor) -> None:
    """Ship what goes under one number. Raises Refused as `ship_shares` does."""
    ship_shares([_make_share(parcel) for parcel in unit.plan], actor=actor)


def _make_share(wanted: Wanted) -> Share:
    parcel = NewParcel(wanted.courier.code, wanted.number, wanted.quantities, may_join=wanted.joins)
    return Share(wanted.order.pk, wanted.order.version, parcel)


def _offer_to_ship(count: int) -> str:
    return ngettext("Ship %(n)s row", "Ship %(n)s rows", count) % {"n": count}


SHIPMENTS = SheetKind(
    "order.ship_sheet",
    _("Ship by sheet"),
    "upload",
    "orders.ship",
    COLUMNS,
    check_shipments,
    ship_unit,
    Places(
        _(
            "One row per parcel: order number and tracking number are enough. Rows without a number stay as they are."
        ),
        upload="orders:ship_sheet",
        template="orders:ship_template",
        back="orders:ship_sheet",
        back_label=_("Ship by sheet"),
    ),
    key="order",
    shown=("courier", "tracking", "sku", "quantity"),
    checks_ahead=True,
    asks=UploadForm,
    offer=_offer_to_ship,
    labels={
        Fate.REFUSED: USUAL[Fate.REFUSED],
        Fate.ADD: (Label(_("To ship"), "move"), Label(_("Shipped"), "done")),
        Fate.SAME: USUAL[Fate.SAME],
    },
)
