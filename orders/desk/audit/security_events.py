"""What was refused, in words: callbacks that are false or do not fit what the shop knows, and tries at the counter."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from pickup.watch.models import CounterRefusal
from pickup.watch.refusals import list_refusals
from shop.actor import ActorKind
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
    "alipay_not_set_up": _("Alipay has no credentials yet."),
}


def list_security_events() -> list[tuple[Callback, Any]]:
    """Callbacks with why they were refused: the genuine ones first, then the newest."""
    return [(callback, _WORDS.get(callback.code, callback.code)) for callback in list_refused()]


_AT_THE_COUNTER: Mapping[str, Any] = {
    "forbidden": _("The role does not allow it"),
    "forged": _("A made-up sign-in of a verifier"),
    "not_found": _("Of another store, or of none"),
    "not_verifier": _("A verifier who does not hand out there"),
    "pin_locked": _("Too many wrong PINs"),
    "switched_off": _("A verifier who is switched off"),
    "wrong_store": _("Of another store"),
}


def list_counter_refusals() -> list[tuple[CounterRefusal, Any, str]]:
    """What was refused at the counter, with why and who it was, the newest first."""
    return [(row, _AT_THE_COUNTER.get(row.code, row.code), _name(row)) for row in list_refusals()]


def _name(row: CounterRefusal) -> str:
    """Staff by their name, verifiers and buyers by their number: a nickname is personal."""
    if row.actor_kind == ActorKind.CUSTOMER:
        return f"#{row.actor_id}"
    return row.actor_name
