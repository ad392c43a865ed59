"""What may happen to an export, and to one that repeats. While a worker writes a file, its lease guards it instead."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.exports.models import (
    AT_WORK,
    Export,
    ExportLayout,
    ExportSchedule,
    ExportState,
    ScheduleState,
    SheetKind,
)
from orders.exports.selectors import MISSING, list_exports, list_layouts, list_schedules
from orders.exports.sheets import name_columns
from shop.events.words import Part, label_facts, says_value, tell_only, tells
from shop.moves.table import (
    BY_SHOP,
    BY_STAFF,
    BY_SYSTEM,
    COLUMNS,
    DONE,
    NOWHERE,
    WHY,
    Move,
    Subject,
    register,
    stateless,
    stay,
    to,
)

CAPABILITY = "orders.export"
_SHEET = {"sheet": str}
_ROWS = {"rows": int}
_S = ExportState


@tells("export", "sheet")
@tells("export_schedule", "sheet")
@tells("export_layout", "sheet")
def tell_sheet(name: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part("", str(SheetKind(name).label if name in SheetKind.values else name))


label_facts("export", rows=_("Rows in it"))
label_facts("export_layout", name=_("Name of the layout"))
says_value("export_layout", "columns", lambda names: _(", ").join(name_columns(names)))
tell_only("export")
tell_only("export_schedule")

EXPORTS = register(
    Subject(
        Export,
        _("Export"),
        (
            Move(
                "export.ask",
                _("Export"),
                _("Export asked for"),
                to(_S.WAITING, NOWHERE),
                BY_SHOP,
                CAPABILITY,
                icon_name="download",
                facts=_SHEET,
            ),
            Move(
                "export.reveal",
                _("Show personal values in full"),
                _("Personal values to be exported in full"),
                stay(_S.WAITING),
                BY_STAFF,
                "orders.reveal",
                icon_name="eye",
                says=WHY,
                facts=_SHEET,
            ),
            Move("export.start", "", _("Export started"), to(_S.RUNNING, *AT_WORK), BY_SYSTEM),
            Move("export.finish", "", _("Export ready"), to(_S.DONE, _S.RUNNING), BY_SYSTEM, facts=_ROWS),
            Move("export.fail", "", _("Export failed"), to(_S.FAILED, *AT_WORK), BY_SYSTEM, is_bad=True),
            Move(
                "export.cancel",
                _("Cancel"),
                _("Export cancelled"),
                to(_S.CANCELLED, *AT_WORK),
                BY_SHOP,
                CAPABILITY,
                icon_name="ban",
            ),
        ),
        MISSING,
        scope=list_exports,
        stale=DONE,
        name=lambda export: str(export.pk),
        url=lambda export: reverse("exports:export", args=[export.pk]),
    )
)
SCHEDULES = register(
    Subject(
        ExportSchedule,
        _("Repeated export"),
        (
            Move(
                "export_schedule.make",
                _("Repeat"),
                _("Export to be repeated"),
                to(ScheduleState.ACTIVE, NOWHERE),
                BY_STAFF,
                CAPABILITY,
                icon_name="refresh",
                facts=_SHEET,
            ),
            Move(
                "export_schedule.run",
                "",
                _("Export repeated"),
                stay(ScheduleState.ACTIVE),
                BY_SYSTEM,
                is_look=True,
                facts=_SHEET,
            ),
            Move(
                "export_schedule.stop",
                _("Stop repeating"),
                _("Export no longer repeated"),
                to(ScheduleState.STOPPED, ScheduleState.ACTIVE),
                BY_STAFF,
                CAPABILITY,
                icon_name="ban",
            ),
            Move(
                "export_schedule.end",
                "",
                _("Export no longer repeated: its maker may not export any more"),
                to(ScheduleState.STOPPED, ScheduleState.ACTIVE),
                BY_SYSTEM,
                is_bad=True,
            ),
        ),
        _("There is no such repeated export."),
        scope=list_schedules,
        stale=DONE,
        name=lambda schedule: str(schedule.pk),
        url=lambda _schedule: reverse("exports:list"),
    )
)
_LAYOUT = {"name": str, "sheet": str}
LAYOUTS = register(
    Subject(
        ExportLayout,
        _("Layout of exports"),
        (
            stateless("export_layout.add", _("Layout added"), BY_STAFF, CAPABILITY, facts=_LAYOUT),
            stateless("export_layout.change", _("Layout changed"), BY_STAFF, CAPABILITY, facts=COLUMNS),
            stateless(
                "export_layout.delete",
                _("Layout deleted"),
                BY_STAFF,
                CAPABILITY,
                label=_("Delete"),
                icon_name="trash",
                facts=_LAYOUT,
            ),
        ),
        _("There is no such layout."),
        scope=list_layouts,
        url=lambda layout: reverse("exports:layout", args=[layout.pk]),
    )
)
