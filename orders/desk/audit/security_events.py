"""Callbacks that were refused, in words: false ones, and genuine ones that do not fit what the shop knows."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from shop.callbacks.models import Callback
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


def list_security_events() -> list[tuple[Callback, Any]]:
    """Callbacks with why they were refused: the genuine ones first, then the newest."""
    return [(callback, _WORDS.get(callback.code, callback.code)) for callback in list_refused()]
