"""The order page, and revealing what it masks."""

import json
from http import HTTPStatus

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from orders.desk.order.page import make_page, reveal_in_full
from orders.destinations import REDIRECTING
from orders.models import Order
from orders.selectors import get_order, get_order_id, load_lines
from orders.services.recipient import reveal_recipient
from shop.crypto import Erased, Unreadable
from shop.errors import Refused
from shop.events.models import Event
from shop.http.dialogs import Dialog
from shop.staff.actions.forms import ActionForm
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.places.regions import join_region


@staff_page("orders.view")
def show_order(request: StaffRequest, number: str) -> HttpResponse:
    """The page of one order."""
    return render_order(request, get_order(number, actor=request.actor))


def render_order(
    request: StaffRequest,
    order: Order,
    *,
    bound: ActionForm | None = None,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The page, with `dialog` open on it; `bound` is a form of the page itself that was refused."""
    page = make_page(order, load_lines(order), actor=request.actor, bound=bound)
    context = {"page": page, "order": order, "dialog": dialog}
    return render(request, "desk/order/page.html", context, status=status)


@staff_page("orders.reveal", methods=("POST",))
def reveal(request: StaffRequest, number: str) -> HttpResponse:
    """The recipient in full; who looked is on the timeline."""
    order_id = get_order_id(number, actor=request.actor)
    order = reveal_recipient(order_id, purpose="reveal", actor=request.actor)
    context = {"recipient": reveal_in_full(order), "order": order}
    return render(request, "desk/order/_recipient.html", context)


@staff_page("orders.reveal", methods=("POST",))
def copy_recipient(request: StaffRequest, number: str) -> HttpResponse:
    """The recipient as one line of text for the clipboard; recorded as well."""
    order_id = get_order_id(number, actor=request.actor)
    order = reveal_recipient(order_id, purpose="copy", actor=request.actor)
    return JsonResponse({"text": reveal_in_full(order).copy_text})


@staff_page("orders.reveal", methods=("POST",))
def reveal_event(request: StaffRequest, number: str, event_id: int) -> HttpResponse:
    """The sealed values of a changed address or delivery, before and after; recorded as well."""
    order_id = get_order_id(number, actor=request.actor)
    changed = Event.objects.filter(pk=event_id, order_id=order_id, verb__in=REDIRECTING)
    event = changed.exclude(sealed="").first()
    if event is None:
        raise Refused("not_found", _("Nothing is sealed here."), 404)
    if isinstance(event.sealed, Erased):
        raise Refused("erased", _("The buyer's personal data was erased, as they wanted."))
    if isinstance(event.sealed, Unreadable):
        raise Refused(
            "unreadable",
            _("This was stored damaged and cannot be opened. Tell whoever looks after the system."),
        )
    reveal_recipient(order_id, purpose="history", actor=request.actor)
    sealed = json.loads(event.sealed)
    context = {"before": _in_words(sealed["before"]), "after": _in_words(sealed["after"])}
    return render(request, "desk/order/_sealed.html", context)


def _in_words(values: dict[str, str]) -> str:
    region = join_region(values["province"], values["city"], values["district"])
    return f"{values['recipient']} {values['phone']} {region}{values['address_detail']}"
