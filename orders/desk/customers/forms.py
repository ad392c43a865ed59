"""The buttons of a buyer's page with their forms; each calls the one service it is for."""

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.console import fields
from shop.customers.balance import change_balance
from shop.customers.care import block_customer, set_remark, unblock_customer
from shop.customers.erasure import ask_erasure, keep_data
from shop.customers.models import Customer
from shop.errors import Refused
from shop.money import parse_yuan
from shop.staff.actions.forms import ActionForm, bare_form
from shop.staff.actions.rows import Action


class RemarkForm(ActionForm):
    name, act = "remark", set_remark
    text = fields.area(_("Remark about the customer"), required=False)

    def set_up(self) -> None:
        self.initial = {"text": self.subject.remark}


class BlockForm(ActionForm):
    name, act = "block", block_customer
    reason = fields.text(_("Reason"))


class BalanceForm(ActionForm):
    """A top-up, or with a minus a correction."""

    name, act = "balance", change_balance
    amount = fields.text(_("Amount (yuan)"), max_length=16, attrs={"inputmode": "decimal"})
    reason = fields.text(_("Reason"))

    def clean_amount(self) -> int:
        typed = self.cleaned_data["amount"].strip().replace("−", "-")
        sign = -1 if typed.startswith("-") else 1
        try:
            return sign * parse_yuan(typed.lstrip("+-"))
        except Refused as refused:
            raise ValidationError(str(refused)) from refused

    def read(self) -> dict[str, Any]:
        return {"delta_fen": self.cleaned_data["amount"], "reason": self.cleaned_data["reason"]}


def find_action_url(customer: Customer, name: str) -> str:
    return reverse(f"customers:{name}", args=[customer.pk])


ACTIONS = (
    Action(
        "customer.balance_top_up",
        BalanceForm,
        submit=_("Book the amount"),
        words=_(
            "The money is in the balance at once and can pay for orders. With a minus the balance is corrected. "
            "Every entry stays in the ledger."
        ),
        done=_("The balance has changed."),
        is_fresh=True,
    ),
    Action(
        "customer.block",
        BlockForm,
        title=_("Block this customer"),
        words=_(
            "The customer can see and pay their orders but place no more. They are not told the reason. "
            "This can be undone."
        ),
        done=_("The customer is blocked."),
        is_grave=True,
    ),
    Action(
        "customer.unblock",
        bare_form("unblock", unblock_customer),
        title=_("Unblock this customer"),
        words=_("The customer can place orders again."),
        done=_("The customer may order again."),
    ),
    Action(
        "customer.keep_data",
        bare_form("keep", keep_data),
        submit=_("Keep the data"),
        words=_("The personal data stays, and the customer can sign in and order again."),
        done=_("The personal data stays."),
    ),
    Action(
        "customer.ask_erasure",
        bare_form("erase", ask_erasure),
        submit=_("Erase after 24 hours"),
        words=_(
            "For a customer who asks for it. Name, phone, addresses, remarks and pictures become unreadable for "
            "ever after 24 hours, as soon as no order, refund or balance is open; until then it can be taken back. "
            "They are signed out now and cannot order. Orders keep their goods and sums, as the law wants."
        ),
        done=_("The personal data will be erased tomorrow, as soon as nothing is open."),
        is_grave=True,
    ),
    Action("customer.remark", RemarkForm, done=_("The remark is saved."), in_menu=False, anchor="#remark"),
)
