"""Notices of the pretend gateways, handed to the shop without a network between them."""

from typing import Any

from django.test import Client

from shop.demo.standins.alipay import notices as alipay_notices
from shop.demo.standins.wechat.notices import MODES, find_subject
from tests.gateway import AlipayGateway, Gateway

ALIPAY_HOOK = "/hooks/alipay/payments"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
HOOKS = {"TRANSACTION": "/hooks/wechat-pay/payments", "REFUND": "/hooks/wechat-pay/refunds"}


def deliver(
    client: Client, gateway: Gateway, number: str, mode: str = "valid", *, times: int = 1, **extra: Any
) -> list[int]:
    """Post notices of this kind about a payment or refund; the statuses that the shop answers."""
    world = gateway.server.world
    subject = find_subject(world, number)
    url = HOOKS[subject.event_type.partition(".")[0]]
    return [
        client.post(
            url, callback.body, content_type="application/json", headers=dict(callback.headers), **extra
        ).status_code
        for callback in MODES[mode](world, subject, times)
    ]


def deliver_form(
    client: Client, alipay: AlipayGateway, number: str, mode: str = "valid", **extra: Any
) -> tuple[int, str]:
    """Post one notice of Alipay about a payment or refund; what the shop answers."""
    world = alipay.server.world
    body = alipay_notices.MODES[mode](world, alipay_notices.find_subject(world, number))
    answer = client.post(ALIPAY_HOOK, body, content_type=FORM, **extra)
    return answer.status_code, answer.content.decode()
