"""From placing to the money: who may pay how, and what becomes of a transfer."""

from django.utils.translation import gettext_lazy as _

from orders.guards import has_no_proof, has_proof, nothing_paid, owes, paid_by_balance, paid_by_transfer
from orders.stages import Stage
from orders.states.move import (
    AFTER_PAYING,
    BY_CUSTOMER_OR_STAFF,
    BY_STAFF,
    BY_SYSTEM,
    CUSTOMER,
    GATEWAY,
    NOWHERE,
    STAFF,
    SYSTEM,
    Move,
    stay,
    to,
)

PAYING = (
    Move(
        "order.place",
        _("Place order"),
        _("Order placed"),
        to(Stage.UNPAID, NOWHERE),
        BY_CUSTOMER_OR_STAFF,
        "orders.edit",
    ),
    Move(
        "order.accept",
        _("Accept"),
        _("Accepted, cash on delivery"),
        to(Stage.TO_CONFIRM, Stage.UNPAID),
        BY_SYSTEM,
    ),
    Move(
        "order.choose_payment",
        _("Change the way to pay"),
        _("Way to pay changed"),
        stay(Stage.UNPAID),
        BY_CUSTOMER_OR_STAFF,
        "orders.edit",
        (nothing_paid, has_no_proof),
    ),
    Move(
        "order.pay",
        _("Pay"),
        _("Paid"),
        to(Stage.TO_CONFIRM, Stage.UNPAID) | stay(*AFTER_PAYING),
        frozenset({GATEWAY, SYSTEM, CUSTOMER, STAFF}),
        "orders.collect",
        (owes,),
        own_guards={CUSTOMER: (paid_by_balance,), STAFF: (paid_by_transfer,)},
    ),
    Move(
        "order.send_proof",
        _("Show the transfer"),
        _("Proof of the transfer sent"),
        stay(Stage.UNPAID),
        frozenset({CUSTOMER}),
        guards=(paid_by_transfer, has_no_proof),
    ),
    Move(
        "order.reject_proof",
        _("Reject the proof"),
        _("Proof of the transfer rejected"),
        stay(Stage.UNPAID),
        BY_STAFF,
        "orders.collect",
        (has_proof,),
    ),
    Move(
        "order.collect",
        _("Record money received"),
        _("Money received"),
        to(Stage.TO_CONFIRM, Stage.UNPAID) | stay(*AFTER_PAYING),
        BY_STAFF,
        "orders.collect",
        (owes,),
    ),
)
