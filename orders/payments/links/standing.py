"""How an order stands for whoever has its payment link."""

from enum import StrEnum

from orders.models import Order
from orders.payments.links.services import ends_at
from orders.payments.models import PayLink
from orders.stages import Stage
from shop import clock


class Standing(StrEnum):
    TO_PAY = "to_pay"
    CHECKING = "checking"
    """A transfer was shown and is looked for: paying as well would be paying twice."""
    PAID = "paid"
    OVER = "over"
    CLOSED = "closed"


def find_standing(link: PayLink, order: Order) -> Standing:
    if order.stage == Stage.CLOSED:
        return Standing.CLOSED
    if not order.owed_fen:
        return Standing.PAID
    if order.proof_sent_at:
        return Standing.CHECKING
    return Standing.TO_PAY if ends_at(link, order) > clock.now() else Standing.OVER
