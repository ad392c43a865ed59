"""Placing a test order from the console."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from orders.desk.testing.services import place_test_order
from shop.errors import Refused
from shop.http.middleware import way_back
from shop.staff.decorators import StaffRequest, staff_page


@staff_page("settings.edit", methods=("POST",))
def place_test(request: StaffRequest) -> HttpResponse:
    """Place one and stay on the page, where it rings; why it cannot be is said there."""
    try:
        order = place_test_order(actor=request.actor)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        words = _("Test order %(number)s is placed. It rings in a moment.")
        messages.success(request, words % {"number": order.number})
    return redirect(way_back(request))
