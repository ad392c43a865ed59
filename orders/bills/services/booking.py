"""What a bill tells and the shop does not know is booked by the very functions that hear it from the gateway."""

from django.utils.translation import gettext_lazy as _

from orders.bills.models import Difference
from orders.bills.reading.rows import LineState
from orders.bills.services.ending import end_booked
from orders.bills.sources import SOURCES
from orders.payments.gateways.known import gateway_of
from orders.payments.services.found import record_found_payment
from orders.payments.services.outside import OutsideRefund, record_outside_refund
from orders.payments.services.refund_evidence import apply_refund_evidence
from shop.actor import Actor
from shop.clients.errors import ClientError
from shop.clients.wechat_pay import Refund as GatewayRefund
from shop.errors import Refused
from shop.moves.services import locked


def book_payment(difference_id: int, *, actor: Actor, expected_version: int | None = None) -> Difference:
    """Ask the gateway once more, and book what it says. Raises as `record_found_payment` does."""
    difference = _check(difference_id, "difference.book_payment", actor, expected_version)
    record_found_payment(difference.number or difference.trade_no, actor=actor)
    return end_booked(difference_id, "difference.book_payment", actor)


def book_refund(difference_id: int, *, actor: Actor, expected_version: int | None = None) -> Difference:
    """Book a refund that was made at the platform, once the platform has said so again.

    Raises Refused `not_told`, `gateway_unavailable` (503), `not_found` (404), or as `record_outside_refund` does.
    """
    difference = _check(difference_id, "difference.book_refund", actor, expected_version)
    told = _ask(difference)
    found = OutsideRefund(difference.refund_no, difference.trade_no, told.refund_id, told.amount_fen)
    gateway = gateway_of(difference.platform)
    if not record_outside_refund(found, mchid=difference.mchid, actor=gateway.actor, method=gateway.method):
        raise Refused("not_found", _("The shop knows of no payment with this number. Book it first."), 404)
    return end_booked(difference_id, "difference.book_refund", actor)


def take_state(difference_id: int, *, actor: Actor, expected_version: int | None = None) -> Difference:
    """The refund is back, as the platform has said again. Raises as `book_refund`, and `apply_refund_evidence`."""
    difference = _check(difference_id, "difference.take_state", actor, expected_version)
    if not difference.refund_no or difference.theirs != LineState.REFUNDED:
        raise _not_told()
    told = _ask(difference)
    apply_refund_evidence(
        difference.refund_no,
        status="SUCCESS",
        amount_fen=told.amount_fen,
        gateway_id=told.refund_id,
        mchid=difference.mchid,
        actor=gateway_of(difference.platform).actor,
    )
    return end_booked(difference_id, "difference.take_state", actor)


def _ask(difference: Difference) -> GatewayRefund:
    """What the platform says of a refund now: a file may have been brought by anybody."""
    try:
        find_refund = SOURCES[difference.platform].find_refund
        told = find_refund(difference.mchid, difference.trade_no, difference.refund_no)
    except ClientError as error:
        message = _("The platform did not answer. Nothing is lost; try again in a moment.")
        raise Refused("gateway_unavailable", message, 503, retry_after=5) from error
    if told is None or told.status != "SUCCESS":
        raise _not_told()
    return told


def _not_told() -> Refused:
    message = _(
        "The platform does not say that this money is back. See to it there, then mark it as settled."
    )
    return Refused("not_told", message)


def _check(difference_id: int, verb: str, actor: Actor, expected_version: int | None) -> Difference:
    """Nothing is written yet: the payment's order is locked first, by the function that books."""
    with locked(Difference, difference_id, verb, actor, expected_version) as difference:
        return difference
