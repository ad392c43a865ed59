"""A payment number that stands in no order: what the payment gateway knows of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.numbers import LENGTH
from orders.payments.gateway import Found, find_transaction
from orders.payments.models import Payment
from orders.scope import is_in_scope, orders_in_scope
from shop.actor import SYSTEM, Actor
from shop.clients.errors import ClientError
from shop.errors import Refused

_STATES = {
    "SUCCESS": _("Paid"),
    "REFUND": _("Paid, then refunded in full or in part"),
    "NOTPAY": _("Not paid"),
    "CLOSED": _("Closed without a payment"),
    "REVOKED": _("Revoked"),
    "USERPAYING": _("The buyer is paying at this moment"),
    "PAYERROR": _("The payment failed"),
}


@dataclass(frozen=True)
class Finding:
    """What a gateway says of one payment; `order` is the one it was for, if it is ours."""

    gateway: Any
    state: Any
    amount_fen: int
    paid_at: datetime | None
    number: str
    trade_no: str
    order: Order | None
    is_recorded: bool


def ask_gateway(number: str, *, actor: Actor) -> Finding | None:
    """Ask by our number or the gateway's own; None when it knows of no such payment, or of one out of scope.

    Takes seconds, so it is never part of another page. Raises Refused `wechat_not_set_up`, or
    `gateway_unavailable` (503) when there was no answer that can be believed.
    """
    try:
        found = find_transaction(number)
    except ClientError as error:
        message = _("The gateway did not answer. Nothing is lost; ask again in a moment.")
        raise Refused("gateway_unavailable", message, 503) from error
    return _describe(found, actor) if found else None


def _describe(at_gateway: Found, actor: Actor) -> Finding | None:
    found = at_gateway.transaction
    order = orders_in_scope(SYSTEM).filter(number=found.number[:LENGTH]).first()
    if order and not is_in_scope(order, actor):
        return None
    payments = Payment.objects.filter(trade_no=found.trade_no) if found.trade_no else Payment.objects.none()
    return Finding(
        gateway=at_gateway.method.label,
        state=_STATES.get(found.state, found.state),
        amount_fen=found.amount_fen,
        paid_at=found.paid_at,
        number=found.number,
        trade_no=found.trade_no,
        order=order,
        is_recorded=payments.exists(),
    )
