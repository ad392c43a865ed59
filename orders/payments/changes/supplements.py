"""What a paid order costs more since: held when it is not paid in time, released when it is."""

from django.db import transaction
from django.utils.translation import gettext

from orders.models import Order
from orders.moves import lock_order, lock_row, move
from orders.payments.selectors import is_held
from orders.services.deadlines import check_due
from orders.services.fulfilment import HOLDING, free_changes, hold_changes
from shop.actor import SYSTEM
from shop.events.models import Event


def call_for_supplement(order_id: int) -> None:
    """Put an order on hold of which the rest was not paid in time; one on hold stays as it is, and people hear of both.

    Raises Refused `not_due`, `nothing_owed`.
    """
    with transaction.atomic():
        order = lock_order(order_id, "order.supplement_overdue", actor=SYSTEM)
        check_due(order.supplement_by, SYSTEM)
        changes = {} if order.is_held else hold_changes(gettext("The rest was not paid in time"))
        changes |= {"supplement_by": None}
        data = {"owed_fen": order.owed_fen}
        move(order, "order.supplement_overdue", actor=SYSTEM, changes=changes, data=data)


def release_if_settled(order_id: int) -> None:
    """Let an order go on that was put on hold because it owed, now that it does not."""
    if not is_held(order_id):
        return
    with transaction.atomic():
        order = lock_row(order_id)
        if order.is_held and not order.owed_fen and _is_held_for_money(order):
            move(order, "order.release", actor=SYSTEM, changes=free_changes(order))


def _is_held_for_money(order: Order) -> bool:
    """Whether the hold began by what was owed, and not by somebody's word before that."""
    events = Event.objects.filter(kind=Order.subject_kind, subject_id=order.pk).order_by("number")
    released = events.filter(verb="order.release").last()
    began = events.filter(verb__in=HOLDING, number__gt=released.number if released else 0).first()
    return began is not None and began.verb == "order.supplement_overdue"
