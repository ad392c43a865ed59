"""The rate of returns for quality, by product and month."""

import re
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from aftersales.quality import next_month, read_month
from orders.scope import scope_key
from shop import clock
from shop.staff.decorators import StaffRequest, staff_page

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
MOST_SHOWN = 200


@staff_page("aftersales.view")
def show_quality(request: StaffRequest) -> HttpResponse:
    """The products of a month, the worst first; without one the present month."""
    first = read_first(request.GET.get("month", ""))
    month = read_month(first, scope_key(request.actor))
    context = {
        "month": month,
        "products": month.products[:MOST_SHOWN],
        "left_out": max(len(month.products) - MOST_SHOWN, 0),
        "earlier": f"{first - timedelta(days=1):%Y-%m}",
        "later": f"{next_month(first):%Y-%m}" if next_month(first) <= _today() else "",
    }
    return render(request, "aftersales/quality.html", context)


def read_first(typed: str) -> date:
    """The first day of a month like 2026-11; of the present one for anything else, and for what is to come."""
    found = _MONTH.fullmatch(typed)
    this = _today().replace(day=1)
    return min(date(int(found[1]), int(found[2]), 1), this) if found else this


def _today() -> date:
    return timezone.localtime(clock.now()).date()
