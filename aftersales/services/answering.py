"""What the shop says to an after-sale: agree to the refund or return, refuse, open again, note a talk about it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.amounts import count_worth
from aftersales.choices import Contact, Kind, State
from aftersales.clocks import start_clock
from aftersales.models import Aftersale
from aftersales.rules import read_pieces
from aftersales.services.locking import (
    free_lines,
    get_order_id,
    hold_lines,
    locked_aftersale,
)
from aftersales.services.money import count_pieces, give_back, settle_if_paid
from aftersales.terms.selectors import get_address, get_terms
from orders.payments.services.closing import close_live_attempt, require_no_live_attempt
from orders.services.fulfilment import apply_goods_rule
from orders.stages import IN_HAND
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.errors import Refused
from shop.events.services import seal_words
from shop.money import format_fen
from shop.moves.services import move

LONGEST_ANSWER = 200
_UNANSWERED: dict[str, Any] = {
    "agreed_fen": None,
    "return_to": {},
    "answered_at": None,
    "ended_at": None,
    "answer": "",
}


def agree_refund(
    aftersale_id: int,
    *,
    amount_fen: int | None = None,
    notice: str = "",
    actor: Actor,
    expected_version: int | None = None,
) -> Aftersale:
    """Give money back, and of goods that were not sent cancel them; what is not agreed to stays as it was.

    `amount_fen` None: what the buyer asked for. Of goods that were not sent all goes back. Raises Refused
    `bad_amount` (400), `over_share`, `over_refund_limit` (403), `closing`, `gateway_unavailable`.
    """
    close_payment(aftersale_id, "aftersale.agree_refund", actor, expected_version)
    return agree_closed(
        aftersale_id, amount_fen=amount_fen, notice=notice, actor=actor, expected_version=expected_version
    )


def agree_closed(
    aftersale_id: int,
    *,
    amount_fen: int | None = None,
    notice: str = "",
    actor: Actor,
    expected_version: int | None = None,
) -> Aftersale:
    """As `agree_refund`, of an order whose open payment the caller has closed at the gateway."""
    with locked_aftersale(aftersale_id, "aftersale.agree_refund", actor, expected_version) as aftersale:
        amount_fen = _check_amount(aftersale, amount_fen)
        changes = _answer(State.REFUNDING, notice) | {"agreed_fen": amount_fen}
        sealed = seal_words(aftersale, notice=changes["answer"])
        data = {"amount_fen": amount_fen}
        move(aftersale, "aftersale.agree_refund", actor=actor, changes=changes, data=data, sealed=sealed)
        free_lines(aftersale)
        give_back(aftersale, actor=actor)
        apply_goods_rule(aftersale.order)
        settle_if_paid(aftersale)
    return aftersale


def close_payment(aftersale_id: int, verb: str, actor: Actor, expected_version: int | None) -> None:
    """Before goods are cancelled of an order that still owes, its open payment is closed at the gateway.

    Raises Refused where the verb is not possible, `closing`, `gateway_unavailable`.
    """
    with locked_aftersale(aftersale_id, verb, actor, expected_version) as aftersale:
        is_needed = aftersale.is_unsent and aftersale.order.stage in IN_HAND
    if is_needed:
        close_live_attempt(get_order_id(aftersale_id), "order.cancel_lines", actor=SYSTEM)


def agree_return(
    aftersale_id: int,
    *,
    address_id: int | None = None,
    amount_fen: int | None = None,
    notice: str = "",
    actor: Actor,
    expected_version: int | None = None,
) -> Aftersale:
    """The buyer may send the goods back, to the address that is chosen; money goes back when they are here.

    Raises Refused `no_return_address`, `bad_amount` (400), `over_share`.
    """
    with locked_aftersale(aftersale_id, "aftersale.agree_return", actor, expected_version) as aftersale:
        address = get_address(address_id)
        changes = _answer(State.TO_RETURN, notice) | {"return_to": address.describe()}
        data = {"address": address.pk}
        if aftersale.kind == Kind.RETURN:
            changes["agreed_fen"] = data["amount_fen"] = _check_amount(aftersale, amount_fen)
        sealed = seal_words(aftersale, notice=changes["answer"])
        move(aftersale, "aftersale.agree_return", actor=actor, changes=changes, data=data, sealed=sealed)
    return aftersale


def refuse_aftersale(
    aftersale_id: int, *, reason: str = "", actor: Actor, expected_version: int | None = None
) -> Aftersale:
    """Nothing is given back; the buyer reads why. Raises Refused `reason_required` where the shop's terms want one."""
    if get_terms().refusal_needs_reason and not reason.strip():
        raise Refused("reason_required", _("Say why, in a few words. The buyer reads it."), 400)
    with locked_aftersale(aftersale_id, "aftersale.refuse", actor, expected_version) as aftersale:
        changes = _answer(State.REFUSED, reason) | {"ended_at": clock.now()}
        sealed = seal_words(aftersale, reason=changes["answer"])
        move(aftersale, "aftersale.refuse", actor=actor, changes=changes, sealed=sealed)
        free_lines(aftersale)
        apply_goods_rule(aftersale.order)
    return aftersale


def reopen_aftersale(
    aftersale_id: int, *, reason: str, actor: Actor, expected_version: int | None = None
) -> Aftersale:
    """What was refused or never sent back is to be answered again, as long as its goods are where they were.

    Raises Refused `reason_required` (400), and as `read_pieces` does where these goods are gone, or asked about
    elsewhere.
    """
    if not reason.strip():
        raise Refused("reason_required", _("Say why it is opened again."), 400)
    with locked_aftersale(aftersale_id, "aftersale.reopen", actor, expected_version) as aftersale:
        _check_still_there(aftersale)
        changes = _UNANSWERED | start_clock(State.ASKED, get_terms())
        sealed = seal_words(aftersale, reason=reason.strip()[:LONGEST_ANSWER])
        move(aftersale, "aftersale.reopen", actor=actor, changes=changes, sealed=sealed)
        hold_lines(aftersale)
    return aftersale


def _check_still_there(aftersale: Aftersale) -> None:
    order = aftersale.order
    wanted = dict(aftersale.lines.values_list("order_line_id", "pieces"))
    lines = list(order.lines.order_by("id"))
    _picked, is_unsent = read_pieces(order, lines, Kind(aftersale.kind), wanted)
    if is_unsent != aftersale.is_unsent:
        message = _("The goods were sent meanwhile: open another after-sale about what the buyer has now.")
        raise Refused("sent_meanwhile", message)


def note_contact(
    aftersale_id: int, *, contact: Contact, words: str = "", actor: Actor, expected_version: int | None = None
) -> Aftersale:
    """Somebody has talked with the buyer before deciding; how, and what came of it, colleagues read."""
    with locked_aftersale(aftersale_id, "aftersale.contact", actor, expected_version) as aftersale:
        changes = {"contacted_at": clock.now(), "contacted_by": contact}
        sealed = seal_words(aftersale, reason=words.strip()[:LONGEST_ANSWER])
        data = {"contact": contact}
        move(aftersale, "aftersale.contact", actor=actor, changes=changes, data=data, sealed=sealed)
    return aftersale


def _answer(state: State, words: str) -> dict[str, Any]:
    answer = {"answer": words.strip()[:LONGEST_ANSWER], "answered_at": clock.now()}
    return answer | start_clock(state, get_terms())


def _check_amount(aftersale: Aftersale, amount_fen: int | None) -> int:
    """What is agreed to (fen). Raises Refused `bad_amount` (400), `over_share`."""
    order = aftersale.order
    most = count_worth(order, count_pieces(aftersale), is_unsent=aftersale.is_unsent).fen
    if aftersale.is_unsent:
        require_no_live_attempt(order)
        return most
    wanted = aftersale.asked_fen if amount_fen is None else amount_fen
    if wanted <= 0:
        raise Refused("bad_amount", _("Type how much is to be refunded."), 400)
    if wanted > most:
        message = _("Of these goods only %(amount)s is left to be refunded.")
        raise Refused("over_share", message % {"amount": format_fen(most)}, left_fen=most)
    return wanted
