"""What may happen to a print job."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.printing.models import PrintJob, PrintState
from orders.scope import rows_in_scope, scope_key
from shop.events.words import label_facts, tell_only
from shop.moves.table import BY_GATEWAY, BY_SHOP, BY_STAFF, DONE, NOWHERE, Move, Subject, register, to

_PRINT = "orders.print"
_JOB = {"printer": str}
_FAILURE = _JOB | {"error": str}
_S = PrintState

label_facts("print_job", printer=_("Printer"), error=_("Why"))
tell_only("print_job")

JOBS = register(
    Subject(
        PrintJob,
        _("Print job"),
        (
            Move(
                "print.request",
                _("Print on a printer"),
                _("Receipt sent to the printer"),
                to(_S.WAITING, NOWHERE),
                BY_SHOP,
                _PRINT,
                icon_name="printer",
                facts=_JOB,
            ),
            Move(
                "print.retry",
                _("Try again"),
                _("Receipt sent to the printer again"),
                to(_S.WAITING, _S.FAILED),
                BY_STAFF,
                _PRINT,
                icon_name="refresh",
                facts=_JOB,
            ),
            Move(
                "print.repeat",
                _("Print again"),
                _("Printed again, since nobody knew whether it was on paper"),
                to(_S.CANCELLED, _S.UNKNOWN),
                BY_STAFF,
                _PRINT,
                icon_name="printer",
                facts=_JOB,
            ),
            Move(
                "print.settle",
                _("It is on paper"),
                _("Seen on paper"),
                to(_S.PRINTED, _S.UNKNOWN),
                BY_STAFF,
                _PRINT,
                icon_name="check",
                facts=_JOB,
            ),
            Move(
                "print.cancel",
                _("Give up the print"),
                _("Print given up"),
                to(_S.CANCELLED, _S.WAITING, _S.FAILED, _S.UNKNOWN),
                BY_SHOP,
                _PRINT,
                icon_name="x",
                facts=_JOB,
            ),
            Move(
                "print.send",
                _("Take on"),
                _("Taken on by the printer"),
                to(_S.SENT, _S.WAITING, _S.UNKNOWN),
                BY_GATEWAY,
                facts=_JOB,
            ),
            Move(
                "print.finish",
                _("Come out"),
                _("On paper"),
                to(_S.PRINTED, _S.WAITING, _S.SENT, _S.UNKNOWN),
                BY_GATEWAY,
                facts=_JOB,
            ),
            Move(
                "print.fail",
                _("Refuse"),
                _("Receipt not printed"),
                to(_S.FAILED, _S.WAITING, _S.SENT),
                BY_GATEWAY,
                is_bad=True,
                facts=_FAILURE,
            ),
            Move(
                "print.lose",
                _("Lose sight of"),
                _("Nobody knows whether the receipt was printed"),
                to(_S.UNKNOWN, _S.WAITING, _S.SENT),
                BY_GATEWAY,
                is_bad=True,
                facts=_FAILURE,
            ),
        ),
        _("There is no such print job."),
        scope=lambda actor: rows_in_scope(PrintJob.objects.all(), scope_key(actor)),
        stale=DONE,
        name=lambda job: job.code,
        url=lambda job: reverse("orders:detail", args=[job.order.number]),
        joins=("order",),
    )
)
