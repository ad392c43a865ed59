"""The forms of a buyer's page; each calls the one service it is for."""

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

    def run(self, actor: Actor) -> None:
        """Call the service. Raises Refused as it does."""
        raise NotImplementedError


class RemarkForm(BuyerForm):
    name, capability, done = "remark", "customers.edit", _("The remark is saved.")
    text = fields.area(_("Remark about the customer"), required=False)

    def set_up(self) -> None:
        self.initial["text"] = self.customer.remark

    def run(self, actor: Actor) -> None:
        data = self.cleaned_data
        set_remark(self.customer.pk, text=data["text"], actor=actor, expected_version=data["version"])


class BlockForm(BuyerForm):
    name, capability, done = "block", "customers.edit", _("The customer is blocked.")
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

    def run(self, actor: Actor) -> None:
        data = self.cleaned_data
        block_customer(self.customer.pk, reason=data["reason"], actor=actor, expected_version=data["version"])


class UnblockForm(BuyerForm):
    name, capability, done = "unblock", "customers.edit", _("The customer may order again.")
    question = Question(
        title=_("Unblock this customer"),
        words=_("The customer can place orders again."),
        submit=_("Unblock"),
        icon_name="user",
    )

    @classmethod
    def find_obstacle(cls, customer: Customer) -> Any:
        return "" if customer.is_blocked else _("The customer is not blocked.")

    def run(self, actor: Actor) -> None:
        unblock_customer(self.customer.pk, actor=actor, expected_version=self.cleaned_data["version"])


class BalanceForm(BuyerForm):
    """A top-up, or with a minus a correction."""

    name, capability, done = "balance", "customers.balance", _("The balance has changed.")
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

    def run(self, actor: Actor) -> None:
        data = self.cleaned_data
        change_balance(
            self.customer.pk,
            delta_fen=data["amount"],
            reason=data["reason"],
            actor=actor,
            expected_version=data["version"],
        )


class EraseForm(BuyerForm):
    name, capability = "erase", "customers.erase"
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

    def run(self, actor: Actor) -> None:
        ask_erasure(self.customer.pk, actor=actor, expected_version=self.cleaned_data["version"])


class KeepForm(BuyerForm):
    name, capability, done = "keep", "customers.erase", _("The personal data stays.")
    question = Question(
        title=_("Take the erasure back"),
        words=_("The personal data stays, and the customer can sign in and order again."),
        submit=_("Keep the data"),
        icon_name="arrow-back-up",
    )

    @classmethod
    def find_obstacle(cls, customer: Customer) -> Any:
        return "" if customer.erase_at else _("Nobody asked for this, or it is done already.")

    def run(self, actor: Actor) -> None:
        keep_data(self.customer.pk, actor=actor, expected_version=self.cleaned_data["version"])


FORMS: dict[str, type[BuyerForm]] = {
    form.name: form for form in (RemarkForm, BlockForm, UnblockForm, BalanceForm, EraseForm, KeepForm)
}
