"""What an action asks of an order beside its stage, as the database and as a box of the list tell it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import F, Q

from orders.companions import Together, can_be_merged
from orders.guards import not_held, nothing_owed
from orders.models import COD_OWED, Order
from orders.stages import AftersaleMark, Source, Stage
from shop.store.choices import Delivery, PayMethod
from shop.store.deliveries import WAYS


@dataclass(frozen=True)
class Mark:
    """`name` is what the box of an order bears that has it; `holds` of the order, and of what goes with it."""

    name: str
    condition: Q
    holds: Callable[[Order, Together], bool]


_WITH_NUMBER = tuple(delivery for delivery, way in WAYS.items() if way.has_number)

_IS_PAID = Q(pay_method=PayMethod.COD) | Q(paid_fen__gte=F("payable_fen"))
_MAY_GO = Q(is_held=False) & _IS_PAID


def owes_cash(order: Order) -> bool:
    """The same as `COD_OWED` of an order that has been read."""
    is_sent = order.stage in (Stage.SHIPPED, Stage.DONE)
    by_courier = order.pay_method == PayMethod.COD and order.delivery == Delivery.EXPRESS
    return is_sent and by_courier and order.paid_fen < order.payable_fen


def _may_go(order: Order) -> bool:
    return not (not_held(order) or nothing_owed(order))


BY_COURIER = Mark(
    "courier",
    Q(delivery__in=_WITH_NUMBER) & ~Q(source=Source.TEST) & _MAY_GO,
    lambda order, _together: order.delivery in _WITH_NUMBER and not order.is_test and _may_go(order),
)
SENT = Mark(
    "sent",
    Q(delivery__in=_WITH_NUMBER, pieces_shipped__gt=0, has_moved=False) & ~Q(source=Source.TEST),
    lambda order, _together: (
        order.delivery in _WITH_NUMBER and order.pieces_shipped > 0 and not (order.has_moved or order.is_test)
    ),
)
LABELLED = Mark(
    "label", Q(has_label=True) & _MAY_GO, lambda order, _together: order.has_label and _may_go(order)
)
CASH_OWED = Mark(
    "cash",
    COD_OWED & Q(is_coming_back=False) & ~Q(source=Source.TEST),
    lambda order, _together: owes_cash(order) and not order.is_coming_back and not order.is_test,
)
FREE = Mark("free", Q(is_held=False), lambda order, _together: not order.is_held)
HELD = Mark("held", Q(is_held=True), lambda order, _together: order.is_held)
UNPAID = Mark(
    "unpaid",
    Q(paid_fen=0, pieces_shipped=0, has_label=False, payable_fen__gt=0),
    lambda order, _together: (
        not (order.paid_fen or order.pieces_shipped or order.has_label) and order.payable_fen > 0
    ),
)
ASKED_BACK = Mark(
    "asked_back",
    Q(aftersale_mark=AftersaleMark.OPEN),
    lambda order, _together: order.aftersale_mark == AftersaleMark.OPEN,
)
MERGEABLE = Mark("mergeable", can_be_merged(), lambda _order, together: bool(together.mergeable))


def name_marks(order: Order, together: Together) -> str:
    """The names of the marks that an order has, for its box."""
    marks = (BY_COURIER, LABELLED, SENT, CASH_OWED, MERGEABLE, FREE, HELD, UNPAID, ASKED_BACK)
    return " ".join(mark.name for mark in marks if mark.holds(order, together))
