"""The forms of a buyer's page; each calls the one service it is for."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orders.desk import fields
from shop.actor import Actor
from shop.customers.balance import change_balance
from shop.customers.care import block_customer, set_remark, unblock_customer
from shop.customers.models import Customer
from shop.errors import Refused
from shop.money import parse_yuan


class BuyerForm(forms.Form):
    """A form about one buyer. `version` is the buyer's version when it was shown."""

    name: ClassVar[str]
    capability: ClassVar[str]
    done: ClassVar[Any]
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, data: Any = None, *, customer: Customer) -> None:
        super().__init__(data, auto_id=f"{self.name}_%s", initial={"version": customer.version})
        self.customer = customer
        self.set_up()

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
    reason = fields.text(_("Reason"))

    def run(self, actor: Actor) -> None:
        data = self.cleaned_data
        block_customer(self.customer.pk, reason=data["reason"], actor=actor, expected_version=data["version"])


class UnblockForm(BuyerForm):
    name, capability, done = "unblock", "customers.edit", _("The customer may order again.")

    def run(self, actor: Actor) -> None:
        unblock_customer(self.customer.pk, actor=actor, expected_version=self.cleaned_data["version"])


class BalanceForm(BuyerForm):
    """A top-up, or with a minus a correction."""

    name, capability, done = "balance", "customers.balance", _("The balance has changed.")
    amount = fields.text(_("Amount (yuan)"), max_length=16, inputmode="decimal")
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


FORMS: dict[str, type[BuyerForm]] = {
    form.name: form for form in (RemarkForm, BlockForm, UnblockForm, BalanceForm)
}
