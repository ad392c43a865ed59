"""What a bill tells and the shop does not know is booked by the very functions that hear it from the gateway."""

from django.utils.translation import gettext_lazy as _

from orders.bills.models import Difference
from orders.bills.reading.rows import LineState
from orders.bills.services.ending import end_booked
from orders.payments.models import RefundState
from orders.payments.services.found import record_found_payment
from orders.payments.services.outside import OutsideRefund, record_outside_refund
from orders.payments.services.refund_evidence import apply_refund_evidence
from shop.actor import Actor
from shop.errors import Refused
from shop.moves.services import locked


def book_payment(difference_id: int, *, actor: Actor, expected_version: int | None = None) -> Difference:
    """Ask the gateway once more, and book what it says. Raises as `record_found_payment` does."""
    difference = _check(difference_id, "difference.book_payment", actor, expected_version)
    record_found_payment(difference.number or difference.trade_no, actor=actor)
    return end_booked(difference_id, "difference.book_payment", actor)


def book_refund(difference_id: int, *, actor: Actor, expected_version: int | None = None) -> Difference:
    """Book a refund that was made at the platform. Raises as `record_outside_refund` does, and `not_found` (404)."""
    difference = _check(difference_id, "difference.book_refund", actor, expected_version)
    found = OutsideRefund(
        difference.refund_no, difference.trade_no, difference.refund_id, difference.theirs_fen or 0
    )
    if not record_outside_refund(found, mchid=difference.mchid, actor=actor):
        raise Refused("not_found", _("The shop knows of no payment with this number. Book it first."), 404)
    return end_booked(difference_id, "difference.book_refund", actor)


def take_state(difference_id: int, *, actor: Actor, expected_version: int | None = None) -> Difference:
    """The refund is as the platform says. Raises as `apply_refund_evidence` does, and `not_told` (409)."""
    difference = _check(difference_id, "difference.take_state", actor, expected_version)
    if difference.theirs != LineState.REFUNDED or difference.ours == RefundState.DONE:
        message = _("The shop has refunded this already: see to it at the platform, then mark it as settled.")
        raise Refused("not_told", message)
    apply_refund_evidence(
        difference.refund_no,
        status="SUCCESS",
        amount_fen=difference.theirs_fen,
        gateway_id=difference.refund_id,
        mchid=difference.mchid,
        actor=actor,
    )
    return end_booked(difference_id, "difference.take_state", actor)


def _check(difference_id: int, verb: str, actor: Actor, expected_version: int | None) -> Difference:
    """Nothing is written yet: the payment's order is locked first, by the function that books."""
    with locked(Difference, difference_id, verb, actor, expected_version) as difference:
        return difference
