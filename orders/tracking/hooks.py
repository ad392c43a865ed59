"""What 快递鸟 and 快递100 push: verified on the raw bytes, kept, answered fast; it is read afterwards."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders.tracking.providers import open_push
from orders.tracking.services.pushes import find_receiver, keep_push
from shop import clock
from shop.callbacks.services import Letter, read_letter, record_refused
from shop.clients.errors import BadSignature, ClientError
from shop.clients.tracking.news import BEIJING
from shop.couriers.models import Provider
from shop.errors import Refused

Answer = Callable[[str, str], dict[str, Any]]
"""What the provider wants to read, given what is wrong, "" for nothing, and the customer whose push it is."""


@csrf_exempt
@require_POST
def kdniao(request: HttpRequest) -> HttpResponse:
    """News of many parcels at once."""
    return _receive(Provider.KDNIAO, request, _answer_kdniao)


@csrf_exempt
@require_POST
def kuaidi100(request: HttpRequest) -> HttpResponse:
    """News of one parcel."""
    return _receive(Provider.KUAIDI100, request, _answer_kuaidi100)


def _receive(provider: Provider, request: HttpRequest, answer: Answer) -> HttpResponse:
    letter = read_letter(provider, request)
    if letter.is_too_large:
        return _refuse(letter, answer, "too_large", 413)
    try:
        receiver = find_receiver(provider)
        text = open_push(receiver.account, letter.body)
    except BadSignature:
        return _refuse(letter, answer, "bad_signature", 401)
    except ClientError as error:
        return _refuse(letter, answer, type(error).__name__.lower(), 400)
    except Refused as refused:
        return _refuse(letter, answer, refused.code, 400)
    customer = receiver.account.customer
    if not receiver.has_room:
        return JsonResponse(answer("busy", customer), status=503)
    keep_push(provider, text)
    return JsonResponse(answer("", customer))


def _refuse(letter: Letter, answer: Answer, code: str, status: int) -> HttpResponse:
    """Refuse, and put it on record as a security event."""
    record_refused(letter, code)
    return JsonResponse(answer(code, ""), status=status)


def _answer_kdniao(wrong: str, customer: str) -> dict[str, Any]:
    return {
        "EBusinessID": customer,
        "UpdateTime": timezone.localtime(clock.now(), BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        "Success": not wrong,
        "Reason": wrong,
    }


def _answer_kuaidi100(wrong: str, _customer: str) -> dict[str, Any]:
    return {"result": not wrong, "returnCode": "500" if wrong else "200", "message": wrong or "成功"}
