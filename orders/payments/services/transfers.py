"""Bank transfers: the buyer shows a proof, finance finds the money on the account and records it, or not."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import locked_order, move
from orders.payments.models import Payment, ProofState, RefundCause, TransferProof
from orders.payments.services.closing import require_no_live_attempt
from orders.payments.services.evidence import paid_changes
from orders.payments.services.refunds import RefundOf, commit_refund
from orders.scope import rows_in_scope, scope_key
from orders.services.fulfilment import start_fulfilment
from orders.spending import keep_spending
from orders.stages import Stage
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.errors import Refused
from shop.events.models import Event
from shop.events.services import seal_words
from shop.files.models import Picture
from shop.files.onlookers import shows_picture
from shop.money import MAX_FEN, format_fen
from shop.spelling import normalise
from shop.store.choices import PayMethod
from shop.store.made_money import check_made_money
from shop.store.selectors import get_store_settings

MAX_PICTURES = 5
MAX_REJECTED = 3
LONGEST_REFERENCE = 64


def send_proof(order_id: int, *, picture_ids: Sequence[int], actor: Actor, words: str = "") -> TransferProof:
    """Show pictures of a transfer; until they are checked, the order does not close for want of payment.

    The pictures are the buyer's own. Raises Refused `not_transfer`, `proof_sent`, `bad_pictures` (400), and
    `too_many_proofs` after MAX_REJECTED: nobody keeps stock for ever by showing pictures.
    """
    chosen = set(picture_ids)
    if not 1 <= len(chosen) <= MAX_PICTURES:
        raise Refused("bad_pictures", _("Send 1 to 5 pictures of the transfer."), 400)
    with locked_order(order_id, "order.send_proof", actor) as order:
        pictures = list(Picture.objects.filter(pk__in=chosen, customer_id=order.customer_id))
        if len(pictures) != len(chosen):
            raise Refused("bad_pictures", _("A picture is missing. Upload it again."), 400)
        if order.proofs.filter(state=ProofState.REJECTED).count() >= MAX_REJECTED:
            message = _("Several proofs of this transfer were rejected. Ask the shop, or pay in another way.")
            raise Refused("too_many_proofs", message)
        moment = clock.now()
        proof = TransferProof.objects.create(order=order, words=words, sent_at=moment)
        proof.pictures.set(pictures)
        changes = {"proof_sent_at": moment, "pay_by": None}
        move(order, "order.send_proof", actor=actor, changes=changes, data={"proof_id": proof.pk})
    return proof


def _differs(order: Order, amount_fen: int) -> Refused:
    words = _("%(owed)s are owed, not %(amount)s. Change the price first, or ask the buyer for the rest.")
    amounts = {"owed": format_fen(order.owed_fen), "amount": format_fen(amount_fen)}
    return Refused("amount_mismatch", words % amounts, owed_fen=order.owed_fen)


def record_transfer(
    order_id: int, *, amount_fen: int, reference: str, actor: Actor, expected_version: int | None = None
) -> Order:
    """Record that what is owed stands on the account; one reference pays one order.

    Raises Refused `not_transfer`, `reference_required`, `reference_used`, `amount_mismatch`, `nothing_owed`,
    `over_money_limit` (403), `second_person_required`.
    """
    reference = _read_reference(reference)
    with locked_order(order_id, "order.pay", actor, expected_version) as order:
        require_no_live_attempt(order)
        _check_recorded(order, amount_fen, actor)
        if amount_fen != order.owed_fen:
            raise _differs(order, amount_fen)
        was_unpaid = order.stage == Stage.UNPAID
        payment = _make_payment(order, reference, order.owed_fen, counts=True)
        decide_proof(order, ProofState.ACCEPTED)
        data = {"amount_fen": amount_fen, "reference": reference, "method": payment.method}
        changes = paid_changes(order, amount_fen=amount_fen, at=payment.captured_at)
        move(order, "order.pay", actor=actor, changes=changes, data=data)
        if was_unpaid:
            start_fulfilment(order)
        keep_spending(order.customer_id)
    return order


def record_excess_transfer(
    order_id: int, *, amount_fen: int, reference: str, actor: Actor, expected_version: int | None = None
) -> Order:
    """Record a transfer that came for a closed order, or for one that is paid: it does not count and is to be paid out.

    Raises Refused `transfer_awaited`, `reference_required`, `bad_amount` (400), `reference_used`,
    `over_money_limit` (403), `second_person_required`.
    """
    reference = _read_reference(reference)
    if not 0 < amount_fen <= MAX_FEN:
        raise Refused("bad_amount", _("An amount must not be negative or absurdly large."), 400)
    with locked_order(order_id, "order.excess_transfer", actor, expected_version) as order:
        _check_recorded(order, amount_fen, actor)
        payment = _make_payment(order, reference, amount_fen, counts=False)
        data = {"amount_fen": amount_fen, "reference": reference, "stage": order.stage}
        move(order, "order.excess_transfer", actor=actor, data=data)
        reason = gettext("Paid too late or twice")
        of = RefundOf(RefundCause.EXCESS_TRANSFER)
        commit_refund(order, payment, amount_fen=amount_fen, reason=reason, actor=SYSTEM, of=of)
    return order


def _check_recorded(order: Order, amount_fen: int, actor: Actor) -> None:
    """The limit is one per order and person, however many transfers the money is recorded as."""
    verbs = ("order.pay", "order.excess_transfer")
    recorded = Event.objects.filter(kind=Order.subject_kind, subject_id=order.pk, verb__in=verbs)
    own = recorded.filter(actor_kind=actor.kind, actor_id=actor.id)
    total_fen = sum(event.data["amount_fen"] for event in own) + amount_fen
    check_made_money(actor, total_fen, capability="orders.collect")


def _read_reference(typed: str) -> str:
    reference = typed.strip()[:LONGEST_REFERENCE]
    if not normalise(reference):
        raise Refused("reference_required", _("Type the reference of the transfer."), 400)
    return reference


def _make_payment(order: Order, reference: str, amount_fen: int, *, counts: bool) -> Payment:
    payment, created = Payment.objects.get_or_create(
        method=PayMethod.TRANSFER,
        # The same reference, however it is typed: full-width, with spaces, in other case.
        trade_no=normalise(reference),
        defaults={
            "order": order,
            "reference": reference,
            "amount_fen": amount_fen,
            "counts": counts,
            "captured_at": clock.now(),
        },
    )
    if not created:
        number = payment.order.number
        message = _("This transfer has already been recorded, for order %(number)s.") % {"number": number}
        raise Refused("reference_used", message, order=number)
    return payment


def reject_proof(order_id: int, *, reason: str, actor: Actor, expected_version: int | None = None) -> Order:
    """The money is not there: the buyer reads why, and the time to pay runs afresh.

    Raises Refused `no_proof`, `reason_required`.
    """
    reason = reason.strip()[:200]
    if not reason:
        raise Refused("reason_required", _("Say why; the buyer reads it."), 400)
    with locked_order(order_id, "order.reject_proof", actor, expected_version) as order:
        decide_proof(order, ProofState.REJECTED, reason=reason)
        pay_by = clock.now() + timedelta(days=get_store_settings().transfer_days)
        changes = {"proof_sent_at": None, "pay_by": pay_by}
        sealed = seal_words(order, notice=reason)
        move(order, "order.reject_proof", actor=actor, changes=changes, sealed=sealed)
    return order


def decide_proof(order: Order, state: ProofState, *, reason: str = "") -> None:
    """Close the proof of a locked order that waits to be checked, if there is one."""
    proof = order.proofs.filter(state=ProofState.SENT).first()
    if proof:
        proof.state, proof.reason, proof.decided_at = state, reason, clock.now()
        proof.save(update_fields=["state", "reason", "decided_at"])


@shows_picture
def is_proof_in_scope(picture: Picture, actor: Actor) -> bool:
    """Pictures of a transfer are seen by whoever sees their order."""
    return rows_in_scope(TransferProof.objects.filter(pictures=picture), scope_key(actor)).exists()
