"""Opening an after-sale for a buyer who calls, writes or stands at the counter."""

from http import HTTPStatus
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from aftersales.choices import Kind
from aftersales.models import LONGEST_WORDS
from aftersales.rules import Choosable, list_choosable, list_kinds
from aftersales.services.applying import Claim, open_aftersale
from aftersales.services.refused import list_refused, open_for_refused
from aftersales.terms.selectors import list_reasons
from orders.models import Order
from orders.selectors import get_order
from shop.access import has_capability
from shop.console import fields
from shop.errors import Refused
from shop.moves.table import MOVES
from shop.staff.decorators import StaffRequest, staff_page


class OpenForm(forms.Form):
    """What the buyer wants, why, and of which goods how many."""

    says_optional = False
    field_of: ClassVar[dict[str, str]] = {
        "bad_amount": "amount",
        "over_share": "amount",
        "no_such_reason": "reason",
        "sent_and_unsent": "kind",
    }

    kind = forms.ChoiceField(label=_("What the buyer wants"))
    reason = forms.TypedChoiceField(label=_("Reason"), coerce=int)
    amount = fields.YuanField(
        label=_("Refund (yuan)"),
        required=False,
        help_text=_("Leave empty for all that these goods cost. Of an exchange nothing is refunded."),
    )
    words = fields.area(_("What the buyer says"), max_length=LONGEST_WORDS, required=False)

    def __init__(self, data: Any = None, *, choosable: list[Choosable]) -> None:
        super().__init__(data)
        kinds, reasons = list_kinds(choosable), list_reasons()
        self.choosable = choosable
        choices: dict[str, Any] = dict(self.fields)
        choices["kind"].choices = [(kind.value, kind.label) for kind in kinds]
        choices["reason"].choices = [(reason.pk, reason.name) for reason in reasons]
        for each in choosable:
            most = max(each.unsent, each.sent)
            name = f"line_{each.line.pk}"
            self.fields[name] = fields.pieces(_("Pieces"), most=most, initial=most, required=False)

    @property
    def rows(self) -> list[tuple[Choosable, Any]]:
        """Each line with the field that asks how many of it."""
        return [(each, self[f"line_{each.line.pk}"]) for each in self.choosable]

    def read(self) -> Claim:
        values = self.cleaned_data
        pieces = {each.line.pk: values[f"line_{each.line.pk}"] or 0 for each in self.choosable}
        return Claim(
            Kind(values["kind"]),
            pieces,
            values["reason"],
            amount_fen=values["amount"] or None,
            words=values["words"],
        )

    def show_refusal(self, refused: Refused) -> None:
        self.add_error(self.field_of.get(refused.code), str(refused))


class RefusedForm(forms.Form):
    """Which refused parcel comes back, and why the buyer did not want it."""

    says_optional = False
    parcel = forms.TypedChoiceField(label=_("Refused parcel"), coerce=int)
    why = forms.TypedChoiceField(label=_("Reason"), coerce=int)

    def __init__(self, data: Any = None, *, order: Order) -> None:
        super().__init__(data)
        choices: dict[str, Any] = dict(self.fields)
        choices["parcel"].choices = [(parcel.pk, parcel.name) for parcel in list_refused(order)]
        choices["why"].choices = [(reason.pk, reason.name) for reason in list_reasons()]


@staff_page("aftersales.handle", methods=("POST",))
def take_refused(request: StaffRequest, number: str) -> HttpResponse:
    """Open the return of a refused parcel, which is on its way to the shop."""
    order = get_order(number, actor=request.actor)
    form = RefusedForm(request.POST, order=order)
    if form.is_valid():
        values = form.cleaned_data
        try:
            opened = open_for_refused(order.pk, values["parcel"], values["why"], actor=request.actor)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The return is open and on its way: take it in when it is here."))
            return redirect("aftersales:detail", opened.number)
    return _show(request, order, _make_form(order), form)


@staff_page("aftersales.handle", methods=("GET", "POST"))
def open_for_buyer(request: StaffRequest, number: str) -> HttpResponse:
    """What the buyer wants back of an order; POST opens it, and it waits for an answer as any other."""
    order = get_order(number, actor=request.actor)
    form = _make_form(order, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            aftersale = open_aftersale(order.pk, form.read(), actor=request.actor)
        except Refused as refused:
            form.show_refusal(refused)
        else:
            messages.success(request, str(MOVES["aftersale.open"].done))
            return redirect("aftersales:detail", aftersale.number)
    return _show(request, order, form)


def _make_form(order: Order, data: Any = None) -> OpenForm:
    lines = list(order.lines.select_related("sku__product").order_by("id"))
    return OpenForm(data, choosable=list_choosable(order, lines))


def _show(
    request: StaffRequest, order: Order, form: OpenForm, refused: RefusedForm | None = None
) -> HttpResponse:
    """With the form of refused parcels where there are any and the actor may take in what comes."""
    refused = refused or RefusedForm(order=order)
    is_wrong = bool(form.errors or refused.errors)
    may_take = has_capability(request.actor, "aftersales.receive") and list_refused(order).exists()
    context = {
        "order": order,
        "form": form,
        "refused": refused if may_take else None,
        "has_reasons": list_reasons().exists(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    return render(request, "aftersales/open.html", context, status=status)
