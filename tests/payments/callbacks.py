"""Notices of the pretend WeChat Pay, handed to the shop without a network between them."""

from typing import Any

from django.test import Client

from shop.demo.standins.wechat.notices import MODES, find_subject
from tests.gateway import Gateway

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
