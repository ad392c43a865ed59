"""Making and withdrawing the payment link of an order."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import locked_order, move
from orders.payments.links.tokens import draw_nonce
from orders.payments.models import PayLink
from shop import clock
from shop.actor import Actor
from shop.errors import Refused
from shop.store.selectors import get_store_settings


def make_pay_link(order_id: int, *, actor: Actor, expected_version: int | None = None) -> PayLink:
    """A new link by which what an order owes is paid; the one before is not valid any more.

    Raises Refused as `lock_order` does, `nothing_owed`, `test_order`, `proof_sent`.
    """
    with locked_order(order_id, "order.make_pay_link", actor, expected_version) as order:
        moment = clock.now()
        order.pay_links.filter(withdrawn_at=None).update(withdrawn_at=moment)
        link = PayLink.objects.create(
            order=order,
            nonce=draw_nonce(),
            made_at=moment,
            expires_at=moment + timedelta(hours=get_store_settings().pay_link_hours),
        )
        move(order, "order.make_pay_link", actor=actor, data={"amount_fen": order.owed_fen})
    return link


def withdraw_pay_link(order_id: int, *, actor: Actor, expected_version: int | None = None) -> Order:
    """Let nobody pay by the order's link any more; a payment that was begun by it may still come.

    Raises Refused as `lock_order` does, `no_pay_link`.
    """
    with locked_order(order_id, "order.withdraw_pay_link", actor, expected_version) as order:
        if not order.pay_links.filter(withdrawn_at=None).update(withdrawn_at=clock.now()):
            raise Refused("no_pay_link", _("The order has no payment link any more."))
        move(order, "order.withdraw_pay_link", actor=actor)
    return order


def find_valid_link(order: Order) -> PayLink | None:
    """The link by which an order can be paid now, None where it has none."""
    link = order.pay_links.filter(withdrawn_at=None).first() if order.owed_fen else None
    return link if link and ends_at(link, order) > clock.now() else None


def find_end_of_link(order: Order) -> datetime | None:
    """Until when an order can be paid by the link that it has now, None where it has none."""
    link = find_valid_link(order)
    return ends_at(link, order) if link else None


def ends_at(link: PayLink, order: Order) -> datetime:
    """Until when the link can be paid by: the order's own deadline, where it has one."""
    return order.owed_by or link.expires_at
