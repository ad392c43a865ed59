"""What a person can do with a bill, and with what does not agree with it."""

from typing import ClassVar

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.bills.models import Bill, Difference
from orders.bills.services.booking import book_payment, book_refund, take_state
from orders.bills.services.ending import (
    LONGEST_REASON,
    dismiss_difference,
    reopen_difference,
    settle_difference,
)
from orders.bills.services.fetching import fetch_again
from shop.console import fields
from shop.errors import Refused
from shop.staff.actions.forms import ActionForm, bare_form
from shop.staff.actions.rows import Action


class _ReasonForm(ActionForm):
    field_of: ClassVar[dict[str, str]] = {"reason_required": "reason"}
    reason = fields.text(_("Reason"), max_length=LONGEST_REASON)

    def show_refusal(self, refused: Refused) -> None:
        self.add_error(self.field_of.get(refused.code), str(refused))


class SettleForm(_ReasonForm):
    name, act = "settle_difference", settle_difference


class DismissForm(_ReasonForm):
    name, act = "dismiss_difference", dismiss_difference


def find_bill_url(bill: Bill, name: str) -> str:
    return reverse(f"money:{name}", args=[bill.pk])


def find_difference_url(difference: Difference, name: str) -> str:
    return reverse(f"money:{name}", args=[difference.pk])


BILL_ACTIONS: tuple[Action, ...] = (
    Action(
        "bill.again",
        bare_form("fetch_again", fetch_again),
        words=_("The bill is fetched from the platform once more and compared anew. It takes a minute."),
        undo=_("What people have settled stays settled."),
    ),
)
DIFFERENCE_ACTIONS: tuple[Action, ...] = (
    Action(
        "difference.book_payment",
        bare_form("book_payment", book_payment),
        words=_(
            "The platform is asked once more, and what it says is booked on the order. Money that came too late"
            " goes back by itself."
        ),
        undo=_("What is booked stays booked."),
        is_first=True,
    ),
    Action(
        "difference.book_refund",
        bare_form("book_refund", book_refund),
        words=_(
            "The platform is asked once more, and the refund is booked on the order: nothing is paid out."
        ),
        undo=_("What is booked stays booked."),
        is_first=True,
    ),
    Action(
        "difference.take_state",
        bare_form("take_state", take_state),
        words=_(
            "The platform is asked once more. If it says that the money is back, the refund is done here too."
        ),
        undo=_("What is booked stays booked."),
        is_first=True,
    ),
    Action(
        "difference.settle",
        SettleForm,
        words=_("You have seen to it at the platform, by phone or otherwise."),
        undo=_("It can be opened again."),
        back=lambda difference: find_difference_url(difference, "reopen_difference"),
    ),
    Action(
        "difference.dismiss",
        DismissForm,
        words=_("Nothing is to be done about it. The next comparing leaves it alone too."),
        undo=_("It can be opened again."),
        back=lambda difference: find_difference_url(difference, "reopen_difference"),
    ),
    Action(
        "difference.reopen",
        bare_form("reopen_difference", reopen_difference),
        words=_("It is to be looked at again."),
        undo=_("It can be settled again."),
    ),
)
