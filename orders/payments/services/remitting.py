"""What a courier remitted: the cash of all orders of one parcel, or of none."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import lock_order
from orders.payments.services.closing import require_no_live_attempt
from orders.payments.services.collecting import take_owed
from shop.actor import Actor
from shop.errors import Refused
from shop.store.choices import PayMethod
from shop.words import fill


def collect_remitted(
    owed: Mapping[int, int], *, tracking_no: str, reference: str, actor: Actor
) -> list[Order]:
    """Record that a courier brought what each of these orders (id → fen) owes, all in one transaction.

    The money of a parcel is named by its number, so that it stands on an order once. Raises Refused `not_cod`,
    `coming_back`, `other_amount` where an order owes something else by now, and as `lock_order` does.
    """
    with transaction.atomic():
        orders = [lock_order(pk, "order.collect", actor=actor) for pk in sorted(owed)]
        for order in orders:
            _check(order, owed[order.pk])
        for order in orders:
            take_owed(order, actor, reference=reference, trade_no=f"{tracking_no}/{order.number}")
    return orders


def _check(order: Order, owed_fen: int) -> None:
    require_no_live_attempt(order)
    words = {"number": order.number}
    if order.pay_method != PayMethod.COD:
        raise Refused("not_cod", fill(_("Order %(number)s is not paid in cash on delivery."), words))
    if order.is_coming_back:
        message = _("Order %(number)s was refused and is on its way back.")
        raise Refused("coming_back", fill(message, words))
    if order.owed_fen != owed_fen:
        message = _("Order %(number)s owes another amount by now. Check the row again.")
        raise Refused("other_amount", fill(message, words))
