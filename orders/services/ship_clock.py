"""That the time to send an order is nearly over, or over, is noted once each: the alerts are raised by these verbs."""

from django.utils.translation import gettext_lazy as _

from orders.clocks import OVER, SOON
from orders.models import Order
from orders.moves import locked_order, move
from orders.services.deadlines import NotDue, check_due
from shop import clock
from shop.actor import Actor


def note_ship_soon(order_id: int, *, actor: Actor) -> Order:
    """Little is left of the time to send. Raises Refused `not_due`, also where it is over already."""
    with locked_order(order_id, "order.ship_soon", actor) as order:
        check_due(order.warn_at, actor)
        if order.ship_by is None or order.ship_by <= clock.now():
            raise NotDue("not_due", _("It is not time yet."))
        move(order, "order.ship_soon", actor=actor, changes={"warned": SOON})
    return order


def note_ship_over(order_id: int, *, actor: Actor) -> Order:
    """The time to send is over. Raises Refused `not_due`."""
    with locked_order(order_id, "order.ship_over", actor) as order:
        check_due(order.warn_at and order.ship_by, actor)
        move(order, "order.ship_over", actor=actor, changes={"warned": OVER})
    return order
