"""E-waybills for what is sent in exchange: one for each after-sale, which holds nothing of the order."""

from collections.abc import Mapping

from orders.models import Order
from orders.moves import check_move
from orders.states import MOVES
from orders.waybills.models import HOLDING, Waybill
from orders.waybills.selectors import find_of_case
from orders.waybills.services.asking import Wish, ask_again, ask_first, check_label
from shop.actor import Actor


def request_exchange_waybill(
    order: Order, pieces: Mapping[int, int], *, wish: Wish, actor: Actor, case_number: str
) -> Waybill:
    """Ask for the label of what is sent for pieces (by line id) of a locked order that came back.

    The one that is there already is the answer to every further press; one that was refused is asked for anew under its
    own code. Raises Refused `courier_not_set_up`, `no_sender`, `postcode_required`, `weight_required`, and as
    `check_move` does.
    """
    check_move(order, MOVES["order.ship_exchange"], actor, is_part=True)
    last = find_of_case(case_number)
    if last and last.state in HOLDING:
        return last
    contents = {str(pk): n for pk, n in sorted(pieces.items()) if n}
    columns = check_label(wish) | {"contents": contents, "case_number": case_number, "place": 1}
    return ask_again(last, columns, actor) or ask_first(order, columns, actor)
