"""Callbacks of Alipay: all about a payment, its refunds too, come to one address as a form.

`success` is answered only once what it says is on record; anything else has Alipay repeat itself, for about a day and
under one id. Source: Alipay documents 异步通知说明.
"""

from functools import partial
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders.payments.gateway import PAID_STATES, evidence_of
from orders.payments.gateways.alipay import ALIPAY, read_alipay_notice
from orders.payments.hooks.taking import apply_refund, take_in
from orders.payments.line import asking
from orders.payments.services.evidence import apply_payment_evidence
from shop.callbacks.services import Letter, read_letter, record_refused
from shop.clients.alipay import Alipay, AlipayNotice
from shop.clients.errors import BadSignature, ClientError, Unknown
from shop.clients.payment_facts import Transaction
from shop.errors import Refused

_PROVIDER = "alipay"


@csrf_exempt
@require_POST
def alipay_notice(request: HttpRequest) -> HttpResponse:
    """A notice of a payment, of a refund of it, or that nobody has paid in time."""
    letter = read_letter(_PROVIDER, request)
    if letter.is_too_large:
        return _fail(letter, "too_large", 413)
    try:
        notice, client = read_alipay_notice(letter.body)
    except BadSignature as error:
        return _fail(letter, "bad_signature", 401, is_signed=error.reason == "merchant")
    except ClientError as error:
        return _fail(letter, type(error).__name__.lower(), 400, is_signed=isinstance(error, Unknown))
    except Refused as refused:
        return _fail(letter, refused.code, max(refused.status, 400))
    return _carry_out(letter, notice, client)


def _carry_out(letter: Letter, notice: AlipayNotice, client: Alipay) -> HttpResponse:
    number = notice.refund_number or notice.content.number
    try:
        if notice.refund_number:
            _take_refund(letter, notice, client)
        else:
            apply = partial(_apply_payment, notice.content, mchid=client.mchid)
            take_in(letter, nonce=notice.id, subject=number, apply=apply, may_repeat=True)
    except ClientError:
        # The notice is believed; what it leaves open could not be asked now.
        return HttpResponse("fail", status=HTTPStatus.SERVICE_UNAVAILABLE, content_type="text/plain")
    except Refused as refused:
        return _fail(letter, refused.code, max(refused.status, 400), is_signed=True, subject=number)
    return HttpResponse("success", content_type="text/plain")


def _apply_payment(transaction: Transaction, *, mchid: str) -> None:
    """Of what was closed without a payment nothing is to be done: the shop asks about it by itself."""
    if transaction.state in PAID_STATES:
        apply_payment_evidence(evidence_of(transaction, mchid=mchid))


def _take_refund(letter: Letter, notice: AlipayNotice, client: Alipay) -> None:
    """A notice names the sum of all refunds of the payment only, so Alipay is asked for that of this one first."""
    with asking(client.mchid):
        refund = client.query_refund(trade_no=notice.content.trade_no, refund_number=notice.refund_number)
    if refund is None:
        raise Refused("unknown_refund", "Alipay does not know of the refund that it speaks of.", 404)
    apply = partial(apply_refund, refund, mchid=client.mchid, gateway=ALIPAY)
    take_in(letter, nonce=notice.id, subject=notice.refund_number, apply=apply, may_repeat=True)


def _fail(
    letter: Letter, code: str, status: int, *, is_signed: bool = False, subject: str = ""
) -> HttpResponse:
    """Refuse, and put it on record as a security event."""
    record_refused(letter, code, is_signed=is_signed, subject=subject)
    return HttpResponse("fail", status=status, content_type="text/plain")
