"""Differences end: by themselves when their cause is gone, or by a person who says why."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.bills.models import Bill, BillState, Difference, DifferenceState
from orders.bills.selectors import find_trade_bill, list_of_bill
from orders.bills.services.causes import is_over
from shop import clock
from shop.actor import SYSTEM, Actor, ActorKind
from shop.errors import Refused
from shop.events.services import seal_words
from shop.moves.services import lock_row, locked, move

LONGEST_REASON = 200


def settle_over(rows: Iterable[Difference]) -> None:
    """End those of these open differences whose cause is gone."""
    for row in rows:
        if is_over(row):
            _end(row.pk, "difference.vanish", SYSTEM)


def follow_order(order_id: int) -> None:
    """Money of an order has moved: what the bill said of it may agree now."""
    settle_over(Difference.objects.filter(order=order_id, state=DifferenceState.OPEN).order_by("pk"))


def settle_difference(
    difference_id: int, *, reason: str, actor: Actor, expected_version: int | None = None
) -> Difference:
    """A person has seen to it otherwise. Raises Refused `reason_required`."""
    return _end(difference_id, "difference.settle", actor, expected_version, _require(reason))


def dismiss_difference(
    difference_id: int, *, reason: str, actor: Actor, expected_version: int | None = None
) -> Difference:
    """It is left as it is. Raises Refused `reason_required`."""
    return _end(difference_id, "difference.dismiss", actor, expected_version, _require(reason))


def reopen_difference(difference_id: int, *, actor: Actor, expected_version: int | None = None) -> Difference:
    """It is to be looked at after all."""
    with locked(Difference, difference_id, "difference.reopen", actor, expected_version) as difference:
        changes = {"is_by_itself": False, "ended_at": None}
        move(difference, "difference.reopen", actor=actor, changes=changes, data=describe(difference))
    return difference


def end_booked(difference_id: int, verb: str, actor: Actor) -> Difference:
    """What was booked settles it; where the evidence has done so before, it stays as it is."""
    try:
        return _end(difference_id, verb, actor)
    except Refused:
        difference = Difference.objects.get(pk=difference_id)
        if difference.is_open:
            raise
        return difference


def _end(
    difference_id: int, verb: str, actor: Actor, expected_version: int | None = None, reason: str = ""
) -> Difference:
    with locked(Difference, difference_id, verb, actor, expected_version) as difference:
        changes = {"ended_at": clock.now(), "is_by_itself": actor.kind == ActorKind.SYSTEM}
        sealed = seal_words(difference, reason=reason)
        move(difference, verb, actor=actor, changes=changes, data=describe(difference), sealed=sealed)
    return difference


def note_agreement(difference_id: int) -> None:
    """The last difference of a bill has ended: nothing of it is open any more."""
    ended = Difference.objects.get(pk=difference_id)
    bill = find_trade_bill(ended.platform, ended.mchid, ended.day)
    if bill is None:
        return
    with transaction.atomic():
        bill = lock_row(Bill, bill.pk)
        is_open = list_of_bill(bill).filter(state=DifferenceState.OPEN).exists()
        if bill.has_open and bill.state == BillState.MATCHED and not (is_open or bill.left_out):
            move(bill, "bill.agree", actor=SYSTEM, changes={"has_open": False})


def describe(difference: Difference) -> dict[str, str]:
    """What the events of a difference say of it."""
    data = {"trade_no": difference.trade_no}
    return data | ({"refund_no": difference.refund_no} if difference.refund_no else {})


def _require(reason: str) -> str:
    if not reason.strip():
        raise Refused("reason_required", _("Say why, in a few words."), 400)
    return reason.strip()[:LONGEST_REASON]
