"""A kind of sheet for tests: rows of a group are added up together, and refused where they are told to be."""

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from shop.actor import Actor
from shop.errors import Refused
from shop.jobs.sheets.checking import CheckedRow, Fate, Unit
from shop.jobs.sheets.kinds import Places, SheetKind
from shop.sheets.columns import CodeColumn, Column, WholeColumn
from shop.sheets.table import Table
from shop.words import fill

NAME = "test.tally"
COLUMNS: tuple[Column, ...] = (
    CodeColumn("code", _("SKU code"), ("SKU",), is_required=True, is_needed=True, max_length=40),
    Column("group", _("Product"), ("Group",), max_length=20_000),
    WholeColumn("pieces", _("Pieces counted"), ("Pieces",)),
)
HEADER = ("SKU", "Group", "Pieces")


class Tallying:
    """`done` holds the rows of each unit that was applied; `unwanted` codes are refused when it comes to it."""

    def __init__(self) -> None:
        self.done: list[list[int]] = []
        self.unwanted: set[str] = set()
        self.known: dict[str, int] = {}

    def check(self, table: Table) -> list[Unit]:
        groups: dict[str, list[CheckedRow]] = defaultdict(list)
        for row in table.rows:
            checked = CheckedRow(row)
            pieces = row.values.get("pieces")
            if row.is_fine and pieces is not None and self.known.get(row.values["code"]) != pieces:
                checked.fate = Fate.CHANGE
                checked.words.append(
                    fill(_("Type a number from %(least)d to %(most)d."), {"least": 0, "most": pieces})
                )
            groups[row.values.get("group", f"row {row.number}")].append(checked)
        return [Unit(rows) for rows in groups.values()]

    def apply(self, unit: Unit, actor: Actor) -> None:
        codes = [row.row.values["code"] for row in unit.rows]
        if self.unwanted & set(codes):
            raise Refused("unwanted", fill(_("At most %(most)d characters."), {"most": 7}))
        self.done.append([row.row.number for row in unit.rows])
        for row in unit.rows:
            self.known[row.row.values["code"]] = row.row.values.get("pieces", 0)

    def as_kind(self) -> SheetKind:
        places = Places(
            "", upload="catalog:import", template="catalog:export", back="catalog:list", back_label=""
        )
        return SheetKind(
            NAME,
            "Tally",
            "check",
            "orders.edit",
            COLUMNS,
            self.check,
            self.apply,
            places,
            key="code",
            shown=("group",),
        )
