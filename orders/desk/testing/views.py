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
    """Place one and go to its page, where it rings; why it cannot be is said on the page one comes from."""
    try:
        order = place_test_order(actor=request.actor)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(way_back(request))
    messages.success(request, _("The test order is placed. It rings in a moment."))
    return redirect("orders:detail", order.number)
