"""What a refund would give back, beside the form in which it is being typed."""

from django.http import HttpResponse
from django.shortcuts import render

from orders.desk.order.forms.refund import RefundForm
from orders.selectors import get_order
from shop.staff.decorators import StaffRequest, staff_page


@staff_page("orders.refund", methods=("POST",))
def preview_refund(request: StaffRequest, number: str) -> HttpResponse:
    """What goes back for what, and by which way: the very plan that the button carries out. Writes nothing."""
    order = get_order(number, actor=request.actor)
    form = RefundForm(request.POST, subject=order, actor=request.actor)
    return render(request, "desk/order/_refund_preview.html", {"preview": form.preview()})
