"""The forms of the terms, of a reason, and of a return address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.choices import Overdue
from aftersales.terms.models import AftersaleTerms, Reason
from aftersales.terms.services.terms import EDITABLE
from shop.console import fields
from shop.couriers.forms import SenderForm
from shop.http.api.fields import NO_CONTROL

_ANSWER_RULES = [(rule.value, rule.label) for rule in (Overdue.NOTHING, Overdue.AGREE)]
_SEND_RULES = [(rule.value, rule.label) for rule in (Overdue.LAPSE, Overdue.NOTHING)]


def _number(label: Any, *, most: int, least: int = 1, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        help_text=help_text,
        widget=forms.TextInput({"inputmode": "numeric"}),
    )


class TermsForm(forms.Form):
    """The shop's terms of after-sales; a number of days, hours or minutes is whole."""

    says_optional = False
    window_days = _number(
        _("Buyers may ask until (days after receipt)"),
        most=365,
        least=0,
        help_text=_("0: not any more once they have received it."),
    )
    tries_after_refusal = _number(
        _("After a refusal a buyer may ask again (times)"),
        most=9,
        least=0,
        help_text=_("0: a refusal is final. A supervisor can open it again in any case."),
    )
    refusal_needs_reason = forms.BooleanField(label=_("A refusal needs a reason"), required=False)
    answer_hours = _number(_("The shop answers within (hours)"), most=720)
    answer_overdue = forms.ChoiceField(label=_("When that time is over"), choices=_ANSWER_RULES)
    send_days = _number(_("Buyers send back within (days)"), most=90)
    send_overdue = forms.ChoiceField(label=_("When that time is over"), choices=_SEND_RULES)
    check_days = _number(
        _("The shop takes in what was sent back within (days)"),
        most=90,
        help_text=_("When that time is over, people are told."),
    )
    verdict_days = _number(
        _("A supervisor decides disputes within (days)"),
        most=30,
        help_text=_("Buyers dispute what was refused, or what the shop has not done in time."),
    )
    cancel_minutes = _number(
        _("Buyers cancel by themselves within (minutes after paying)"),
        most=1440,
        least=0,
        help_text=_("As long as nothing was sent and no e-waybill was made. 0: they ask the shop."),
    )

    def __init__(self, data: Any = None, *, terms: AftersaleTerms) -> None:
        super().__init__(data, initial={name: getattr(terms, name) for name in EDITABLE})


class ReasonForm(forms.Form):
    """One reason that buyers choose from."""

    says_optional = False
    name = fields.text(_("Reason"), max_length=40, validators=[NO_CONTROL])
    is_quality = forms.BooleanField(
        label=_("About quality"),
        required=False,
        help_text=_("It counts in the rate of returns for quality."),
    )

    def __init__(self, data: Any = None, *, reason: Reason | None = None) -> None:
        stored = {"name": reason.name, "is_quality": reason.is_quality} if reason else {}
        super().__init__(data, initial=stored)


class ReturnAddressForm(SenderForm):
    """An address of the shop that goods are sent back to; a pasted line fills the fields that are empty."""

    company = None  # type: ignore[assignment]  # a return has none
    postcode = None  # type: ignore[assignment]
    note = fields.text(
        _("Note for buyers"),
        max_length=100,
        required=False,
        validators=[NO_CONTROL],
        help_text=_("Such as: no parcels with cash on delivery, please."),
    )
