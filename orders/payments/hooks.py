"""Callbacks of WeChat Pay: verified on the raw bytes, stored, applied once, answered fast."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders.payments.gateway import PAID_STATES, evidence_of, read_notice
from orders.payments.models import Payment
from orders.payments.services.evidence import AmountMismatch, apply_payment_evidence, report_mismatch
from orders.payments.services.outside import OutsideRefund, record_outside_refund
from orders.payments.services.refund_evidence import apply_refund_evidence
from shop.actor import GATEWAY
from shop.callbacks.services import Letter, read_letter, record_refused, remember_callback
from shop.clients.errors import BadSignature, ClientError, Unknown
from shop.clients.wechat_pay import Notice, Refund, Transaction, WeChatPay
from shop.errors import Refused

_AFTER_THE_SIGNATURE = frozenset({"decryption", "merchant"})
_PROVIDER = "wechat"
_PROBE_PREFIX = "WECHATPAY/SIGNTEST/"

Read = Callable[[WeChatPay, Mapping[str, str], bytes], Notice[Any]]
Apply = Callable[..., None]


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
    letter = read_letter(_PROVIDER, request)
    if letter.is_too_large:
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
            remember_callback(letter, nonce=notice.nonce, subject=number)
            apply(notice)
    except AmountMismatch as mismatch:
        report_mismatch(mismatch.evidence)
        return _fail(letter, mismatch.code, mismatch.status, is_signed=True, subject=number)
    except Refused as refused:
        return _fail(letter, refused.code, max(refused.status, 400), is_signed=True, subject=number)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _fail(
    letter: Letter, code: str, status: int, *, is_signed: bool = False, subject: str = ""
) -> HttpResponse:
    """Refuse, and put it on record as a security event, unless it is one of WeChat's own probes."""
    if not letter.headers.get("Wechatpay-Signature", "").startswith(_PROBE_PREFIX):
        record_refused(letter, code, is_signed=is_signed, subject=subject)
    return JsonResponse({"code": "FAIL", "message": code}, status=status)
