"""Printing from the browser: the press, which is recorded, and the document, which is not."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from orders.companions import map_together
from orders.desk.prints.papers import find_paper, list_papers
from orders.desk.prints.pick_list import make_pick_list
from orders.desk.prints.presses import Printed, print_chosen, read_token
from orders.desk.prints.sheets import load_orders, make_sheet, map_lines
from orders.models import Order
from orders.services.postponing import find_postponed
from orders.services.printing import Document
from orders.states import MOVES
from shop import clock
from shop.actor import Actor
from shop.http.middleware import own_address, read_next, way_back
from shop.http.query import make_url
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.selectors import get_store_settings

_CAPABILITY = MOVES["order.print"].capability


@staff_page(_CAPABILITY, methods=("POST",))
def print_orders(request: StaffRequest) -> HttpResponse:
    """Record the print of each chosen order, and lead on to the document."""
    token = print_chosen(request.POST, actor=request.actor)
    back = read_next(request, otherwise=way_back(request))
    return redirect(make_url(reverse("orders:printed", args=[token]), {"next": back}))


@staff_page(_CAPABILITY)
def show_printed(request: StaffRequest, token: str) -> HttpResponse:
    """The document that was pressed for, with the browser's own print dialog; `paper` chooses another size."""
    printed, store = read_token(token), get_store_settings()
    orders = load_orders(printed.copies, actor=request.actor)
    paper = find_paper(printed.document, request.GET.get("paper", ""), store)
    context = {
        "document": printed.document,
        "store": store,
        "paper": paper,
        "papers": list_papers(printed.document, paper),
        "token": token,
        "back": own_address(request, request.GET.get("next", ""), otherwise=reverse("orders:list")),
        "at": clock.now(),
        **_draw(printed, orders, request.actor),
    }
    return render(request, f"desk/prints/{printed.document}.html", context)


def _draw(printed: Printed, orders: list[Order], actor: Actor) -> dict[str, Any]:
    lines, document = map_lines(orders), printed.document
    postponed = find_postponed(order.pk for order in orders)
    together = map_together(orders, actor=actor)
    companions = {pk: [other.number for other in found.companions] for pk, found in together.items()}
    if document is Document.PICK_LIST:
        found = make_pick_list(
            orders, lines, copies=printed.copies, postponed=postponed, companions=companions
        )
        return {"pick_list": found}
    return {
        "sheets": [
            make_sheet(
                order,
                lines.get(order.pk, []),
                document=document,
                copies=printed.copies[order.pk],
                is_postponed=order.pk in postponed,
                companions=companions.get(order.pk, ()),
                actor=actor,
            )
            for order in orders
        ]
    }
