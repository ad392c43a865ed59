"""Goods that came back for an after-sale: taken in, then refunded, or others sent for them."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.amounts import count_worth
from aftersales.choices import State
from aftersales.clocks import start_clock
from aftersales.models import Aftersale
from aftersales.services.answering import LONGEST_ANSWER
from aftersales.services.locking import free_lines, locked_aftersale
from aftersales.services.money import count_back, give_back, settle_if_paid
from aftersales.terms.selectors import get_terms
from orders.services.fulfilment import apply_goods_rule
from orders.shipping.exchanges.sending import Carriage, ship_exchange
from orders.shipping.returns.taking import take_back
from shop import clock
from shop.actor import Actor
from shop.errors import Refused
from shop.events.services import seal_words
from shop.money import format_fen
from shop.moves.services import move

Pieces = Mapping[int, int]
"""Line id → pieces, or another number."""


def take_in(
    aftersale_id: int,
    *,
    restock: Pieces,
    scrap: Pieces,
    note: str = "",
    actor: Actor,
    expected_version: int | None = None,
) -> Aftersale:
    """The goods are here and were looked at: of each line what is sold again, and what is scrapped.

    Less than was agreed to may have come: the rest stays with the buyer. Raises Refused `nothing_chosen` (400),
    `more_than_agreed`, and as `take_back` does.
    """
    with locked_aftersale(aftersale_id, "aftersale.take_in", actor, expected_version) as aftersale:
        back = _count(aftersale, restock, scrap)
        take_back(aftersale.order, restock, scrap, actor=actor, case_number=aftersale.number, note=note)
        data = {"lines": {str(pk): n for pk, n in back.items()}}
        data |= {"scrapped": {str(pk): n for pk, n in scrap.items() if n}}
        sealed = seal_words(aftersale, reason=note.strip()[:LONGEST_ANSWER])
        changes = start_clock(State.RECEIVED, get_terms())
        move(aftersale, "aftersale.take_in", actor=actor, changes=changes, data=data, sealed=sealed)
    return aftersale


def take_in_and_refund(
    aftersale_id: int,
    *,
    restock: Pieces,
    scrap: Pieces,
    note: str = "",
    amount_fen: int | None = None,
    actor: Actor,
    expected_version: int | None = None,
) -> Aftersale:
    """Both at once, or neither; without an amount the goods are taken in, and the money is left for later.

    Raises Refused as `take_in` and `refund_return` do.
    """
    with transaction.atomic():
        taken = take_in(
            aftersale_id,
            restock=restock,
            scrap=scrap,
            note=note,
            actor=actor,
            expected_version=expected_version,
        )
        return taken if amount_fen is None else refund_return(taken.pk, amount_fen=amount_fen, actor=actor)


def _count(aftersale: Aftersale, restock: Pieces, scrap: Pieces) -> dict[int, int]:
    """Write what came back of each line; line id → pieces. Raises Refused `more_than_agreed`."""
    back = {pk: n for pk, n in (Counter(restock) + Counter(scrap)).items() if n}
    rows = {row.order_line_id: row for row in aftersale.lines.select_related("order_line")}
    for pk, pieces in back.items():
        if pk not in rows or pieces > rows[pk].pieces:
            raise Refused(
                "more_than_agreed", _("More came back than was agreed to: open another after-sale.")
            )
        rows[pk].came_back = pieces
        rows[pk].save(update_fields=["came_back"])
    return back


def refund_return(
    aftersale_id: int,
    *,
    amount_fen: int | None = None,
    notice: str = "",
    actor: Actor,
    expected_version: int | None = None,
) -> Aftersale:
    """Give back for what came back: what was agreed to, or less where less came.

    Raises Refused `bad_amount` (400), `over_share`, `over_refund_limit` (403), `second_person_required`.
    """
    with locked_aftersale(aftersale_id, "aftersale.refund", actor, expected_version) as aftersale:
        agreed_fen = _check_amount(aftersale, amount_fen)
        changes = {"agreed_fen": agreed_fen, **start_clock(State.REFUNDING, get_terms())}
        if notice.strip():
            changes["answer"] = notice.strip()[:LONGEST_ANSWER]
        sealed = seal_words(aftersale, notice=notice.strip()[:LONGEST_ANSWER])
        data = {"amount_fen": agreed_fen}
        move(aftersale, "aftersale.refund", actor=actor, changes=changes, data=data, sealed=sealed)
        free_lines(aftersale)
        give_back(aftersale, actor=actor)
        apply_goods_rule(aftersale.order)
        settle_if_paid(aftersale)
    return aftersale


def refund_difference(
    aftersale_id: int,
    *,
    amount_fen: int,
    notice: str = "",
    actor: Actor,
    expected_version: int | None = None,
) -> Aftersale:
    """Give back by how much cheaper the goods are that are sent in exchange; they can be sent before or after.

    Raises Refused `bad_amount` (400), `over_share`, `over_refund_limit` (403), `second_person_required`.
    """
    verb = "aftersale.refund_difference"
    with locked_aftersale(aftersale_id, verb, actor, expected_version) as aftersale:
        changes: dict[str, Any] = {"agreed_fen": _check_amount(aftersale, amount_fen)}
        if notice.strip():
            changes["answer"] = notice.strip()[:LONGEST_ANSWER]
        data = {"amount_fen": changes["agreed_fen"]}
        sealed = seal_words(aftersale, notice=notice.strip()[:LONGEST_ANSWER])
        move(aftersale, verb, actor=actor, changes=changes, data=data, sealed=sealed)
        give_back(aftersale, actor=actor)
    return aftersale


def find_due_fen(aftersale: Aftersale) -> int:
    """What goes back unless somebody says another amount (fen): what was agreed to, or all that what came is worth."""
    worth = count_worth(aftersale.order, count_back(aftersale), is_unsent=False)
    return min(aftersale.agreed_fen or 0, worth.fen)


def _check_amount(aftersale: Aftersale, amount_fen: int | None) -> int:
    wanted = find_due_fen(aftersale) if amount_fen is None else amount_fen
    most = count_worth(aftersale.order, count_back(aftersale), is_unsent=False).fen
    if wanted <= 0:
        raise Refused("bad_amount", _("Type how much is to be refunded."), 400)
    if wanted > most:
        message = _("Of these goods only %(amount)s is left to be refunded.")
        raise Refused("over_share", message % {"amount": format_fen(most)}, left_fen=most)
    return wanted


def resend(
    aftersale_id: int,
    *,
    carriage: Carriage,
    skus: Pieces | None = None,
    actor: Actor,
    expected_version: int | None = None,
) -> Aftersale:
    """Send goods for what came back: what the buyer asked for, or another SKU of the same product (`skus`: by line).

    Raises Refused as `ship_exchange` does.
    """
    with locked_aftersale(aftersale_id, "aftersale.resend", actor, expected_version) as aftersale:
        rows = aftersale.lines.filter(came_back__gt=0).select_related("order_line")
        wanted = {
            row.order_line_id: (
                (skus or {}).get(row.order_line_id) or row.sku_id or row.order_line.sku_id,
                row.came_back,
            )
            for row in rows
        }
        parcel = ship_exchange(
            aftersale.order, wanted, carriage=carriage, actor=actor, case_number=aftersale.number
        )
        changes = {"ended_at": clock.now(), **start_clock(State.DONE, get_terms())}
        move(aftersale, "aftersale.resend", actor=actor, changes=changes, data={"parcel": parcel.pk})
        free_lines(aftersale)
        apply_goods_rule(aftersale.order)
    return aftersale
