"""The slip that a buyer encloses with what they send back, so that a scan opens its after-sale."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from aftersales.choices import State
from aftersales.models import Aftersale
from aftersales.selectors import get_aftersale
from shop.console.codes import draw_qr
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.selectors import get_store_settings

_COMES_BACK = (State.TO_RETURN, State.RETURNING)


def has_slip(aftersale: Aftersale) -> bool:
    """Whether goods are to come, or on their way, to an address that was told."""
    return bool(aftersale.return_to) and aftersale.state in _COMES_BACK


@staff_page("aftersales.view")
def show_slip(request: StaffRequest, aftersale: str) -> HttpResponse:
    """The return slip, with the browser's own print dialog; where nothing is to come back, its after-sale."""
    found = get_aftersale(aftersale, actor=request.actor)
    if not has_slip(found):
        messages.info(request, _("Nothing is to come back for this after-sale."))
        return redirect("aftersales:detail", found.number)
    context = {
        "paper": "a4",
        "papers": (),
        "store": get_store_settings(),
        "back": reverse("aftersales:detail", args=[found.number]),
        "aftersale": found,
        "to": found.return_to,
        "lines": found.lines.select_related("order_line").order_by("order_line_id"),
        "qr": draw_qr(found.number),
    }
    return render(request, "aftersales/slip.html", context)
