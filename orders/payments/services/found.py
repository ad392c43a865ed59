"""Payments that a person finds at the gateway and that stand in no order."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import lock_row
from orders.numbers import LENGTH
from orders.payments.gateway import PAID_STATES, PaymentEvidence, evidence_of, find_transaction
from orders.payments.gateways.known import gateway_of
from orders.payments.models import LIVE, AttemptState, Channel, PayAttempt, Payment
from orders.payments.services.evidence import apply_payment_evidence
from orders.scope import orders_in_scope
from orders.stages import Stage
from shop import clock
from shop.access import require
from shop.actor import Actor
from shop.clients.errors import ClientError
from shop.errors import Refused
from shop.store.choices import PayMethod


def record_found_payment(number: str, *, actor: Actor) -> Payment:
    """Ask the gateway once more about its number or ours, and book what was paid on its order.

    A restored shop may not know the attempt any more; it is made again from what the gateway says. Raises Refused
    `forbidden`, `not_found` (404), `not_paid`, `gateway_unavailable` (503), or as `apply_payment_evidence` does.
    """
    require(actor, "orders.collect")
    try:
        found = find_transaction(number)
    except ClientError as error:
        message = _("The gateway did not answer. Nothing is lost; ask again in a moment.")
        raise Refused("gateway_unavailable", message, 503, retry_after=5) from error
    if found is None:
        raise Refused("not_found", _("The gateway knows of no such payment."), 404)
    if found.transaction.state not in PAID_STATES:
        raise Refused("not_paid", _("The gateway says that this was not paid."))
    evidence = evidence_of(found.transaction, mchid=found.mchid)
    with transaction.atomic():
        _make_missing_attempt(evidence, found.method, actor)
        return apply_payment_evidence(evidence)


def _make_missing_attempt(evidence: PaymentEvidence, method: PayMethod, actor: Actor) -> None:
    found = orders_in_scope(actor).filter(number=evidence.attempt_number[:LENGTH]).only("pk").first()
    if found is None:
        raise Refused("not_found", _("No order of this shop has this number."), 404)
    if PayAttempt.objects.filter(number=evidence.attempt_number).exists():
        return
    order, moment, channel = lock_row(found.pk), clock.now(), gateway_of(method).channel
    PayAttempt.objects.create(
        order=order,
        number=evidence.attempt_number,
        method=method,
        channel=channel,
        amount_fen=evidence.amount_fen,
        # It pays the order if nothing else does; otherwise it is money that came twice.
        state=AttemptState.OPEN if _awaits(order, evidence) else AttemptState.CLOSED,
        openid="" if order.customer.erased_at or channel != Channel.JSAPI else order.customer.openid,
        created_at=moment,
        expires_at=moment,
        mchid=evidence.mchid,
    )


def _awaits(order: Order, evidence: PaymentEvidence) -> bool:
    is_free = not order.attempts.filter(state__in=LIVE).exists()
    return is_free and order.stage != Stage.CLOSED and order.owed_fen == evidence.amount_fen
