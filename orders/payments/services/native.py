"""Paying on the spot: a WeChat code on a screen of the counter, which any phone pays."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import locked_order
from orders.payments.models import LIVE, AttemptState, Channel, PayAttempt
from orders.payments.services.attempts import (
    SHORTEST_LIFE,
    SpentAttempt,
    announce,
    check_in_time,
    is_of_present_set,
    make_attempt,
    refuse_closing,
)
from orders.payments.services.closing import close_live_attempt
from orders.stages import Stage
from shop import clock
from shop.actor import Actor
from shop.errors import Refused

CODE_LIFE = timedelta(minutes=10)
"""A code on a screen is for who stands before it; the gateway's own two hours are never reached."""
FIRST_QUERY_AFTER = timedelta(seconds=10)
_LEFT_AT_LEAST = timedelta(seconds=45)
"""With less than this a code is not shown again: nobody could scan it and confirm."""
_VERB = "order.verify_part"
"""Who may hand an order out may take the money for it."""


@dataclass(frozen=True)
class NativeCode:
    """A code to be shown as a QR, for one amount; it can be paid until `expires_at`."""

    code_url: str
    amount_fen: int
    expires_at: datetime


def start_native(order_id: int, *, actor: Actor) -> NativeCode:
    """The code by which all that an order owes is paid at its store, the same while it can be scanned.

    The buyer's open payment, or a code of somebody else, is closed at the gateway first. Raises Refused as
    `lock_order` does for handing out, `nothing_owed`, `too_late`, `wechat_not_set_up`, `closing`,
    `gateway_unavailable` (503), `gateway_refused`.
    """
    attempt = _open(order_id, actor)
    try:
        return _prepare(attempt)
    except SpentAttempt:
        # The gateway took its number otherwise: it is closed for good before another one takes its place.
        close_live_attempt(order_id, _VERB, actor=actor, may_give_up=False)
    return _prepare(_open(order_id, actor))


def _open(order_id: int, actor: Actor) -> PayAttempt:
    attempt = _find_or_make(order_id, actor)
    if attempt is None:
        close_live_attempt(order_id, _VERB, actor=actor, may_give_up=False)
        attempt = _find_or_make(order_id, actor)
    if attempt is None:
        raise refuse_closing()
    return attempt


def _find_or_make(order_id: int, actor: Actor) -> PayAttempt | None:
    """The code of this person, made where nothing is live; None where something has to be closed before."""
    with locked_order(order_id, _VERB, actor) as order:
        if not order.owed_fen:
            raise Refused("nothing_owed", _("Nothing is owed any more: it has been paid."))
        check_in_time(order)
        live = order.attempts.select_for_update().filter(state__in=LIVE).first()
        if live is None:
            return _make(order, actor)
        return live if _is_of(live, actor) and _can_be_shown(live) else None


def _make(order: Order, actor: Actor) -> PayAttempt:
    moment = clock.now()
    ends = moment + CODE_LIFE
    if order.stage == Stage.UNPAID and order.pay_by:
        ends = max(min(ends, order.pay_by), moment + SHORTEST_LIFE)
    return make_attempt(
        order,
        channel=Channel.NATIVE,
        expires_at=ends,
        next_query_at=moment + FIRST_QUERY_AFTER,
        store_id=order.pickup_store_id,
        shown_by_kind=actor.kind,
        shown_by_id=actor.id,
        shown_by_name=actor.name[:80],
    )


def _is_of(live: PayAttempt, actor: Actor) -> bool:
    shown_by = (live.shown_by_kind, live.shown_by_id)
    return live.channel == Channel.NATIVE and shown_by == (actor.kind, actor.id)


def _can_be_shown(live: PayAttempt) -> bool:
    is_in_time = live.expires_at - _LEFT_AT_LEAST > clock.now()
    return live.state == AttemptState.OPEN and is_in_time and is_of_present_set(live)


def _prepare(attempt: PayAttempt) -> NativeCode:
    if not attempt.code_url:
        attempt.code_url = announce(attempt)
        still_open = PayAttempt.objects.filter(pk=attempt.pk, state=AttemptState.OPEN)
        if not still_open.update(code_url=attempt.code_url):
            # Closed while the gateway was asked: what it made must not be shown.
            raise refuse_closing()
    return NativeCode(attempt.code_url, attempt.amount_fen, attempt.expires_at)


def find_native(order: Order) -> NativeCode | None:
    """The code that can be scanned now, None where there is none (any more): read only, nothing is asked."""
    live = order.attempts.filter(channel=Channel.NATIVE, state=AttemptState.OPEN).exclude(code_url="").first()
    if live is None or live.expires_at <= clock.now():
        return None
    return NativeCode(live.code_url, live.amount_fen, live.expires_at)


def is_code_over(attempt: PayAttempt) -> bool:
    """Whether it is a code that nobody can pay any more, though the gateway does not call it closed by itself."""
    return attempt.channel != Channel.JSAPI and attempt.expires_at <= clock.now()
