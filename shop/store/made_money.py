"""Money that staff make or give away by a word: who may make how much, and when two must agree."""

from django.utils.translation import gettext_lazy as _

from shop.access import check_money_limit, has_capability
from shop.actor import Actor, ActorKind
from shop.errors import Refused
from shop.store.selectors import get_store_settings


def check_made_money(actor: Actor, amount_fen: int, *, capability: str) -> None:
    """A top-up, a recorded transfer, a lowered price of `amount_fen`; not more than 0 is none.

    Raises Refused `over_money_limit` (403), or `second_person_required` where the shop wants two people for so much
    and `actor.second` is not a colleague who may do it too.
    """
    check_money_limit(actor, amount_fen)
    second_limit_fen = actor.second.money_limit_fen if actor.second else None
    check_second_person(actor, amount_fen, capability=capability, second_limit_fen=second_limit_fen)


def check_second_person(
    actor: Actor, amount_fen: int, *, capability: str, second_limit_fen: int | None
) -> None:
    """Raise Refused `second_person_required` where the shop wants two people for so much and there is no second.

    The second is a colleague who may do it too, within a limit of their own.
    """
    above_fen = get_store_settings().second_person_above_fen
    if actor.kind != ActorKind.STAFF or above_fen is None or amount_fen <= above_fen:
        return
    if actor.second is None:
        raise _required(_("For so much money a second person must agree."), amount_fen)
    if actor.second.id == actor.id:
        raise _required(_("The second person must be somebody else."), amount_fen)
    is_within = second_limit_fen is None or amount_fen <= second_limit_fen
    if not (is_within and has_capability(actor.second, capability)):
        raise _required(_("This person may not do so either. Ask somebody who may."), amount_fen)


def _required(message: object, amount_fen: int) -> Refused:
    return Refused("second_person_required", message, amount_fen=amount_fen)
