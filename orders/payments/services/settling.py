"""An order for which nothing is owed any more counts as paid, by a recorded system move."""

from django.utils.translation import gettext

from orders.models import Order
from orders.moves import move
from orders.payments.models import ProofState
from orders.payments.services.evidence import paid_changes
from orders.payments.services.transfers import decide_proof
from orders.services.fulfilment import start_fulfilment
from orders.stages import Stage
from shop import clock
from shop.actor import SYSTEM


def settle_if_nothing_owed(order: Order) -> None:
    """Move a locked UNPAID order on when its payable amount has become nothing."""
    if order.stage == Stage.UNPAID and order.owed_fen == 0:
        changes = paid_changes(order, amount_fen=0, at=clock.now())
        move(order, "order.pay", actor=SYSTEM, changes=changes, data={"amount_fen": 0})
        decide_proof(order, ProofState.REJECTED, reason=gettext("Nothing is owed for this order."))
        start_fulfilment(order)
