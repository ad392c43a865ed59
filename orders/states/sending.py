"""From confirming to receiving, with what the buyer may ask for meanwhile."""

from django.utils.translation import gettext_lazy as _

from orders.guards import no_open_aftersale, not_extended, not_held, not_short, not_urged_lately, nothing_owed
from orders.stages import IN_HAND, TO_SHIP, Stage
from orders.states.move import (
    BY_ANYONE,
    BY_CUSTOMER_OR_STAFF,
    BY_STAFF,
    BY_SYSTEM,
    CUSTOMER,
    STAFF,
    SYSTEM,
    Move,
    stay,
    to,
)

SENDING = (
    Move(
        "order.confirm",
        _("Confirm"),
        _("Confirmed"),
        to(Stage.CONFIRMED, Stage.TO_CONFIRM),
        BY_STAFF,
        "orders.edit",
    ),
    Move(
        "order.skip_confirm",
        _("Skip confirming"),
        _("Confirm step is off"),
        to(Stage.CONFIRMED, Stage.TO_CONFIRM),
        BY_SYSTEM,
    ),
    Move(
        "order.prepare",
        _("Prepare"),
        _("Preparing"),
        to(Stage.PREPARING, Stage.CONFIRMED),
        BY_STAFF,
        "orders.edit",
    ),
    Move(
        "order.skip_prepare",
        _("Skip preparing"),
        _("Preparing step is off"),
        to(Stage.PREPARING, Stage.CONFIRMED),
        BY_SYSTEM,
    ),
    Move(
        "order.ship_part",
        _("Ship some goods"),
        _("Shipped in part"),
        to(Stage.PREPARING, *TO_SHIP),
        BY_STAFF,
        "orders.ship",
        (not_held, nothing_owed, no_open_aftersale),
        done_by=("order.ship", "order.all_shipped"),
    ),
    Move(
        "order.ship",
        _("Ship"),
        _("Shipped"),
        to(Stage.SHIPPED, *TO_SHIP),
        BY_STAFF,
        "orders.ship",
        (not_held, nothing_owed, not_short, no_open_aftersale),
    ),
    Move(
        "order.undo_ship",
        _("Undo shipping"),
        _("Shipping undone"),
        to(Stage.PREPARING, Stage.PREPARING, Stage.SHIPPED),
        BY_STAFF,
        "orders.ship",
    ),
    Move(
        "order.arrive",
        _("Mark as delivered"),
        _("Delivered"),
        stay(Stage.PREPARING, Stage.SHIPPED),
        frozenset({STAFF, SYSTEM}),
        "orders.ship",
    ),
    Move(
        "order.receive",
        _("Mark as received"),
        _("Received"),
        to(Stage.DONE, Stage.SHIPPED),
        BY_ANYONE,
        "orders.edit",
        (no_open_aftersale,),
    ),
    Move(
        "order.urge",
        _("Urge"),
        _("Buyer urged"),
        stay(*IN_HAND),
        BY_CUSTOMER_OR_STAFF,
        "orders.edit",
        (not_urged_lately,),
    ),
    Move(
        "order.extend",
        _("Extend receipt"),
        _("Time to receive extended"),
        stay(Stage.SHIPPED),
        BY_CUSTOMER_OR_STAFF,
        "orders.edit",
        own_guards={CUSTOMER: (not_extended,)},
    ),
)
