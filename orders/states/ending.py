"""How orders, or some of their goods, come to an end."""

from django.utils.translation import gettext_lazy as _

from orders.guards import (
    buyer_may_cancel,
    closes_by_itself,
    has_no_proof,
    is_overdue,
    no_open_aftersale,
    not_held_back,
    nothing_paid,
    nothing_shipped,
    something_paid,
)
from orders.stages import IN_HAND, OPEN, Stage
from shop.moves.table import BY_ANYONE, BY_STAFF, BY_SYSTEM, CUSTOMER, SYSTEM, WHY, Move, stay, to

ENDING = (
    Move(
        "order.cancel_unpaid",
        _("Cancel order"),
        _("Cancelled"),
        to(Stage.CLOSED, *OPEN),
        BY_ANYONE,
        "orders.cancel",
        (nothing_paid, nothing_shipped),
        own_guards={CUSTOMER: (has_no_proof,), SYSTEM: (has_no_proof,)},
        button=_("Cancel the order"),
        icon_name="circle-x",
        is_told=True,
        says=WHY,
        facts={"buyer_reason": str},
    ),
    Move(
        "order.cancel_paid",
        _("Cancel and refund"),
        _("Cancelled, refund on its way"),
        to(Stage.CLOSED, *IN_HAND),
        BY_STAFF,
        "orders.cancel",
        (something_paid, nothing_shipped),
        icon_name="receipt-refund",
        is_told=True,
        says=WHY,
    ),
    Move(
        "order.cancel_unsent",
        _("Cancel, not sent in time"),
        _("Cancelled, not sent in time"),
        to(Stage.CLOSED, *IN_HAND),
        frozenset({CUSTOMER, SYSTEM}),
        guards=(nothing_shipped, not_held_back, no_open_aftersale, is_overdue),
        own_guards={CUSTOMER: (something_paid, buyer_may_cancel), SYSTEM: (closes_by_itself,)},
        is_told=True,
        says=WHY,
        facts={"buyer_reason": str},
    ),
    Move(
        "order.cancel_lines",
        _("Cancel goods"),
        _("Goods cancelled"),
        stay(*OPEN),
        BY_STAFF,
        "orders.cancel",
        icon_name="minus",
        is_told=True,
        says=WHY,
        facts={"lines": dict[str, int], "released": dict[str, int], "refund_fen": int},
    ),
    Move(
        "order.close_empty",
        _("Close"),
        _("Closed, nothing left to send"),
        to(Stage.CLOSED, *OPEN, Stage.SHIPPED, Stage.DONE),
        BY_SYSTEM,
        is_told=True,
    ),
    Move(
        "order.all_shipped",
        _("Complete shipping"),
        _("Everything left was shipped"),
        to(Stage.SHIPPED, *IN_HAND),
        BY_SYSTEM,
        is_told=True,
    ),
)
