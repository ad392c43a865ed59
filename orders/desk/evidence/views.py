"""The evidence of a case, to be printed or saved as a PDF."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from aftersales.selectors import get_aftersale
from orders.desk.evidence.pack import make_pack
from shop import clock
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.selectors import get_store_settings


@staff_page("aftersales.view")
def show_evidence(request: StaffRequest, aftersale: str) -> HttpResponse:
    """One page with all of it, with the browser's own print dialog, which saves it as a PDF too."""
    found = get_aftersale(aftersale, actor=request.actor)
    context = {
        "paper": "a4",
        "papers": (),
        "store": get_store_settings(),
        "back": reverse("aftersales:detail", args=[found.number]),
        "pack": make_pack(found),
        "at": clock.now(),
    }
    return render(request, "desk/evidence.html", context)
