"""Asking for an invoice in the place of a buyer who asks at the counter, by phone, or too late for the shop's pages."""

from http import HTTPStatus
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.invoices.models import LIVE, Holder
from orders.invoices.rules import get_invoiceable_fen
from orders.invoices.selectors import find_newest
from orders.invoices.services.asking import ask_invoice
from orders.invoices.titles import LONGEST, Title
from orders.selectors import get_order
from shop.console import fields
from shop.errors import Refused
from shop.moves.table import MOVES
from shop.staff.decorators import StaffRequest, staff_page


def _line(name: str, label: Any, **more: Any) -> forms.CharField:
    return fields.text(label, max_length=LONGEST[name], required=False, **more)


class TitleForm(forms.Form):
    """Whom the invoice is to name; what has to be there the verb says, since it differs by kind."""

    says_optional = False
    field_of: ClassVar[dict[str, str]] = {
        "title_required": "title",
        "bad_email": "email",
        "tax_number_required": "tax_number",
        "bad_tax_number": "tax_number",
    }

    holder = forms.ChoiceField(label=_("Kind of title"), choices=Holder.choices, initial=Holder.COMPANY)
    title = fields.text(_("Title"), max_length=LONGEST["title"])
    tax_number = fields.text(_("Tax number"), max_length=40, required=False)
    email = fields.text(_("E-mail"), max_length=LONGEST["email"], attrs={"inputmode": "email"})
    address = _line("address", _("Address"))
    phone = _line("phone", pgettext_lazy("invoice", "Phone"))
    bank = _line("bank", _("Bank"))
    account = _line("account", _("Account"), attrs={"inputmode": "numeric"})
    note = _line("note", _("The buyer's note"))

    def read(self) -> Title:
        values = self.cleaned_data
        return Title(**values | {"holder": Holder(values["holder"])})

    def show_refusal(self, refused: Refused) -> None:
        self.add_error(self.field_of.get(refused.code), str(refused))


@staff_page("orders.invoice", methods=("GET", "POST"))
def ask_for_buyer(request: StaffRequest, number: str) -> HttpResponse:
    """Whom the invoice of an order is to name; POST has it wait among those that buyers asked for."""
    order = get_order(number, actor=request.actor)
    form = TitleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            invoice = ask_invoice(order.pk, form.read(), actor=request.actor)
        except Refused as refused:
            form.show_refusal(refused)
        else:
            messages.success(request, str(MOVES["invoice.ask"].done))
            return redirect("orders:invoice", invoice.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    newest = find_newest(order.pk)
    live = newest if newest and newest.state in LIVE else None
    context = {"order": order, "form": form, "live": live, "now_fen": get_invoiceable_fen(order)}
    return render(request, "desk/invoices/ask.html", context, status=status)
