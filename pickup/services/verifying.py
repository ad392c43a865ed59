"""Handing out (核销): money first, each piece once, by whom and where; and taking it back within ten minutes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.guards import paid_in_full
from orders.models import Order, OrderLine
from orders.moves import locked_order, move
from orders.payments.models import Means
from orders.payments.services.closing import close_live_attempt, require_no_live_attempt
from orders.payments.services.collecting import Counter, check_unexpected, take_owed
from orders.services.fulfilment import handed_out_changes, recover_ship_by
from orders.services.taking import sum_by_sku, take_pieces
from orders.stages import Stage
from pickup.models import Verification, VerificationLine, Verifier
from pickup.selectors import find_verifier, list_verifications
from pickup.services.verifiers import verifier_actor
from shop import clock
from shop.actor import Actor, ActorKind
from shop.catalog.stock.changes import ship_stock, unship_stock
from shop.errors import Refused
from shop.events.services import seal_words
from shop.money import format_fen
from shop.words import fill

UNDO_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Collected:
    """Money that the buyer has just given: all that is owed, of which the clerk read `amount_fen`."""

    means: Means
    amount_fen: int
    reference: str = ""


@dataclass(frozen=True)
class Handout:
    """What leaves a store: line id → pieces, all that is left for none; who is credited with it, if anybody."""

    store_id: int
    pieces: Mapping[int, int] = field(default_factory=dict)
    verifier_id: int | None = None
    collected: Collected | None = None


def verify_pickup(
    order_id: int, handout: Handout, *, actor: Actor, expected_version: int | None = None
) -> Verification:
    """Hand goods of an order out to whoever showed its code; what is owed is collected in the same transaction.

    Raises Refused as `lock_order` does, of which `already_done` says by whom, when and where; `wrong_store`,
    `not_verifier` (400), `owes` with `owed_fen`, `nothing_owed` and `amount_mismatch` where money was collected that is
    not owed (any more); as `take_pieces`, `check_made_money` and `close_live_attempt` do.
    """
    with _told_where(order_id):
        if handout.collected:
            close_live_attempt(order_id, "order.verify_part", actor=actor, expected_version=expected_version)
        with locked_order(order_id, "order.verify_part", actor, expected_version) as order:
            verifier = _check_counter(order, handout, actor)
            if handout.collected:
                _collect(order, handout.collected, verifier, actor)
            return _hand_out(order, handout, verifier, actor)


@contextmanager
def _told_where(order_id: int) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        last = Verification.objects.filter(order=order_id, is_last=True, undone_at=None)
        done = last.select_related("store", "verifier__customer").first()
        if refused.code != "already_done" or done is None:
            raise
        raise _say_done(done) from refused


def _say_done(done: Verification) -> Refused:
    message = _("Already handed out by %(who)s at %(at)s in “%(store)s”.")
    at = timezone.localtime(done.at)
    words = {"who": done.who, "at": f"{at:%m-%d %H:%M}", "store": done.store.name}
    return Refused("already_done", fill(message, words), at=done.at.isoformat(), store=done.store.name)


def _check_counter(order: Order, handout: Handout, actor: Actor) -> Verifier | None:
    """That the goods wait at this store, and who is credited; verifiers are it themselves."""
    if order.pickup_store is None or order.pickup_store_id != handout.store_id:
        name = order.pickup_store.name if order.pickup_store else ""
        message = _("This order is picked up in “%(store)s”.")
        raise Refused("wrong_store", fill(message, {"store": name}), store=name)
    verifier_id = actor.id if actor.kind == ActorKind.VERIFIER else handout.verifier_id
    return find_verifier(verifier_id, handout.store_id) if verifier_id else None


def _collect(order: Order, collected: Collected, verifier: Verifier | None, actor: Actor) -> None:
    require_no_live_attempt(order)
    if not order.owed_fen:
        raise Refused("nothing_owed", _("Nothing is owed any more: it has been paid. Collect no money."))
    if collected.amount_fen != order.owed_fen:
        message = _("%(owed)s are owed now, not %(amount)s. Look again, then repeat.")
        amounts = {"owed": format_fen(order.owed_fen), "amount": format_fen(collected.amount_fen)}
        raise Refused("amount_mismatch", fill(message, amounts), owed_fen=order.owed_fen)
    check_unexpected(order, actor)
    assert order.pickup_store is not None  # noqa: S101 - `_check_counter` has compared it
    collector = verifier_actor(verifier) if verifier else actor
    counter = Counter(collected.means, order.pickup_store, collector)
    take_owed(order, actor, reference=collected.reference, counter=counter)


def _hand_out(order: Order, handout: Handout, verifier: Verifier | None, actor: Actor) -> Verification:
    if refused := paid_in_full(order):
        raise refused
    if order.stage in (Stage.TO_CONFIRM, Stage.CONFIRMED):
        move(order, "order.reach_counter", actor=actor)
    lines = {line.pk: line for line in order.lines.order_by("id")}
    taken = take_pieces(handout.pieces, lines, nothing=_("Choose what is handed out."))
    pieces = sum(taken.values())
    is_last = pieces == order.pieces_to_send
    verification = _record(order, handout, taken, verifier, actor, is_last=is_last)
    OrderLine.objects.bulk_update(lines.values(), ["shipped", "reserved"])
    ship_stock(sum_by_sku(lines, [taken]), order_id=order.pk, actor=actor)
    changes: dict[str, Any] = {"pieces_shipped": order.pieces_shipped + pieces}
    changes |= handed_out_changes(order) if is_last else {}
    data = {"pieces": pieces, "verification": verification.pk, "store": verification.store.name}
    data |= {"verifier": verifier and verifier.pk}
    move(order, "order.verify" if is_last else "order.verify_part", actor=actor, changes=changes, data=data)
    return verification


def _record(
    order: Order,
    handout: Handout,
    taken: Mapping[int, int],
    verifier: Verifier | None,
    actor: Actor,
    *,
    is_last: bool,
) -> Verification:
    verification = Verification.objects.create(
        order=order,
        store_id=handout.store_id,
        verifier=verifier,
        operator_kind=actor.kind,
        operator_id=actor.id,
        operator_name=actor.name[:80],
        is_last=is_last,
        at=clock.now(),
    )
    VerificationLine.objects.bulk_create(
        VerificationLine(verification=verification, order_line_id=pk, quantity=n) for pk, n in taken.items()
    )
    return verification


def undo_verify(
    order_id: int, *, reason: str, actor: Actor, expected_version: int | None = None
) -> Verification:
    """Take back what was handed out last; the goods are reserved again, collected money stays.

    Raises Refused `reason_required` (400), `too_late` ten minutes after it, `nothing_handed_out`, and as `lock_order`.
    """
    if not reason.strip():
        raise Refused("reason_required", _("Say why it is undone."), 400)
    with locked_order(order_id, "order.undo_verify", actor, expected_version) as order:
        verification = _find_undoable(order)
        verification.undone_at, verification.undone_by_name = clock.now(), actor.name[:80]
        verification.save(update_fields=["undone_at", "undone_by_name"])
        pieces = _take_back(order, verification, actor)
        changes = {
            "pieces_shipped": order.pieces_shipped - pieces,
            "shipped_at": None,
            "received_at": None,
            "ship_by": order.ship_by or recover_ship_by(order),
        }
        sealed = seal_words(order, reason=reason.strip()[:200])
        data = {"verification": verification.pk}
        move(order, "order.undo_verify", actor=actor, changes=changes, data=data, sealed=sealed)
    return verification


def _find_undoable(order: Order) -> Verification:
    verification = list_verifications(order).filter(undone_at=None).first()
    if verification is None:
        raise Refused("nothing_handed_out", _("Nothing of this order has been handed out."))
    if verification.at + UNDO_WITHIN < clock.now():
        message = _("It was handed out more than 10 minutes ago: what comes back is an after-sale.")
        raise Refused("too_late", message)
    return verification


def _take_back(order: Order, verification: Verification, actor: Actor) -> int:
    """Reserve its pieces again; how many they are."""
    lines = {line.pk: line for line in order.lines.order_by("id")}
    back = dict(verification.lines.values_list("order_line_id", "quantity"))
    for pk, quantity in back.items():
        lines[pk].shipped -= quantity
        lines[pk].reserved += quantity
    OrderLine.objects.bulk_update(lines.values(), ["shipped", "reserved"])
    unship_stock(sum_by_sku(lines, [back]), order_id=order.pk, actor=actor)
    return sum(back.values())
