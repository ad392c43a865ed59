"""The payment link of an order: its buttons, and its QR code for a message or a screen."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms.pay_link import PayLinkForm, WithdrawLinkForm
from orders.models import Order
from orders.payments.links.addresses import make_address
from orders.payments.links.services import find_valid_link
from orders.selectors import get_order
from pickup.pictures import draw_png, draw_svg
from shop.errors import Refused
from shop.staff.actions.rows import Action
from shop.staff.decorators import StaffRequest, staff_page

_ENDINGS = {"png": (draw_png, "image/png"), "svg": (draw_svg, "image/svg+xml")}


@staff_page("orders.edit")
def qr_code(request: StaffRequest, number: str, ending: str) -> HttpResponse:
    """The QR code of the link that is valid now."""
    order = get_order(number, actor=request.actor)
    link = find_valid_link(order)
    if link is None or ending not in _ENDINGS:
        raise Refused("not_found", _("The order has no payment link any more."), 404)
    draw, content_type = _ENDINGS[ending]
    response = HttpResponse(draw(make_address(link)), content_type=content_type)
    response["Content-Disposition"] = f'inline; filename="{order.number}.{ending}"'
    return response


def show_new_link(_request: StaffRequest, order: Order, _link: Any) -> HttpResponse:
    """The dialog again, with the link in it."""
    return redirect("orders:pay_link", order.number)


ACTIONS = (
    Action(
        "order.make_pay_link",
        PayLinkForm,
        words=_(
            "Whoever has the link pays what is owed, in WeChat or any browser, and sees nothing else of the order."
        ),
        undo=_("A link can be withdrawn; another one takes its place."),
        template="desk/order/dialogs/_pay_link.html",
        in_menu=False,
        answer=show_new_link,
    ),
    Action(
        "order.withdraw_pay_link",
        WithdrawLinkForm,
        words=_("Nobody pays by it any more; a payment that was begun may still come."),
        undo=_("Another link can be made at any time."),
        in_menu=False,
    ),
)
