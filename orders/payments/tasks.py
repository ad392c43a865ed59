"""Talking to the gateway: tasks carry ids, may run twice, and never leave an outcome unknown for good."""

import logging
from datetime import timedelta
from http import HTTPStatus

from celery import shared_task

from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.gateway import (
    Closed,
    OtherMerchant,
    PaymentEvidence,
    ask_and_close,
    open_gateway_for_refund,
    probe,
    query_attempt,
)
from orders.payments.gateways.interface import AnyGateway, Client
from orders.payments.gateways.known import gateway_of
from orders.payments.line import asking, end_line, wait_for_turn
from orders.payments.models import AttemptState, GatewayLine, PayAttempt, Refund, RefundState
from orders.payments.services.attempts import ask_soon
from orders.payments.services.closing import mark_closed
from orders.payments.services.evidence import apply_answer
from orders.payments.services.native import is_code_over
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.payments.services.refund_sending import lease_refund, note_sending, put_off_refund, refuse_refund
from orders.payments.services.unheard import note_heard, note_unheard
from shop import clock
from shop.actor import SYSTEM
from shop.clients.errors import ClientError, Rejected, Unknown
from shop.clients.payment_facts import UNSIGNED_REFUSALS
from shop.clients.payment_facts import Refund as GatewayRefund
from shop.errors import Refused
from shop.events.sweeping import watched

logger = logging.getLogger(__name__)
SOON_FOR = timedelta(minutes=10)
_TRY_LATER = frozenset({"FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED", "SYSTEM_ERROR"})


@shared_task
@watched("order.cancel_attempted")
def cancel_overdue(order_id: int) -> None:
    """Close an unpaid order whose attempt must first be closed at the gateway."""
    attempt = PayAttempt.objects.filter(order_id=order_id).order_by("-pk").first()
    wait_for_turn(attempt.mchid if attempt else "")
    try:
        cancel_unpaid(order_id, actor=SYSTEM)
    except Refused as refused:
        logger.info("order %s not cancelled: %s", order_id, refused.code)


@shared_task
@watched("payment.query")
def query_payment(attempt_id: int) -> None:
    """Ask whether an attempt was paid: repairs callbacks that never came."""
    attempt = PayAttempt.objects.get(pk=attempt_id)
    # What was given up on our side may still be open there: it is closed as soon as the gateway answers.
    is_given_up = attempt.state == AttemptState.CLOSED or is_code_over(attempt)
    wait_for_turn(attempt.mchid)
    try:
        outcome = ask_and_close(attempt) if is_given_up else query_attempt(attempt)
    except (ClientError, Refused) as error:
        logger.warning("query of %s: %s", attempt.number, type(error).__name__)
        note_unheard(attempt)
        if _is_worth_asking_soon(attempt, error):
            ask_soon(attempt)
        return
    if isinstance(outcome, PaymentEvidence):
        apply_answer(outcome)
    elif isinstance(outcome, Closed) and (attempt.is_announced or is_given_up):
        mark_closed(attempt, may_be_opened=outcome.may_be_opened)
    note_heard(attempt)


@shared_task
@watched("gateway.probe")
def probe_gateway(line_id: int) -> None:
    """Ask a silent gateway about a number that cannot exist: any proven answer ends the silence."""
    line = GatewayLine.objects.get(pk=line_id)
    try:
        probe(line.mchid)
    except OtherMerchant:
        end_line(line_id)
    except (ClientError, Refused) as error:
        logger.warning("merchant %s: %s", line.mchid, type(error).__name__)


def _is_worth_asking_soon(attempt: PayAttempt, error: ClientError | Refused) -> bool:
    """Whether the gateway was away just now; what it leaves unanswered for long is asked less and less often."""
    if not isinstance(error, ClientError) or isinstance(error, OtherMerchant):
        return False
    return attempt.unheard_since is None or attempt.unheard_since > clock.now() - SOON_FOR


@shared_task
@watched("refund.send")
def send_refund(refund_id: int) -> None:
    """Send a refund, or ask about one that was sent; always under its one number."""
    refund = lease_refund(refund_id)
    if refund is None:
        return
    try:
        result = _ask_or_send(refund)
        apply_refund_evidence(
            refund.number,
            status=result.status,
            amount_fen=result.amount_fen,
            gateway_id=result.refund_id,
            tries=refund.tries,
            actor=gateway_of(refund.payment.method).actor,
        )
    except (ClientError, Refused) as error:
        _take_no(refund, error)


def _take_no(refund: Refund, error: ClientError | Refused) -> None:
    """A try that brought no answer is repeated; one that was refused, or never sent anything, needs a person.

    An answer of another sum says only that something is wrong, so it is asked about until a person is called.
    """
    why = error.code if isinstance(error, Rejected | Refused) else type(error).__name__
    if _is_final(error) or (isinstance(error, OtherMerchant) and not refund.sent_at):
        refuse_refund(refund, why=why)
    else:
        put_off_refund(refund, error=why)


def _is_final(error: ClientError | Refused) -> bool:
    """Whether the gateway itself has said no: nobody signs 401 and 429, which decide nothing."""
    if not isinstance(error, Rejected) or error.status in UNSIGNED_REFUSALS:
        return False
    return error.code not in _TRY_LATER and error.status < HTTPStatus.INTERNAL_SERVER_ERROR


def _ask(gateway: AnyGateway, client: Client, refund: Refund) -> GatewayRefund | None:
    """Raises Unknown for a question that is refused: that says nothing about the money, which may be on its way."""
    try:
        return gateway.query_refund(client, refund)
    except Rejected as error:
        raise Unknown(error.code) from error


def _ask_or_send(refund: Refund) -> GatewayRefund:
    """Raises Unknown for a refund the gateway has accepted and does not know any more: it is never sent again."""
    mchid = refund.payment.attempt.mchid if refund.payment.attempt else ""
    method = refund.payment.method
    client = open_gateway_for_refund(refund.payment.attempt, method=method)
    wait_for_turn(mchid)
    with asking(mchid):
        return _ask_or_send_by(gateway_of(method), client, refund)


def _ask_or_send_by(gateway: AnyGateway, client: Client, refund: Refund) -> GatewayRefund:
    was_accepted = refund.state == RefundState.PROCESSING
    if (was_accepted or refund.sent_at) and (known := _ask(gateway, client, refund)):
        return known
    if was_accepted:
        raise Unknown("The gateway does not know a refund that it has accepted.")
    note_sending(refund)
    return gateway.refund(client, refund)
