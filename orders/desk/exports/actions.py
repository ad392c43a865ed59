"""What a person can do with an export, and with one that repeats."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.exports.models import Export, ExportSchedule
from orders.exports.services.asking import cancel_export
from orders.exports.services.repeating import stop_schedule
from shop.staff.actions.forms import ActionForm
from shop.staff.actions.rows import Action


class CancelForm(ActionForm):
    """Progress raises no version, but the start of the writing does: that is no reason to ask twice."""

    name, act = "cancel_export", cancel_export
    version = None


class StopForm(ActionForm):
    name, act = "stop_schedule", stop_schedule
    version = None


def find_cancel_url(export: Export, name: str) -> str:
    return reverse(f"exports:{name}", args=[export.pk])


def find_stop_url(schedule: ExportSchedule, name: str) -> str:
    return reverse(f"exports:{name}", args=[schedule.pk])


OF_EXPORT: tuple[Action, ...] = (
    Action(
        "export.cancel",
        CancelForm,
        title=_("Cancel the export?"),
        submit=_("Cancel the export"),
        words=_("No file is made. You can ask for it again at any time."),
    ),
)
OF_SCHEDULE: tuple[Action, ...] = (
    Action(
        "export_schedule.stop",
        StopForm,
        words=_("It is made no more. Files that were made stay until their week is over."),
    ),
)
