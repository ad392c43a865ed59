"""The slip that a buyer encloses with what they send back, so that a scan opens its after-sale."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from aftersales.choices import State
from aftersales.models import Aftersale
from aftersales.selectors import get_aftersale
from shop.console.codes import draw_qr
from shop.errors import Refused
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.selectors import get_store_settings

_COMES_BACK = (State.TO_RETURN, State.RETURNING)


def has_slip(aftersale: Aftersale) -> bool:
    """Whether goods are to come, or on their way, to an address that was told."""
    return bool(aftersale.return_to) and aftersale.state in _COMES_BACK


@staff_page("aftersales.view")
def show_slip(request: StaffRequest, aftersale: str) -> HttpResponse:
    """The return slip, with the browser's own print dialog. Raises Refused `no_slip`."""
    found = get_aftersale(aftersale, actor=request.actor)
    if not has_slip(found):
        raise Refused("no_slip", _("Nothing is to come back for this after-sale."))
    context = {
        "label": _("Return slip"),
        "paper": "a4",
        "store": get_store_settings(),
        "back": reverse("aftersales:detail", args=[found.number]),
        "aftersale": found,
        "to": found.return_to,
        "lines": found.lines.select_related("order_line").order_by("order_line_id"),
        "qr": draw_qr(found.number),
    }
    return render(request, "aftersales/slip.html", context)
