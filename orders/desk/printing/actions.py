"""What a person can do with a print job on its own page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.printing.models import PrintJob
from orders.printing.services.asking import cancel_print, repeat_print, retry_print, settle_print
from shop.staff.actions.forms import bare_form
from shop.staff.actions.rows import Action


def find_action_url(job: PrintJob, name: str) -> str:
    return reverse(f"orders:{name}", args=[job.pk])


ACTIONS = (
    Action(
        "print.retry",
        bare_form("retry_print", retry_print),
        words=_("Nothing is on paper yet. The receipt is sent to the same printer again."),
        done=_("The receipt is sent to the printer again."),
    ),
    Action(
        "print.settle",
        bare_form("settle_print", settle_print),
        words=_("You have the receipt in your hand. It counts as printed."),
        done=_("The receipt counts as printed."),
    ),
    Action(
        "print.repeat",
        bare_form("repeat_print", repeat_print),
        words=_(
            "Look at the printer first: the receipt may be there already, so it is never sent again by itself. The new "
            "one is marked as a reprint."
        ),
        done=_("The receipt is sent to the printer once more, marked as a reprint."),
    ),
    Action(
        "print.cancel",
        bare_form("cancel_print", cancel_print),
        words=_("Nothing more is done about this receipt. You can print the order again at any time."),
        done=_("The print is given up."),
    ),
)
