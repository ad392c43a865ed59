"""The one next step of an order: what its button says, and where it leads."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.desk.links import link_order
from orders.models import Order
from orders.moves import find_available
from orders.stages import Stage
from shop.actor import Actor
from shop.store.deliveries import WAYS


@dataclass(frozen=True)
class NextStep:
    """A button: `is_direct` posts at once, otherwise `dialog` opens."""

    verb: str
    label: str
    url: str
    icon_name: str
    is_direct: bool
    dialog: str

    @property
    def is_due(self) -> bool:
        """Whether it is our move; while the buyer has to pay, a new price is only an offer."""
        return self.verb != "order.change_price"


_DIALOGS = {"order.pay": "record_transfer", "order.ship_part": "ship", "order.verify_part": "verify"}
"""Actions that are called otherwise than their verb."""
_DIRECT = frozenset({"order.release", "order.confirm", "order.prepare"})


def find_next_step(order: Order, actor: Actor) -> NextStep | None:
    """The next step of an order for this person, None when others have to move."""
    for verb in _list_next_verbs(order):
        if (available := find_available(order, verb, actor)) and available.is_possible:
            rule, name = available.move, _DIALOGS.get(verb, verb.removeprefix("order."))
            url, is_direct = link_order(order.number, name), verb in _DIRECT
            return NextStep(verb, str(rule.pressed), url, rule.icon_name, is_direct, name)
    return None


def _list_next_verbs(order: Order) -> tuple[str, ...]:
    if order.is_coming_back and not order.pieces_to_send:
        return ("order.close_returned",)
    checking = ("order.pay",) if order.proof_sent_at else ()
    return (*checking, *WAYS[order.delivery].next_verbs[order.stage])


def describe_next_step(order: Order, step: NextStep | None, *, is_refunding: bool = False) -> str:
    """The headline of the order page: what is to be done, or who has to move.

    `is_refunding`: money is on its way back, perhaps money that never counted because it came too late.
    """
    if order.stage == Stage.CLOSED:
        is_settled = order.paid_fen == order.refunded_fen and not is_refunding
        return _("Nothing more to do") if is_settled else _("Closed, the refund is not done yet")
    if order.is_coming_back and not order.pieces_to_send:
        return _("Waiting for a refused parcel to be back")
    if order.proof_sent_at:
        return _("Look whether the transfer is on the account")
    if step is not None and order.stage not in (Stage.UNPAID, Stage.SHIPPED, Stage.DONE):
        return str(WAYS[order.delivery].headlines[step.verb])
    if order.supplement_by:
        return _("Waiting for the buyer to pay the rest")
    words_by_stage = {
        Stage.UNPAID: _("Waiting for the buyer to pay"),
        Stage.SHIPPED: _("Waiting for the buyer to receive"),
        Stage.DONE: _("The order is completed"),
    }
    if order.stage == Stage.DONE and order.owed_fen:
        return _("Money is still owed for this order")
    idle = {} if order.is_held else WAYS[order.delivery].idle
    return str((words_by_stage | dict(idle)).get(Stage(order.stage), _("Waiting for a colleague")))
