"""Asking the payment gateway about a number that was searched for in vain."""

from django.http import HttpResponse
from django.shortcuts import render

from orders.desk.search.gateway_lookup import ask_gateway
from orders.desk.search.words import read_payment_number
from shop.staff.decorators import StaffRequest, staff_page


@staff_page("orders.view")
def ask(request: StaffRequest) -> HttpResponse:
    """A part of the list page, asked for by a button; it changes nothing."""
    number = read_payment_number(request.GET.get("number", ""))
    context = {"number": number, "finding": ask_gateway(number) if number else None}
    return render(request, "desk/search/_gateway_answer.html", context)
