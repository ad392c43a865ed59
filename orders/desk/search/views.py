"""Asking the payment gateway about a number that was searched for in vain."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from orders.desk.search.gateway_lookup import ask_gateway
from orders.desk.search.words import read_payment_number
from orders.payments.services.found import record_found_payment
from shop.access import has_capability
from shop.staff.decorators import StaffRequest, staff_page


@staff_page("orders.view")
def ask(request: StaffRequest) -> HttpResponse:
    """A part of the list page, asked for by a button; it changes nothing."""
    number = read_payment_number(request.GET.get("number", ""))
    context = {
        "number": number,
        "finding": ask_gateway(number, actor=request.actor) if number else None,
        "may_record": has_capability(request.actor, "orders.collect"),
    }
    return render(request, "desk/search/_gateway_answer.html", context)


@staff_page("orders.collect", methods=("POST",))
def record(request: StaffRequest) -> HttpResponse:
    """Book a payment that the gateway knows and the order does not, and show the order."""
    payment = record_found_payment(read_payment_number(request.POST.get("number", "")), actor=request.actor)
    if payment.counts:
        messages.success(request, _("The payment is recorded."))
    else:
        messages.warning(
            request, _("The payment is recorded. It came too late to count and goes back by itself.")
        )
    return redirect("orders:detail", payment.order.number)
