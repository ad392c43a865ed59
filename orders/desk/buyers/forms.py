"""The forms of a buyer's page; each calls the one service it is for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shop.actor import Actor
from shop.console import fields
from shop.customers.balance import change_balance
from shop.customers.care import block_customer, set_remark, unblock_customer
from shop.customers.erasure import ask_erasure, keep_data
from shop.customers.models import Customer
from shop.errors import Refused
from shop.money import parse_yuan


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the dialog of a form says. `is_final` marks its button as one to think about."""

    title: Any
    words: Any
    submit: Any
    icon_name: str
    is_final: bool = False


class BuyerForm(forms.Form):
    """A form about one buyer. `version` is the buyer's version when it was shown.

    `question` is asked in a dialog; a form without one stands on the page itself.
    """

    name: ClassVar[str]
    act: ClassVar[Callable[..., object]]
    capability: ClassVar[str]
    done: ClassVar[Any]
    question: ClassVar[Question | None] = None
    needs_proof: ClassVar[bool] = False
    """Whether the password is asked for again: it makes money by a word."""
    version = fields.VersionField()

    def __init__(self, data: Any = None, *, customer: Customer) -> None:
        super().__init__(data, auto_id=f"{self.name}_%s", initial={"version": customer.version})
        self.customer = customer
        self.set_up()

    @classmethod
    def find_obstacle(cls, customer: Customer) -> Any:
        """The sentence that says why this cannot be done now, if so."""
        return ""

    def set_up(self) -> None:
        """Fill in what depends on the buyer."""

    def read(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def run(self, actor: Actor) -> None:
        """Call the service with the buyer's id and `read()`. Raises Refused as it does."""
        seen = self.cleaned_data["version"]
        type(self).act(self.customer.pk, **self.read(), actor=actor, expected_version=seen)


class RemarkForm(BuyerForm):
    name, act, capability, done = "remark", set_remark, "customers.edit", _("The remark is saved.")
    text = fields.area(_("Remark about the customer"), required=False)

    def set_up(self) -> None:
        self.initial["text"] = self.customer.remark


class BlockForm(BuyerForm):
    name, act, capability, done = "block", block_customer, "customers.edit", _("The customer is blocked.")
    question = Question(
        title=_("Block this customer"),
        words=_(
            "The customer can see and pay their orders but place no more. They are not told the reason. "
            "This can be undone."
        ),
        submit=_("Block"),
        icon_name="ban",
        is_final=True,
    )
    reason = fields.text(_("Reason"))

    @classmethod
    def find_obstacle(cls, customer: Customer) -> Any:
        return _("The customer is already blocked.") if customer.is_blocked else ""


class UnblockForm(BuyerForm):
    name, act, capability, done = (
        "unblock",
        unblock_customer,
        "customers.edit",
        _("The customer may order again."),
    )
    question = Question(
        title=_("Unblock this customer"),
        words=_("The customer can place orders again."),
        submit=_("Unblock"),
        icon_name="user",
    )

    @classmethod
    def find_obstacle(cls, customer: Customer) -> Any:
        return "" if customer.is_blocked else _("The customer is not blocked.")


class BalanceForm(BuyerForm):
    """A top-up, or with a minus a correction."""

    name, act, capability, done = (
        "balance",
        change_balance,
        "customers.balance",
        _("The balance has changed."),
    )
    question = Question(
        title=_("Top up or correct"),
        words=_(
            "The money is in the balance at once and can pay for orders. With a minus the balance is corrected. "
            "Every entry stays in the ledger."
        ),
        submit=_("Book the amount"),
        icon_name="wallet",
    )
    needs_proof = True
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


class EraseForm(BuyerForm):
    name, act, capability = "erase", ask_erasure, "customers.erase"
    done = _("The personal data will be erased tomorrow, as soon as nothing is open.")
    question = Question(
        title=_("Erase the personal data"),
        words=_(
            "For a customer who asks for it. Name, phone, addresses, remarks and pictures become unreadable for "
            "ever after 24 hours, as soon as no order, refund or balance is open; until then it can be taken back. "
            "They are signed out now and cannot order. Orders keep their goods and sums, as the law wants."
        ),
        submit=_("Erase after 24 hours"),
        icon_name="trash",
        is_final=True,
    )

    @classmethod
    def find_obstacle(cls, customer: Customer) -> Any:
        return _("This was asked for already.") if customer.erase_at or customer.erased_at else ""


class KeepForm(BuyerForm):
    name, act, capability, done = "keep", keep_data, "customers.erase", _("The personal data stays.")
    question = Question(
        title=_("Take the erasure back"),
        words=_("The personal data stays, and the customer can sign in and order again."),
        submit=_("Keep the data"),
        icon_name="arrow-back-up",
    )

    @classmethod
    def find_obstacle(cls, customer: Customer) -> Any:
        return "" if customer.erase_at else _("Nobody asked for this, or it is done already.")


FORMS: dict[str, type[BuyerForm]] = {
    form.name: form for form in (RemarkForm, BlockForm, UnblockForm, BalanceForm, EraseForm, KeepForm)
}
