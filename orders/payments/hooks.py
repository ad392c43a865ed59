"""Callbacks of WeChat Pay: verified on the raw bytes, stored, applied once, answered fast."""

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders.payments.gateway import PAID_STATES, evidence_of, read_notice
from orders.payments.models import GatewayNotice, Payment
from orders.payments.services.evidence import AmountMismatch, apply_payment_evidence, report_mismatch
from orders.payments.services.outside import OutsideRefund, record_outside_refund
from orders.payments.services.refund_evidence import (
    apply_refund_evidence,
)
from shop import clock
from shop.actor import GATEWAY
from shop.clients.errors import BadSignature, ClientError, Unknown
from shop.clients.wechat_pay import Notice, Refund, Transaction, WeChatPay
from shop.errors import Refused
from shop.http.addresses import read_network

logger = logging.getLogger(__name__)
MAX_BODY = 64 * 1024
KEPT_BYTES = 300
"""So much of a refused notice is kept: enough to see what it was, too little to fill a disk."""
MAX_REFUSED_OF_ADDRESS = 30
MAX_REFUSED = 600
"""An hour; beyond these false notices are only logged. Genuine ones that are refused are always kept."""
_AFTER_THE_SIGNATURE = frozenset({"decryption", "merchant"})
_PROVIDER = "wechat"
_PROBE_PREFIX = "WECHATPAY/SIGNTEST/"

Read = Callable[[WeChatPay, Mapping[str, str], bytes], Notice[Any]]
Apply = Callable[..., None]


@dataclass(frozen=True)
class Letter:
    """A callback as it came in."""

    headers: Mapping[str, str]
    body: bytes
    address: str | None


@csrf_exempt
@require_POST
def wechat_payment(request: HttpRequest) -> HttpResponse:
    """A payment notice; 204 when its fact is recorded, whoever told it first."""
    return _receive(request, WeChatPay.read_payment_notice, _apply_payment)


@csrf_exempt
@require_POST
def wechat_refund(request: HttpRequest) -> HttpResponse:
    """A refund notice."""
    return _receive(request, WeChatPay.read_refund_notice, _apply_refund)


def _apply_payment(notice: Notice[Transaction], *, mchid: str) -> None:
    if notice.content.state not in PAID_STATES:
        raise Refused("not_paid", "The notice does not say that the order was paid.", 400)
    apply_payment_evidence(evidence_of(notice.content, mchid=mchid))


def _apply_refund(notice: Notice[Refund], *, mchid: str) -> None:
    refund = notice.content
    try:
        apply_refund_evidence(
            refund.number,
            status=refund.status,
            amount_fen=refund.amount_fen,
            gateway_id=refund.refund_id,
            mchid=mchid,
            actor=GATEWAY,
        )
    except Refused as refused:
        if refused.code != "unknown_refund" or not _record_outside(refund, mchid):
            raise


def _record_outside(refund: Refund, mchid: str) -> bool:
    """Whether it was of a payment of ours; what did not go through needs nobody."""
    if refund.status != "SUCCESS":
        return Payment.objects.filter(trade_no=refund.trade_no).exists()
    found = OutsideRefund(refund.number, refund.trade_no, refund.refund_id, refund.amount_fen)
    return record_outside_refund(found, mchid=mchid, actor=GATEWAY)


def _receive(request: HttpRequest, read: Read, apply: Apply) -> HttpResponse:
    letter = Letter(dict(request.headers), request.read(MAX_BODY + 1), read_network(request))
    if len(letter.body) > MAX_BODY:
        return _fail(letter, "too_large", 413)
    try:
        notice, mchid = read_notice(read, letter.headers, letter.body)
    except BadSignature as error:
        return _fail(letter, "bad_signature", 401, is_signed=error.reason in _AFTER_THE_SIGNATURE)
    except ClientError as error:
        return _fail(letter, type(error).__name__.lower(), 400, is_signed=isinstance(error, Unknown))
    except Refused as refused:
        return _fail(letter, refused.code, max(refused.status, 400))
    return _carry_out(letter, notice, partial(apply, mchid=mchid))


def _carry_out(letter: Letter, notice: Notice[Any], apply: Callable[[Notice[Any]], None]) -> HttpResponse:
    number = notice.content.number
    try:
        # The nonce is remembered together with its effect: a crash in between leaves neither.
        with transaction.atomic():
            _remember(notice.nonce, number, letter)
            apply(notice)
    except AmountMismatch as mismatch:
        report_mismatch(mismatch.evidence)
        return _fail(letter, mismatch.code, mismatch.status, is_signed=True, subject=number)
    except Refused as refused:
        return _fail(letter, refused.code, max(refused.status, 400), is_signed=True, subject=number)
    return HttpResponse(status=204)


def _remember(nonce: str, subject: str, letter: Letter) -> None:
    """Keep the notice; a nonce that was accepted before is a replay. Raises Refused `replayed`."""
    try:
        with transaction.atomic():
            GatewayNotice.objects.create(
                provider=_PROVIDER,
                nonce=nonce[:64],
                is_accepted=True,
                is_signed=True,
                subject=subject[:64],
                body=letter.body.decode("utf-8", "replace"),
                address=letter.address,
                received_at=clock.now(),
            )
    except IntegrityError as error:
        raise Refused("replayed", "This notice was received before.", 403) from error


def _fail(
    letter: Letter, code: str, status: int, *, is_signed: bool = False, subject: str = ""
) -> HttpResponse:
    """Refuse, and put it on record as a security event, unless it is one of WeChat's own probes."""
    if not letter.headers.get("Wechatpay-Signature", "").startswith(_PROBE_PREFIX):
        logger.warning("payment notice refused: %s", code)
        # Who holds one genuine notice could send it again and again.
        is_always_kept = is_signed and code != "replayed"
        if is_always_kept or _has_room(letter.address):
            _put_on_record(letter, code, is_signed=is_signed, subject=subject)
    return JsonResponse({"code": "FAIL", "message": code}, status=status)


def _has_room(address: str | None) -> bool:
    """Whether one more false notice may be kept this hour: nobody fills the database from outside."""
    since = clock.now() - timedelta(hours=1)
    lately = GatewayNotice.objects.filter(is_accepted=False, received_at__gt=since)
    of_address = lately.filter(address=address)
    return lately.count() < MAX_REFUSED and of_address.count() < MAX_REFUSED_OF_ADDRESS


def _put_on_record(letter: Letter, code: str, *, is_signed: bool, subject: str) -> None:
    GatewayNotice.objects.create(
        provider=_PROVIDER,
        is_accepted=False,
        is_signed=is_signed,
        code=code[:40],
        subject=subject[:64],
        body=letter.body[:KEPT_BYTES].decode("utf-8", "replace"),
        digest=hashlib.sha256(letter.body).hexdigest(),
        address=letter.address,
        received_at=clock.now(),
    )
