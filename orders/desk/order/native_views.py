"""“Show WeChat QR” in the dialog of verifying: the code, and that it was paid."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from orders.payments.services.native import start_native
from orders.selectors import get_order
from pickup.native import NativeView
from shop.errors import Refused
from shop.staff.decorators import StaffRequest, staff_page


@staff_page("pickup.verify", methods=("GET", "POST"))
def native(request: StaffRequest, number: str) -> HttpResponse:
    """POST asks for a code; GET says whether it is paid, 204 while the screen shows all there is (`?seen=`)."""
    if request.method == "POST":
        return _start(request, number)
    view = NativeView(get_order(number, actor=request.actor))
    if view.mark == request.GET.get("seen"):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return _show(request, view)


def _start(request: StaffRequest, number: str) -> HttpResponse:
    error = ""
    try:
        start_native(get_order(number, actor=request.actor).pk, actor=request.actor)
    except Refused as refused:
        if refused.code in ("forbidden", "not_found"):
            raise
        error = str(refused)
    view = NativeView(get_order(number, actor=request.actor), error)
    return _show(request, view)


def _show(request: StaffRequest, view: NativeView) -> HttpResponse:
    """The part of the dialog that a script puts into its place; without scripts the dialog again."""
    if request.htmx:
        return render(request, "desk/order/_native.html", {"view": view, "order": view.order})
    if view.error and not view.is_paid:
        messages.error(request, view.error)
    return redirect("orders:verify", view.order.number)
