"""Callbacks of WeChat Pay: verified on the raw bytes, stored, applied once, answered fast."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders.payments.gateway import evidence_of, open_gateway
from orders.payments.models import GatewayNotice
from orders.payments.services.evidence import AmountMismatch, apply_payment_evidence, report_mismatch
from orders.payments.services.refunds import apply_refund_evidence
from shop import clock
from shop.actor import GATEWAY
from shop.clients.errors import BadSignature, ClientError
from shop.errors import Refused

logger = logging.getLogger(__name__)
MAX_BODY = 64 * 1024
MAX_REFUSED_A_MINUTE = 200
"""Beyond this many, false notices are only logged: nobody fills the database from outside."""
_PROVIDER = "wechat"
_PROBE_PREFIX = "WECHATPAY/SIGNTEST/"


@csrf_exempt
@require_POST
def wechat_payment(request: HttpRequest) -> HttpResponse:
    """A payment notice; 204 when its fact is recorded, whoever told it first."""

    def apply(headers: dict[str, str], body: bytes) -> tuple[str, str]:
        notice = open_gateway().read_payment_notice(headers, body)
        if notice.content.state not in ("SUCCESS", "REFUND"):
            raise Refused("not_paid", "The notice does not say that the order was paid.", 400)
        _remember(notice.nonce, notice.content.number, body)
        apply_payment_evidence(evidence_of(notice.content))
        return notice.nonce, notice.content.number

    return _receive(request, apply)


@csrf_exempt
@require_POST
def wechat_refund(request: HttpRequest) -> HttpResponse:
    """A refund notice."""

    def apply(headers: dict[str, str], body: bytes) -> tuple[str, str]:
        notice = open_gateway().read_refund_notice(headers, body)
        refund = notice.content
        _remember(notice.nonce, refund.number, body)
        apply_refund_evidence(
            refund.number,
            status=refund.status,
            amount_fen=refund.amount_fen,
            gateway_id=refund.refund_id,
            actor=GATEWAY,
        )
        return notice.nonce, refund.number

    return _receive(request, apply)


def _receive(request: HttpRequest, apply: Callable[[dict[str, str], bytes], Any]) -> HttpResponse:
    body = request.read(MAX_BODY + 1)
    headers = dict(request.headers)
    if len(body) > MAX_BODY:
        return _fail("too_large", body[:1000], headers, 413)
    try:
        # The nonce is remembered together with its effect: a crash in between leaves neither.
        with transaction.atomic():
            apply(headers, body)
    except BadSignature:
        return _fail("bad_signature", body, headers, 401)
    except ClientError as error:
        return _fail(type(error).__name__.lower(), body, headers, 400)
    except AmountMismatch as mismatch:
        report_mismatch(mismatch.evidence)
        return _fail(mismatch.code, body, headers, mismatch.status)
    except Refused as refused:
        return _fail(refused.code, body, headers, max(refused.status, 400))
    return HttpResponse(status=204)


def _remember(nonce: str, subject: str, body: bytes) -> None:
    """Keep the notice; a nonce that was accepted before is a replay. Raises Refused `replayed`."""
    try:
        with transaction.atomic():
            GatewayNotice.objects.create(
                provider=_PROVIDER,
                nonce=nonce[:64],
                is_accepted=True,
                subject=subject[:64],
                body=body.decode("utf-8", "replace"),
                received_at=clock.now(),
            )
    except IntegrityError as error:
        raise Refused("replayed", "This notice was received before.", 403) from error


def _fail(code: str, body: bytes, headers: dict[str, str], status: int) -> HttpResponse:
    """Refuse, and put it on record as a security event, unless it is one of WeChat's own probes."""
    if not headers.get("Wechatpay-Signature", "").startswith(_PROBE_PREFIX):
        logger.warning("payment notice refused: %s", code)
        _put_on_record(code, body)
    return JsonResponse({"code": "FAIL", "message": code}, status=status)


def _put_on_record(code: str, body: bytes) -> None:
    moment = clock.now()
    lately = GatewayNotice.objects.filter(is_accepted=False, received_at__gt=moment - timedelta(minutes=1))
    if lately.count() < MAX_REFUSED_A_MINUTE:
        GatewayNotice.objects.create(
            provider=_PROVIDER,
            is_accepted=False,
            code=code[:40],
            body=body[:4000].decode("utf-8", "replace"),
            received_at=moment,
        )
