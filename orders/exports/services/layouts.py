"""Layouts: columns that are kept under a name, by one person for themselves or for the shop."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from orders.exports.models import ExportLayout
from orders.exports.selectors import list_layouts
from orders.exports.sheets import SHEETS
from shop import clock
from shop.actor import Actor
from shop.errors import Refused
from shop.jobs.selectors import get_person_id
from shop.moves.services import begin, locked, move
from shop.words import fill

MOST_LAYOUTS = 40
"""Of one kind of sheet that one person can see: they stand side by side."""


@dataclass(frozen=True)
class LayoutTerms:
    """What a layout says; its columns stand in their order, from left to right."""

    name: str
    columns: Sequence[str]
    is_shared: bool


def add_layout(sheet: str, terms: LayoutTerms, *, actor: Actor) -> ExportLayout:
    """Keep columns of a kind of sheet. Raises Refused `forbidden`, `no_columns` (400), `name_taken`, `too_many`."""
    columns = choose_names(sheet, terms.columns)
    layout = ExportLayout(
        made_by_id=get_person_id(actor),
        made_by_name=actor.name,
        sheet=sheet,
        name=terms.name,
        is_shared=terms.is_shared,
        columns=columns,
        created_at=clock.now(),
    )
    if list_layouts(actor).filter(sheet=sheet).count() >= MOST_LAYOUTS:
        raise Refused("too_many", _("There are as many layouts as a page can hold. Delete one first."))
    with _named_once(terms.name):
        begin(layout, "export_layout.add", actor=actor, data={"name": layout.name, "sheet": sheet})
    return layout


def choose_names(sheet: str, names: Sequence[str]) -> list[str]:
    """Those that are columns of the sheet, in this order. Raises Refused `no_columns` (400) where none is."""
    columns = [column.name for column in SHEETS[sheet].choose(names)]
    if not columns:
        raise Refused("no_columns", _("Choose at least one column."), 400)
    return columns


def change_layout(
    layout_id: int, terms: LayoutTerms, *, actor: Actor, expected_version: int | None = None
) -> ExportLayout:
    """Replace what a layout says; nothing new is no change. Exports that repeat by it follow.

    Raises Refused `not_found`, `stale`, `no_columns` (400), `name_taken`, or `not_yours` when somebody else than its
    maker would take it away from the shop.
    """
    with locked(ExportLayout, layout_id, "export_layout.change", actor, expected_version) as layout:
        if not terms.is_shared and layout.made_by_id != get_person_id(actor):
            raise Refused("not_yours", _("Only who made this layout can keep it to themselves."))
        after = _find_changes(layout, terms)
        if after:
            data = {"before": {name: getattr(layout, name) for name in after}, "after": after}
            with _named_once(terms.name):
                move(layout, "export_layout.change", actor=actor, changes=after, data=data)
    return layout


def _find_changes(layout: ExportLayout, terms: LayoutTerms) -> dict[str, Any]:
    wanted = {
        "name": terms.name,
        "is_shared": terms.is_shared,
        "columns": choose_names(layout.sheet, terms.columns),
    }
    return {name: value for name, value in wanted.items() if getattr(layout, name) != value}


def delete_layout(layout_id: int, *, actor: Actor, expected_version: int | None = None) -> None:
    """Delete it. What repeats by it goes on with the columns it was made with. Raises Refused `not_found`, `stale`."""
    with locked(ExportLayout, layout_id, "export_layout.delete", actor, expected_version) as layout:
        data = {"name": layout.name, "sheet": layout.sheet}
        move(layout, "export_layout.delete", actor=actor, data=data)
        layout.delete()


@contextmanager
def _named_once(name: str) -> Iterator[None]:
    """Turns a name that is taken into a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        message = _("There is a layout called “%(name)s” already. Choose another name.")
        raise Refused("name_taken", fill(message, {"name": name})) from error
