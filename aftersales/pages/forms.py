"""The forms behind the buttons of an after-sale."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.amounts import Worth, count_worth
from aftersales.choices import Contact, Kind
from aftersales.models import Aftersale
from aftersales.services.answering import (
    LONGEST_ANSWER,
    agree_refund,
    agree_return,
    note_contact,
    refuse_aftersale,
    reopen_aftersale,
)
from aftersales.services.money import count_pieces
from aftersales.terms.selectors import get_terms, list_addresses
from shop.actor import Actor
from shop.console import fields
from shop.errors import Refused
from shop.staff.actions.forms import ActionForm


class AftersaleForm(ActionForm):
    field_of: ClassVar[dict[str, str]] = {
        "bad_amount": "amount_fen",
        "over_share": "amount_fen",
        "over_refund_limit": "amount_fen",
        "reason_required": "reason",
        "no_return_address": "address_id",
    }
    """Which field a refusal speaks of."""

    def show_refusal(self, refused: Refused) -> None:
        field = self.field_of.get(refused.code)
        self.add_error(field if field in self.fields else None, str(refused))

    def read_worth(self) -> Worth:
        aftersale: Aftersale = self.subject
        return count_worth(aftersale.order, count_pieces(aftersale), is_unsent=aftersale.is_unsent)


class _AmountForm(AftersaleForm):
    """Asks how much; what the buyer wants stands there, and beside it the most that is left."""

    amount_is = _("Left to refund for these goods")

    def set_up(self) -> None:
        worth = self.read_worth()
        self.amount_fen = worth.fen
        if self.subject.is_unsent or self.subject.kind == Kind.EXCHANGE:
            del self.fields["amount"]
            return
        self.initial["amount"] = min(self.subject.asked_fen, worth.fen)
        if worth.freight_fen:
            self.amount_parts = (_("with the freight"),)

    def read(self) -> dict[str, Any]:
        values = super().read()
        return values | {"amount_fen": values.pop("amount", None)}


class AgreeRefundForm(_AmountForm):
    name, act = "agree_refund", agree_refund
    amount = fields.YuanField(label=_("Refund (yuan)"))
    notice = fields.text(_("Words to the buyer"), max_length=LONGEST_ANSWER, required=False)


class AgreeReturnForm(_AmountForm):
    name, act = "agree_return", agree_return
    address_id = forms.TypedChoiceField(label=_("Return address"), coerce=int)
    amount = fields.YuanField(label=_("Refund when the goods are back (yuan)"))
    notice = fields.text(_("Words to the buyer"), max_length=LONGEST_ANSWER, required=False)

    @classmethod
    def find_obstacle(cls, _subject: Aftersale, _actor: Actor) -> Any:
        if list_addresses().exists():
            return ""
        return _("There is no return address yet: add one in the settings of after-sales.")

    def set_up(self) -> None:
        super().set_up()
        choices: Any = self.fields["address_id"]
        choices.choices = [(address.pk, str(address)) for address in list_addresses()]


class RefuseForm(AftersaleForm):
    name, act = "refuse_aftersale", refuse_aftersale
    reason = fields.area(_("Why, which the buyer reads"), max_length=LONGEST_ANSWER, required=False)

    def set_up(self) -> None:
        self.fields["reason"].required = get_terms().refusal_needs_reason


class ReopenForm(AftersaleForm):
    name, act = "reopen_aftersale", reopen_aftersale
    reason = fields.text(_("Reason"), max_length=LONGEST_ANSWER)


class ContactForm(AftersaleForm):
    name, act = "note_contact", note_contact
    contact = forms.ChoiceField(label=_("How"), choices=Contact.choices)
    words = fields.text(_("What was said"), max_length=LONGEST_ANSWER, required=False)

    def read(self) -> dict[str, Any]:
        values = super().read()
        return values | {"contact": Contact(values["contact"])}
