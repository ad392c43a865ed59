"""Handing out (核销): money first, each piece once, by whom and where; and taking it back within ten minutes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
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
from shop.store.models import PickupStore
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
    """What leaves a store: line id → pieces, all that is left for none; who is credited with it, if anybody.

    `elsewhere`: why a verifier who may do so hands out here what waits at another store.
    """

    store_id: int
    pieces: Mapping[int, int] = field(default_factory=dict)
    verifier_id: int | None = None
    collected: Collected | None = None
    elsewhere: str = ""


def verify_pickup(
    order_id: int, handout: Handout, *, actor: Actor, expected_version: int | None = None
) -> Verification:
    """Hand goods of an order out to whoever showed its code; what is owed is collected in the same transaction.

    Raises Refused as `end_attempt` and `hand_out` do.
    """
    end_attempt(order_id, handout, actor=actor, expected_version=expected_version)
    return hand_out(order_id, handout, actor=actor, expected_version=expected_version)


def end_attempt(
    order_id: int, handout: Handout, *, actor: Actor, expected_version: int | None = None
) -> None:
    """Before money is collected: close the buyer's open payment at the gateway, outside any transaction.

    Raises Refused as `close_live_attempt` does.
    """
    if handout.collected:
        actor = _reach(handout, actor)
        with _told_where(order_id):
            close_live_attempt(order_id, "order.verify_part", actor=actor, expected_version=expected_version)


def hand_out(
    order_id: int, handout: Handout, *, actor: Actor, expected_version: int | None = None
) -> Verification:
    """Collect and hand out, in one transaction, once no payment is open.

    Raises Refused as `lock_order` does, of which `already_done` says by whom, when and where; `wrong_store`,
    `not_verifier` (400), `owes` with `owed_fen`, `nothing_owed` and `amount_mismatch` where money was collected that is
    not owed (any more); as `take_pieces` and `check_made_money` do.
    """
    actor = _reach(handout, actor)
    with (
        _told_where(order_id),
        locked_order(order_id, "order.verify_part", actor, expected_version) as order,
    ):
        verifier = _check_counter(order, handout, actor)
        if handout.collected:
            _collect(order, handout, verifier, actor)
        return _hand_out(order, handout, verifier, actor)


def _reach(handout: Handout, actor: Actor) -> Actor:
    """The actor, who sees every store where a verifier may hand out what waits elsewhere, and says why."""
    if actor.kind != ActorKind.VERIFIER or actor.id is None or not handout.elsewhere.strip():
        return actor
    may_cross = Verifier.objects.filter(pk=actor.id, is_on=True, crosses_stores=True).exists()
    stores = PickupStore.objects.values_list("pk", flat=True)
    return replace(actor, store_ids=frozenset(stores)) if may_cross else actor


@contextmanager
def _told_where(order_id: int) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        last = Verification.objects.filter(order=order_id, is_last=True, undone_at=None)
        done = last.select_related("store", "verifier__customer").first()
        if refused.code != "already_done" or done is None:
            raise
        raise say_done(done) from refused


def say_done(done: Verification) -> Refused:
    """What is told of goods that have been handed out: by whom, when and where."""
    message = _("Already handed out by %(who)s at %(at)s in “%(store)s”.")
    at = timezone.localtime(done.at)
    words = {"who": done.who, "at": f"{at:%m-%d %H:%M}", "store": done.store.name}
    extra: dict[str, Any] = {"at": done.at.isoformat(), "store": done.store.name, "who": done.who}
    return Refused("already_done", fill(message, words), **extra)


def say_elsewhere(store: PickupStore | None) -> Refused:
    """What is told of goods that wait at this store to who stands at another one."""
    name = store.name if store else ""
    message = _("This order is picked up in “%(store)s”.")
    return Refused("wrong_store", fill(message, {"store": name}), store=name)


def _check_counter(order: Order, handout: Handout, actor: Actor) -> Verifier | None:
    """That the goods wait at this store, and who is credited; verifiers are it themselves.

    What waits elsewhere is handed out by who may cross stores, and has said why.
    """
    verifier_id = actor.id if actor.kind == ActorKind.VERIFIER else handout.verifier_id
    verifier = find_verifier(verifier_id, handout.store_id) if verifier_id else None
    if order.pickup_store_id == handout.store_id:
        return verifier
    is_crossing = actor.kind == ActorKind.VERIFIER and bool(handout.elsewhere.strip())
    if not (is_crossing and verifier and verifier.crosses_stores):
        raise say_elsewhere(order.pickup_store)
    return verifier


def _collect(order: Order, handout: Handout, verifier: Verifier | None, actor: Actor) -> None:
    collected = handout.collected
    assert collected is not None  # noqa: S101 - it is why this was called
    require_no_live_attempt(order)
    if not order.owed_fen:
        raise Refused("nothing_owed", _("Nothing is owed any more: it has been paid. Collect no money."))
    if collected.amount_fen != order.owed_fen:
        message = _("%(owed)s are owed now, not %(amount)s. Look again, then repeat.")
        amounts = {"owed": format_fen(order.owed_fen), "amount": format_fen(collected.amount_fen)}
        raise Refused("amount_mismatch", fill(message, amounts), owed_fen=order.owed_fen)
    check_unexpected(order, actor)
    collector = verifier_actor(verifier, ()) if verifier else actor
    counter = Counter(collected.means, _find_store(order, handout), collector)
    take_owed(order, actor, reference=collected.reference, counter=counter)


def _find_store(order: Order, handout: Handout) -> PickupStore:
    """Where the goods leave."""
    waits_at = order.pickup_store
    if waits_at is not None and waits_at.pk == handout.store_id:
        return waits_at
    return PickupStore.objects.get(pk=handout.store_id)


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
    why = handout.elsewhere.strip()[:200] if order.pickup_store_id != handout.store_id else ""
    sealed = seal_words(order, reason=why)
    verb = "order.verify" if is_last else "order.verify_part"
    move(order, verb, actor=actor, changes=changes, data=data, sealed=sealed)
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
        store=_find_store(order, handout),
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
