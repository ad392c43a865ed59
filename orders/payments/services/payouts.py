"""Paying refunds out by hand, where no gateway gives the money back."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.moves import lock_order
from orders.payments.gateway import OtherMerchant, query_refund
from orders.payments.gateways.known import gateway_of
from orders.payments.models import Refund, RefundState
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.payments.services.refunds import ENDED_WITHOUT, PAYABLE_BY_HAND, finish_refund
from shop.access import require
from shop.actor import Actor
from shop.clients.errors import ClientError
from shop.errors import Refused


def pay_out_refund(refund_id: int, *, reference: str, actor: Actor) -> Refund:
    """Finance has paid by hand: cash and transfers, or what the gateway will not refund any more.

    Where the gateway was asked for it, it is asked first what became of it. Raises Refused `reference_required`,
    `forbidden`, `not_to_pay_out`, `already_refunded`, `refund_under_way`, `gateway_unavailable` (503).
    """
    if not reference.strip():
        raise Refused("reference_required", _("Type the reference of the payout."), 400)
    require(actor, "orders.refund")
    _ask_first(Refund.objects.select_related("payment__attempt").get(pk=refund_id), actor)
    with transaction.atomic():
        order_id = Refund.objects.values_list("order_id", flat=True).get(pk=refund_id)
        order = lock_order(order_id, "order.pay_out", actor=actor)
        refund = Refund.objects.select_for_update().get(pk=refund_id)
        if refund.state not in PAYABLE_BY_HAND:
            raise Refused("not_to_pay_out", _("This refund is not waiting to be paid out."))
        refund.reference = reference.strip()[:100]
        finish_refund(order, refund, actor=actor, verb="order.pay_out")
    return refund


def _ask_first(refund: Refund, actor: Actor) -> None:
    """Let nobody pay out what the gateway has paid or is about to pay; where nobody can be asked, people decide."""
    if refund.state != RefundState.FAILED or not refund.sent_at:
        return
    gateway = gateway_of(refund.payment.method)
    words = {"gateway": gateway.method.label}
    try:
        known = query_refund(refund)
    except (OtherMerchant, Refused):
        return
    except ClientError as error:
        message = _(
            "%(gateway)s does not answer, so it is not known whether it has paid this refund. Try again."
        )
        raise Refused("gateway_unavailable", message % words, 503, retry_after=5) from error
    if known is None or known.status in ENDED_WITHOUT:
        return
    if known.status == "SUCCESS":
        apply_refund_evidence(
            refund.number,
            status=known.status,
            amount_fen=known.amount_fen,
            gateway_id=known.refund_id,
            actor=gateway.actor,
        )
        message = _("%(gateway)s has paid this refund meanwhile: nothing is left to pay out.")
        raise Refused("already_refunded", message % words)
    message = _("%(gateway)s is still at this refund. Wait until it has ended.")
    raise Refused("refund_under_way", message % words)
