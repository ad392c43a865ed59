"""Asking for an after-sale, by the buyer or by staff in their place; giving it up; correcting the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.amounts import count_worth
from aftersales.choices import DisputeState, Kind, State
from aftersales.clocks import start_clock
from aftersales.models import LONGEST_WORDS, Aftersale, AftersaleLine
from aftersales.rules import find_why_not, read_pieces
from aftersales.services.disputing import end_dispute
from aftersales.services.locking import free_lines, hold_lines, locked_aftersale
from aftersales.services.pictures import add_pictures
from aftersales.services.returns import find_return
from aftersales.terms.selectors import get_reason, get_terms
from orders.models import Order, OrderLine
from orders.services.fulfilment import apply_goods_rule
from orders.shipping.returns.announcing import withdraw_return
from shop import clock
from shop.actor import Actor, ActorKind
from shop.errors import Refused
from shop.money import format_fen
from shop.moves.services import begin, lock_row, move

_Picked = Sequence[tuple[OrderLine, int]]


@dataclass(frozen=True)
class Claim:
    """What is asked for: `pieces` are line id → pieces, `skus` (exchange) line id → the SKU that is wanted instead.

    `amount_fen` None: all that these pieces are worth.
    """

    kind: Kind
    pieces: Mapping[int, int]
    reason_id: int
    amount_fen: int | None = None
    words: str = ""
    picture_ids: Sequence[int] = ()
    skus: Mapping[int, int] = field(default_factory=dict)


def open_aftersale(order_id: int, claim: Claim, *, actor: Actor) -> Aftersale:
    """Ask for an after-sale about pieces of an order; until it ends these lines are neither sent nor changed.

    Raises Refused `not_found`, `no_such_reason`, `aftersale_too_late`, `aftersale_refused`, `bad_amount` (400),
    `over_share`, `bad_pictures` (400), `bad_sku` (400), and as `read_pieces` does.
    """
    with transaction.atomic():
        order = lock_row(Order, order_id, actor=actor)
        if refused := find_why_not(order, get_terms(), actor):
            raise refused
        lines = list(order.lines.select_related("sku").order_by("id"))
        picked, is_unsent = read_pieces(order, lines, claim.kind, claim.pieces)
        aftersale = _make(order, claim, picked, is_unsent=is_unsent, actor=actor)
        data: dict[str, Any] = {"wanted": claim.kind, "lines": {str(line.pk): n for line, n in picked}}
        data |= {"reason_name": aftersale.reason_name, "amount_fen": aftersale.asked_fen}
        begin(aftersale, "aftersale.open", actor=actor, data=data)
        _fill(aftersale, claim, picked, actor)
        hold_lines(aftersale)
    return aftersale


def _make(order: Order, claim: Claim, picked: _Picked, *, is_unsent: bool, actor: Actor) -> Aftersale:
    reason = get_reason(claim.reason_id)
    return Aftersale(
        order=order,
        number=f"{order.number}A{order.aftersales.count() + 1}",
        kind=claim.kind,
        is_unsent=is_unsent,
        by_staff=actor.kind == ActorKind.STAFF,
        asked_fen=_read_amount(order, claim, picked, is_unsent=is_unsent),
        reason=reason,
        reason_name=reason.name,
        is_quality=reason.is_quality,
        words=claim.words.strip()[:LONGEST_WORDS],
        asked_at=clock.now(),
        **start_clock(State.ASKED, get_terms()),
    )


def _read_amount(order: Order, claim: Claim, picked: _Picked, *, is_unsent: bool) -> int:
    """What is wanted back (fen); of goods that were not sent always all, of an exchange nothing."""
    if claim.kind == Kind.EXCHANGE:
        return 0
    most = count_worth(order, {line.pk: n for line, n in picked}, is_unsent=is_unsent).goods_fen
    if is_unsent or claim.amount_fen is None:
        return most
    if claim.amount_fen <= 0:
        raise Refused("bad_amount", _("Type how much is to be refunded."), 400)
    if claim.amount_fen > most:
        message = _("Of what you chose only %(amount)s is left to be refunded.")
        raise Refused("over_share", message % {"amount": format_fen(most)}, left_fen=most)
    return claim.amount_fen


def _fill(aftersale: Aftersale, claim: Claim, picked: _Picked, actor: Actor) -> None:
    AftersaleLine.objects.bulk_create(
        AftersaleLine(
            aftersale=aftersale,
            order_line=line,
            pieces=pieces,
            sku_id=_read_sku(line, claim) if claim.kind == Kind.EXCHANGE else None,
        )
        for line, pieces in picked
    )
    add_pictures(aftersale, claim.picture_ids, actor=actor)


def _read_sku(line: OrderLine, claim: Claim) -> int:
    """What is wanted instead: the same, or another SKU of the same product."""
    wanted = claim.skus.get(line.pk, line.sku_id)
    if not line.sku.product.skus.filter(pk=wanted).exists():
        raise Refused("bad_sku", _("Goods are exchanged for the same product only."), 400)
    return wanted


def withdraw_aftersale(aftersale_id: int, *, actor: Actor, expected_version: int | None = None) -> Aftersale:
    """The buyer gives it up, or staff say so for them: the order goes on as if nobody had asked.

    What is on its way back is given up with it. Raises Refused `parcel_arrived` where it is here already.
    """
    with locked_aftersale(aftersale_id, "aftersale.withdraw", actor, expected_version) as aftersale:
        if parcel := find_return(aftersale):
            withdraw_return(aftersale.order, parcel.pk, actor=actor)
        changes = {"ended_at": clock.now(), **start_clock(State.WITHDRAWN, get_terms())}
        if aftersale.is_disputed:
            changes["dispute"] = end_dispute(aftersale, DisputeState.WITHDRAWN)
        move(aftersale, "aftersale.withdraw", actor=actor, changes=changes)
        free_lines(aftersale)
        apply_goods_rule(aftersale.order)
    return aftersale


def correct_reason(aftersale_id: int, reason_id: int, *, actor: Actor) -> Aftersale:
    """The buyer says that the reason was another one; nobody else can. Raises Refused `no_such_reason`.

    Who was asked for it answers with the same reason too.
    """
    reason = get_reason(reason_id)
    with locked_aftersale(aftersale_id, "aftersale.correct_reason", actor) as aftersale:
        if aftersale.reason_id != reason.pk or aftersale.correction_asked_at:
            changes = {"reason": reason, "reason_name": reason.name, "is_quality": reason.is_quality}
            changes["correction_asked_at"] = None
            data = {"reason_name": reason.name}
            move(aftersale, "aftersale.correct_reason", actor=actor, changes=changes, data=data)
    return aftersale


def ask_correction(aftersale_id: int, *, actor: Actor, expected_version: int | None = None) -> Aftersale:
    """Ask the buyer whether the reason is the right one; only they correct it."""
    with locked_aftersale(aftersale_id, "aftersale.ask_correction", actor, expected_version) as aftersale:
        move(aftersale, "aftersale.ask_correction", actor=actor, changes={"correction_asked_at": clock.now()})
    return aftersale
