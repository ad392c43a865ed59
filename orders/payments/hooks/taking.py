"""What callbacks of all gateways have in common once they are believed."""

from collections.abc import Callable

from django.db import transaction

from orders.payments.gateways.interface import AnyGateway
from orders.payments.models import Payment
from orders.payments.services.evidence import AmountMismatch, report_mismatch
from orders.payments.services.outside import OutsideRefund, record_outside_refund
from orders.payments.services.refund_evidence import apply_refund_evidence
from shop.callbacks.services import Letter, remember_callback
from shop.clients.payment_facts import Refund
from shop.errors import Refused


def take_in(
    letter: Letter, *, nonce: str, subject: str, apply: Callable[[], None], may_repeat: bool = False
) -> None:
    """Keep a callback together with its effect: a crash in between leaves neither.

    Raises Refused as `apply` does, and `replayed` unless the gateway repeats itself under one nonce (`may_repeat`);
    then what it says is looked at once more, which changes nothing.
    """
    try:
        with transaction.atomic():
            try:
                remember_callback(letter, nonce=nonce, subject=subject)
            except Refused:
                if not may_repeat:
                    raise
            apply()
    except AmountMismatch as mismatch:
        report_mismatch(mismatch.evidence)
        raise


def apply_refund(refund: Refund, *, mchid: str, gateway: AnyGateway) -> None:
    """Apply what a gateway says of a refund of ours, or of one that was made outside the shop. Raises Refused."""
    try:
        apply_refund_evidence(
            refund.number,
            status=refund.status,
            amount_fen=refund.amount_fen,
            gateway_id=refund.refund_id,
            mchid=mchid,
            actor=gateway.actor,
        )
    except Refused as refused:
        if refused.code != "unknown_refund" or not _record_outside(refund, mchid, gateway):
            raise


def _record_outside(refund: Refund, mchid: str, gateway: AnyGateway) -> bool:
    """Whether it was of a payment of ours; what did not go through needs nobody."""
    if refund.status != "SUCCESS":
        return Payment.objects.filter(method=gateway.method, trade_no=refund.trade_no).exists()
    found = OutsideRefund(refund.number, refund.trade_no, refund.refund_id, refund.amount_fen)
    return record_outside_refund(found, mchid=mchid, actor=gateway.actor, method=gateway.method)
