"""“Get e-waybill” in the ship dialog: the question, and what became of it."""

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms.ship import LabelForm, Labels
from orders.models import Order
from orders.selectors import get_order, load_lines
from orders.waybills.models import Waybill
from orders.waybills.selectors import find_last
from orders.waybills.services.asking import request_waybill
from shop.errors import Refused
from shop.staff.decorators import StaffRequest, staff_page

_BUTTON = re.compile(r"parcel-([0-9])-label", re.ASCII)


@staff_page("orders.ship", methods=("POST",))
def ask_for_label(request: StaffRequest, number: str) -> HttpResponse:
    """Ask for the e-waybill of the parcel whose button was pressed; the dialog's other parcels are left as they are."""
    order = get_order(number, actor=request.actor)
    try:
        waybill = _ask(request, order)
    except Refused as refused:
        if refused.code in ("forbidden", "not_found"):
            raise
        return _show(request, order, None, str(refused))
    return _show(request, order, waybill)


def _ask(request: StaffRequest, order: Order) -> Waybill:
    """Whatever the version of the dialog: one dialog asks for several, and goods and address are those of now."""
    pressed = _BUTTON.fullmatch(request.POST.get("label", ""))
    if pressed is None:
        raise Refused("bad_label", _("There is no such parcel."), 400)
    form = LabelForm(
        request.POST,
        prefix=f"parcel-{pressed[1]}",
        order=order,
        lines=load_lines(order),
        labels=Labels.read(order),
        actor=request.actor,
    )
    if not form.is_valid():
        raise Refused("bad_label", _say_errors(form), 400)
    return request_waybill(
        order.pk,
        place=int(pressed[1]) + 1,
        wish=form.make_wish(),
        actor=request.actor,
    )


def _say_errors(form: LabelForm) -> str:
    """The first sentence about each field, named."""
    named = {name: form.fields[name].label for name in form.fields}
    return " ".join(f"{named.get(name, '')}: {errors[0]}" for name, errors in form.errors.items())


def _show(request: StaffRequest, order: Order, waybill: Waybill | None, error: str = "") -> HttpResponse:
    """The part of the dialog that a script puts into its place; without scripts the dialog again."""
    if request.htmx:
        context = {"waybill": waybill, "error": error, "order": order}
        return render(request, "desk/waybills/_state.html", context)
    if error:
        messages.error(request, error)
    return redirect("orders:ship", order.number)


@staff_page("orders.ship")
def show_label(request: StaffRequest, number: str, place: int) -> HttpResponse:
    """The same part, asked again while the number is awaited."""
    order = get_order(number, actor=request.actor)
    waybill = find_last(order.pk, place)
    if waybill is None:
        raise Refused("not_found", _("There is no such e-waybill."), 404)
    return render(request, "desk/waybills/_state.html", {"waybill": waybill, "order": order, "error": ""})
