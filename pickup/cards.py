"""What a verifier is shown of an order whose code they have scanned or typed, or why nothing may be handed out."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.moves import check_move
from orders.stages import Stage
from orders.states import MOVES
from pickup.codes import find_known
from pickup.places import Place
from pickup.selectors import list_verifications
from pickup.services.verifying import say_done, say_elsewhere
from shop.errors import Refused


@dataclass(frozen=True)
class Card:
    """An order; `is_elsewhere`: its goods wait at another store than the one where it is shown.

    `needs_pin`: it is worth so much that the verifier types the PIN.
    """

    order: Order
    is_elsewhere: bool
    needs_pin: bool

    @cached_property
    def lines(self) -> list[OrderLine]:
        """Read when they are shown: a press names its own."""
        return list(self.order.lines.order_by("pk"))

    @property
    def waiting(self) -> list[OrderLine]:
        """The lines of which something can be handed out now."""
        return [line for line in self.lines if line.to_send and not line.short]

    @property
    def short(self) -> list[OrderLine]:
        """Those that stay back."""
        return [line for line in self.lines if line.to_send and line.short]


def find_card(text: str, place: Place, *, elsewhere: bool = False) -> Card:
    """The card of a code, in whatever form; nothing is changed by looking.

    `elsewhere`: what waits at another store is to be handed out here. Raises Refused `no_code` (404), `wrong_store`
    with the name of the store and nothing more of the order, `already_done` with by whom, when and where, and what the
    guards say: `held`, `aftersale_open`, `test_order`.
    """
    card = read_card(text, place, elsewhere=elsewhere)
    if card.order.stage == Stage.DONE:
        raise _find_done(card.order)
    check_move(card.order, MOVES["order.verify_part"], place.actor)
    return card


def read_card(text: str, place: Place, *, elsewhere: bool = False) -> Card:
    """The same of an order that has perhaps been handed out already, by a press that is now repeated.

    Raises Refused `no_code`, `wrong_store`.
    """
    order = find_known(text)
    is_elsewhere = order.pickup_store_id != place.store.pk
    if is_elsewhere and not (elsewhere and place.verifier.crosses_stores):
        raise _say_elsewhere(order, place)
    needs_pin: bool = order.needs_pin  # type: ignore[attr-defined]  # as `find_known` reads it
    return Card(order, is_elsewhere, needs_pin)


def _say_elsewhere(order: Order, place: Place) -> Refused:
    """With the id of the store where it is one of theirs, so that they can go over to it."""
    refused = say_elsewhere(order.pickup_store)
    own = [store.pk for store in place.stores if store.pk == order.pickup_store_id]
    refused.extra |= {"store_id": str(own[0])} if own else {}
    refused.extra |= {"may_cross": place.verifier.crosses_stores}
    return refused


def _find_done(order: Order) -> Refused:
    done = list_verifications(order).filter(undone_at=None).first()
    return say_done(done) if done else Refused("already_done", _("This order is completed."))
