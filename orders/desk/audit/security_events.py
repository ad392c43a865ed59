"""Callbacks that were refused, in words: false ones, and genuine ones that do not fit what the shop knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from shop.callbacks.selectors import list_refused

_WORDS: Mapping[str, Any] = {
    "amount_mismatch": _("Another amount than was asked for"),
    "bad_signature": _("The signature does not fit"),
    "not_paid": _("Does not say that anything was paid"),
    "replayed": _("Was received before"),
    "too_large": _("Too long"),
    "unknown": _("Not readable"),
    "unknown_attempt": _("About a payment that does not exist"),
    "unknown_refund": _("About a refund that does not exist"),
    "wechat_not_set_up": _("WeChat Pay has no credentials yet."),
}


@dataclass(frozen=True)
class SecurityEvent:
    """One refused callback; `is_genuine`: signed by WeChat Pay, so somebody should look at it."""

    at: datetime
    words: Any
    subject: str
    address: str
    is_genuine: bool


def list_security_events() -> list[SecurityEvent]:
    """The genuine ones first, then the newest."""
    return [
        SecurityEvent(
            at=notice.received_at,
            words=_WORDS.get(notice.code, notice.code),
            subject=notice.subject,
            address=notice.address or "",
            is_genuine=notice.is_signed,
        )
        for notice in list_refused()
    ]
