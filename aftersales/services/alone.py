"""Cancelling what was just paid, without anybody being asked: as long as the shop's terms say."""

from contextlib import suppress
from datetime import timedelta

from aftersales.choices import State
from aftersales.models import Aftersale
from aftersales.services.answering import agree_refund
from aftersales.terms.selectors import get_terms
from orders.guards import no_label
from orders.models import Order
from shop import clock
from shop.actor import SYSTEM
from shop.errors import Refused


def cancel_alone(number: str) -> None:
    """Agree to a buyer's request about goods that were not sent where it came within the time for that.

    What cannot be done at this moment waits for the shop's answer, as any other request.
    """
    aftersale = Aftersale.objects.select_related("order").get(number=number)
    if aftersale.state == State.ASKED and aftersale.is_unsent and may_cancel_alone(aftersale.order):
        with suppress(Refused):
            agree_refund(aftersale.pk, actor=SYSTEM)


def may_cancel_alone(order: Order) -> bool:
    """Whether the time is still running, nothing of the order was sent, and no e-waybill was made for it."""
    minutes = get_terms().cancel_minutes
    if not minutes or order.paid_at is None or order.pieces_shipped or no_label(order):
        return False
    return order.paid_at + timedelta(minutes=minutes) > clock.now()
