"""Asking for an export, and doing without it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from orders.exports.models import AT_WORK, ColumnChoice, Export, ExportSchedule
from orders.exports.selectors import list_layouts
from orders.exports.services.layouts import choose_names
from orders.exports.sheets import SHEETS
from shop import clock
from shop.access import require
from shop.actor import Actor
from shop.errors import Refused
from shop.events.services import seal_words
from shop.jobs.selectors import get_person_id
from shop.moves.services import begin, locked, move

LONGEST_REASON = 200
RESUME_AFTER = timedelta(minutes=1)
"""So long a task may wait for a worker before another one is sent."""
ENDED: dict[str, Any] = {"lease": "", "sealed_parameters": ""}
"""The columns of one on which nobody works any more: what chose its orders is forgotten."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants: a kind of sheet, its format, its columns in their order, and what chooses the orders.

    `reason` is why personal values are to stand in it in full; "" leaves them masked. `layout_id` is the layout whose
    columns they are, which one that repeats follows.
    """

    sheet: str
    format: str
    columns: Sequence[str]
    parameters: Mapping[str, Any]
    reason: str = ""
    layout_id: int | None = None


def ask_export(wish: Wish, *, actor: Actor, key: str) -> Export:
    """Have a sheet written in the background; the same `key` again is the same export.

    Raises Refused `forbidden`, `no_columns` (400), or `one_at_a_time` while another one of this person is written.
    """
    columns = choose_names(wish.sheet, wish.columns)
    with transaction.atomic():
        if again := Export.objects.filter(made_by_id=get_person_id(actor), client_key=key).first():
            return again
        export = _begin(_make_export(wish, columns, actor, key), actor)
        if reason := wish.reason.strip()[:LONGEST_REASON]:
            _reveal(export, reason, actor)
        _remember(actor, wish.sheet, columns)
    return export


def _make_export(wish: Wish, columns: list[str], actor: Actor, key: str) -> Export:
    moment = clock.now()
    return Export(
        made_by_id=get_person_id(actor),
        made_by_name=actor.name,
        client_key=key,
        language=get_language(),
        sheet=wish.sheet,
        format=wish.format,
        columns=columns,
        sealed_parameters=json.dumps(wish.parameters, ensure_ascii=False),
        created_at=moment,
        lease_until=moment,
        resume_at=moment + RESUME_AFTER,
    )


def _begin(export: Export, actor: Actor) -> Export:
    try:
        with transaction.atomic():
            begin(export, "export.ask", actor=actor, data={"sheet": export.sheet})
    except IntegrityError:
        if not Export.objects.filter(made_by_id=export.made_by_id, state__in=AT_WORK, schedule=None).exists():
            raise
        message = _("Another export of yours is being written. Wait for it, or cancel it.")
        raise Refused("one_at_a_time", message) from None
    return export


def _reveal(export: Export, reason: str, actor: Actor) -> None:
    """Have personal values stand in it in full, which the record says, with the reason."""
    require(actor, "orders.reveal")
    sealed = seal_words(export, reason=reason)
    data = {"sheet": export.sheet}
    move(export, "export.reveal", actor=actor, changes={"is_revealed": True}, data=data, sealed=sealed)


def _remember(actor: Actor, sheet: str, columns: list[str]) -> None:
    """Offer these columns to this person the next time."""
    ColumnChoice.objects.update_or_create(
        staff_id=get_person_id(actor), sheet=sheet, defaults={"columns": columns}
    )


def ask_repeated(
    schedule: ExportSchedule, parameters: Mapping[str, Any], actor: Actor, at: datetime
) -> Export:
    """The export of one repetition, `at` which it was due; asked for by who made the schedule."""
    key = f"schedule-{schedule.pk}-{at:%Y%m%d%H}"
    wish = Wish(schedule.sheet, schedule.format, _read_columns(schedule, actor), parameters)
    export = _make_export(wish, choose_names(wish.sheet, wish.columns), actor, key)
    export.schedule, export.language = schedule, schedule.language
    begin(export, "export.ask", actor=actor, data={"sheet": export.sheet})
    return export


def _read_columns(schedule: ExportSchedule, actor: Actor) -> list[str]:
    """Those of its layout as they are now; its own where the layout is not there any more for its maker."""
    layout = list_layouts(actor).filter(schedules=schedule).first()
    names = layout.columns if layout else schedule.columns
    return list(names if SHEETS[schedule.sheet].choose(names) else SHEETS[schedule.sheet].usual)


def cancel_export(export_id: int, *, actor: Actor, expected_version: int | None = None) -> Export:
    """Do without it; no file comes of it. Raises Refused `not_found`, `forbidden` or `already_done`."""
    with locked(Export, export_id, "export.cancel", actor, expected_version) as export:
        move(export, "export.cancel", actor=actor, changes={**ENDED, "finished_at": clock.now()})
    return export
