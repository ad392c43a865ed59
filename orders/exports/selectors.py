"""Reading exports."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.exports.models import AT_WORK, ColumnChoice, Export, ExportLayout, ExportSchedule, ScheduleState
from shop.access import has_capability
from shop.actor import Actor, ActorKind

MISSING = _("There is no such export.")
SEES_ALL = "settings.edit"
"""Held by the owner alone, who sees what everybody exports; a file is always its maker's alone."""


def _sees_all(actor: Actor) -> bool:
    return actor.kind != ActorKind.STAFF or has_capability(actor, SEES_ALL)


def list_exports(actor: Actor) -> "QuerySet[Export]":
    """The exports this person may see: their own; the owner sees all."""
    exports = Export.objects.all()
    return exports if _sees_all(actor) else exports.filter(made_by_id=actor.id or 0)


def list_schedules(actor: Actor) -> "QuerySet[ExportSchedule]":
    """The repeated exports this person may see, by the same rule."""
    schedules = ExportSchedule.objects.all()
    return schedules if _sees_all(actor) else schedules.filter(made_by_id=actor.id or 0)


def list_active_schedules(actor: Actor) -> "QuerySet[ExportSchedule]":
    return list_schedules(actor).filter(state=ScheduleState.ACTIVE).order_by("pk")


def list_unfetched(staff_id: int) -> "QuerySet[Export]":
    """Files of this person that wait to be downloaded."""
    return Export.objects.filter(made_by_id=staff_id, file__isnull=False, file__downloaded_at__isnull=True)


def list_layouts(actor: Actor) -> "QuerySet[ExportLayout]":
    """The layouts this person may use: their own, and those of the shop, which whoever exports may change."""
    layouts = ExportLayout.objects.order_by("name", "pk")
    if actor.kind != ActorKind.STAFF:
        return layouts
    return layouts.filter(Q(is_shared=True) | Q(made_by_id=actor.id or 0))


def read_columns(staff_id: int) -> dict[str, list[str]]:
    """Kind of sheet → the columns that this person exported last."""
    return dict(ColumnChoice.objects.filter(staff_id=staff_id).values_list("sheet", "columns"))


def list_due_to_resume(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Exports on which nobody works, because their task was lost or their worker died."""
    idle = Export.objects.filter(state__in=AT_WORK, resume_at__lte=now, lease_until__lte=now)
    return list(idle.exclude(pk__in=skip).order_by("resume_at").values_list("pk", flat=True)[:limit])


def list_due_to_repeat(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    due = ExportSchedule.objects.filter(next_at__lte=now).exclude(pk__in=skip)
    return list(due.order_by("next_at").values_list("pk", flat=True)[:limit])
