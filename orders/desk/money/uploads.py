"""The page on which a bill is uploaded that somebody downloaded at the platform."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from orders.bills.services.uploading import upload_bill
from shop.errors import Refused
from shop.staff.decorators import StaffRequest, staff_page


@staff_page("money.match", methods=("GET", "POST"))
def upload(request: StaffRequest) -> HttpResponse:
    """Choose a file; POST reads it to its end, keeps it and leads to its bill."""
    if request.method != "POST":
        return _show(request)
    file = request.FILES.get("bill")
    if file is None:
        return _show(request, _("Choose a file first."))
    try:
        bill = upload_bill(file, actor=request.actor)
    except Refused as refused:
        return _show(request, refused.message)
    messages.success(request, _("The bill is uploaded and will be compared in a moment."))
    return redirect("money:bill", bill.pk)


def _show(request: StaffRequest, error: Any = "") -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return render(request, "desk/money/upload.html", {"error": error}, status=status)
