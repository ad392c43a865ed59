"""What a supervisor decides of a disputed case: for the buyer or for the shop, carried out by the case's own verbs."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.choices import OVER_FOR_GOODS, DisputeState, Kind, State
from aftersales.models import Aftersale
from aftersales.services.answering import (
    LONGEST_ANSWER,
    agree_closed,
    agree_return,
    close_payment,
    refuse_aftersale,
    reopen_aftersale,
)
from aftersales.services.disputing import end_dispute, find_time_left
from aftersales.services.locking import locked_aftersale
from aftersales.services.settling import refund_return
from shop.actor import Actor
from shop.errors import Refused
from shop.events.services import seal_words
from shop.moves.services import move


def decide_for_buyer(
    aftersale_id: int,
    *,
    words: str,
    address_id: int | None = None,
    amount_fen: int | None = None,
    actor: Actor,
    expected_version: int | None = None,
) -> Aftersale:
    """The buyer is right: what the shop would not do is done, or nothing of it.

    With an address the goods come back first; without one the money goes back at once, also that of goods that stay
    with the buyer. What was refused is opened again for it; what is on its way goes on. Raises Refused
    `reason_required` (400), and as `agree_return`, `agree_refund`, `refund_return` and `reopen_aftersale` do.
    """
    words = _read_words(words)
    close_payment(aftersale_id, "aftersale.decide_for_buyer", actor, expected_version)
    with transaction.atomic():
        aftersale = _decide(aftersale_id, DisputeState.BUYER, words, actor, expected_version)
        if aftersale.state in OVER_FOR_GOODS:
            aftersale = reopen_aftersale(aftersale_id, reason=words, actor=actor)
        if aftersale.state == State.ASKED:
            return _agree(aftersale, words, address_id, amount_fen, actor)
        if aftersale.state == State.RECEIVED and aftersale.kind != Kind.EXCHANGE:
            return refund_return(aftersale_id, amount_fen=amount_fen, notice=words, actor=actor)
    return aftersale


def _agree(
    aftersale: Aftersale, words: str, address_id: int | None, amount_fen: int | None, actor: Actor
) -> Aftersale:
    said: dict[str, Any] = {"amount_fen": amount_fen, "notice": words, "actor": actor}
    if address_id or aftersale.kind == Kind.EXCHANGE:
        return agree_return(aftersale.pk, address_id=address_id, **said)
    return agree_closed(aftersale.pk, **said)


def decide_for_shop(
    aftersale_id: int, *, words: str, actor: Actor, expected_version: int | None = None
) -> Aftersale:
    """The shop is right: what waits for an answer is refused, all else stays as it is.

    Raises Refused `reason_required` (400).
    """
    words = _read_words(words)
    with transaction.atomic():
        aftersale = _decide(aftersale_id, DisputeState.SHOP, words, actor, expected_version)
        if aftersale.state == State.ASKED:
            return refuse_aftersale(aftersale_id, reason=words, actor=actor)
    return aftersale


def _read_words(words: str) -> str:
    if words := words.strip()[:LONGEST_ANSWER]:
        return words
    raise Refused("reason_required", _("Say why. Both sides read it."), 400)


def _decide(
    aftersale_id: int, state: DisputeState, words: str, actor: Actor, expected_version: int | None
) -> Aftersale:
    verb = f"aftersale.decide_for_{state}"
    with locked_aftersale(aftersale_id, verb, actor, expected_version) as aftersale:
        changes = {"dispute": end_dispute(aftersale, state, verdict=words), **find_time_left(aftersale)}
        move(aftersale, verb, actor=actor, changes=changes, sealed=seal_words(aftersale, reason=words))
    return aftersale
