"""Paying by a link: one attempt of the order, however many browsers have it open."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import locked_order
from orders.payments.gateways.known import gateway_of
from orders.payments.links.services import ends_at
from orders.payments.links.standing import Standing, find_standing
from orders.payments.models import LIVE, AttemptState, Channel, PayAttempt, PayLink
from orders.payments.services.attempts import (
    SHORTEST_LIFE,
    SpentAttempt,
    announce,
    is_of_present_set,
    make_attempt,
    refuse_closing,
    tell,
)
from orders.payments.services.closing import close_live_attempt
from shop import clock
from shop.actor import GATEWAY
from shop.errors import Refused
from shop.money import format_fen
from shop.store.choices import PayMethod

ATTEMPT_LIFE = timedelta(minutes=15)
H5_URL_LIFE = timedelta(minutes=5)
"""So long the address that opens WeChat is good (WeChat Pay, H5下单)."""
FIRST_QUERY_AFTER = timedelta(seconds=10)
_LEFT_AT_LEAST = timedelta(seconds=45)
"""With less than this nothing is shown again: nobody could open it and confirm."""
_VERB = "order.pay"


@dataclass(frozen=True)
class Wanted:
    """What a browser asks for: where it pays, the amount that its page says, its address, and by which gateway."""

    channel: Channel
    seen_fen: int
    payer_ip: str = ""
    method: PayMethod = PayMethod.WECHAT


@dataclass(frozen=True)
class Shown:
    """What a browser shows to pay by: the text of a code, or where it is led; until then."""

    url: str
    channel: Channel
    amount_fen: int
    until: datetime
    attempt: PayAttempt


def start_by_link(link: PayLink, wanted: Wanted) -> Shown:
    """The payment that this link has in such a browser, the same while it can be paid.

    What else is open for the order, in the mini-program, at a counter or in another kind of browser, is closed at the
    gateway first. Raises Refused `nothing_owed`, `wrong_stage`, `link_over`, `proof_sent`, `amount_changed`,
    `wechat_not_set_up`, `alipay_not_set_up`, `closing`, `gateway_unavailable` (503), `gateway_refused`.
    """
    attempt = _open(link, wanted)
    try:
        return _prepare(attempt, wanted)
    except SpentAttempt:
        # The gateway took its number otherwise: it is closed for good before another one takes its place.
        _close(link)
    return _prepare(_open(link, wanted), wanted)


def _close(link: PayLink) -> None:
    close_live_attempt(link.order_id, _VERB, actor=GATEWAY, may_give_up=False)


def _open(link: PayLink, wanted: Wanted) -> PayAttempt:
    attempt = _find_or_make(link, wanted)
    if attempt is None:
        _close(link)
        attempt = _find_or_make(link, wanted)
    if attempt is None:
        raise refuse_closing()
    return attempt


def _find_or_make(link: PayLink, wanted: Wanted) -> PayAttempt | None:
    """The link's attempt, made where nothing is live; None where something has to be closed before."""
    with locked_order(link.order_id, _VERB, GATEWAY) as order:
        _check(link, order, wanted)
        live = order.attempts.select_for_update().filter(state__in=LIVE).first()
        if live is None:
            return _make(link, order, wanted)
        return live if _is_by_link(live, wanted.channel) and _can_be_shown(live) else None


def _check(link: PayLink, order: Order, wanted: Wanted) -> None:
    link.refresh_from_db(fields=["withdrawn_at"])
    standing = find_standing(link, order)
    if link.withdrawn_at or standing == Standing.OVER:
        raise Refused("link_over", _("The time to pay has passed. Ask the shop for a new link."))
    if standing == Standing.CHECKING:
        raise Refused("proof_sent", _("The transfer is being checked. Please wait for the shop's answer."))
    if not order.owed_fen:
        raise Refused("nothing_owed", _("Nothing is owed for this order."))
    if order.owed_fen != wanted.seen_fen:
        words = _("The amount has changed: it is %(amount)s now.") % {"amount": format_fen(order.owed_fen)}
        raise Refused("amount_changed", words, owed_fen=order.owed_fen)


def _make(link: PayLink, order: Order, wanted: Wanted) -> PayAttempt:
    moment = clock.now()
    return make_attempt(
        order,
        method=wanted.method,
        channel=wanted.channel,
        expires_at=max(min(moment + ATTEMPT_LIFE, ends_at(link, order)), moment + SHORTEST_LIFE),
        next_query_at=moment + FIRST_QUERY_AFTER,
    )


def _is_by_link(live: PayAttempt, channel: Channel) -> bool:
    return live.channel == channel and not live.shown_by_kind


def _can_be_shown(live: PayAttempt) -> bool:
    is_in_time = _shown_until(live) - _LEFT_AT_LEAST > clock.now()
    return live.state == AttemptState.OPEN and is_in_time and is_of_present_set(live)


def _shown_until(attempt: PayAttempt) -> datetime:
    """A payment that was begun in time may be confirmed later than its address can be opened."""
    if attempt.channel == Channel.H5:
        return min(attempt.expires_at, attempt.created_at + H5_URL_LIFE)
    return attempt.expires_at


def _prepare(attempt: PayAttempt, wanted: Wanted) -> Shown:
    if not attempt.code_url:
        attempt.code_url = announce(attempt, payer_ip=wanted.payer_ip)
        still_open = PayAttempt.objects.filter(pk=attempt.pk, state=AttemptState.OPEN)
        if not still_open.update(code_url=attempt.code_url):
            # Closed while the gateway was asked: what it made must not be shown.
            raise refuse_closing()
    return _describe(attempt)


def _describe(attempt: PayAttempt) -> Shown:
    return Shown(
        attempt.code_url, Channel(attempt.channel), attempt.amount_fen, _shown_until(attempt), attempt
    )


def lead_to_gateway(shown: Shown, back_url: str) -> str:
    """Where a phone's browser pays what it shows, and from where it comes back. Raises OtherMerchant, Refused."""
    attempt = shown.attempt
    return gateway_of(attempt.method).lead(attempt, tell(attempt), back_url)


def find_live(order: Order) -> PayAttempt | None:
    """The one payment of the order that is open anywhere."""
    return order.attempts.filter(state__in=LIVE).first()


def find_shown(live: PayAttempt | None, channels: frozenset[Channel]) -> Shown | None:
    """What of the live payment a browser with these channels can show now: read only, nothing is asked."""
    if live is None or not live.code_url or live.state != AttemptState.OPEN:
        return None
    if not any(_is_by_link(live, channel) for channel in channels):
        return None
    return _describe(live) if _shown_until(live) > clock.now() else None
