"""Callbacks of WeChat Pay."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders.payments.gateway import PAID_STATES, evidence_of
from orders.payments.gateways.wechat import WECHAT, read_notice
from orders.payments.hooks.taking import apply_refund, take_in
from orders.payments.services.evidence import apply_payment_evidence
from shop.callbacks.services import Letter, read_letter, record_refused
from shop.clients.errors import BadSignature, ClientError, Unknown
from shop.clients.payment_facts import Notice, Transaction
from shop.clients.wechat_pay import WeChatPay
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
    return _receive(request, WeChatPay.read_refund_notice, partial(apply_refund, gateway=WECHAT))


def _apply_payment(transaction: Transaction, *, mchid: str) -> None:
    if transaction.state not in PAID_STATES:
        raise Refused("not_paid", "The notice does not say that the order was paid.", 400)
    apply_payment_evidence(evidence_of(transaction, mchid=mchid))


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
    return _carry_out(letter, notice, partial(apply, notice.content, mchid=mchid))


def _carry_out(letter: Letter, notice: Notice[Any], apply: Callable[[], None]) -> HttpResponse:
    number = notice.content.number
    try:
        take_in(letter, nonce=notice.nonce, subject=number, apply=apply)
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
