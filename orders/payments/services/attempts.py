"""Attempts to pay: opening one at the gateway, for the phone to pay."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import check_move, lock_row
from orders.payments.gateway import create_at_gateway, open_gateway_of
from orders.payments.gateways.interface import Announced
from orders.payments.gateways.known import gateway_of
from orders.payments.models import LIVE, AttemptState, Channel, PayAttempt
from orders.payments.numbers import number_attempt
from orders.payments.services.closing import close_live_attempt, is_leased
from orders.stages import Stage
from orders.states import MOVES
from shop import clock
from shop.actor import GATEWAY, Actor, ActorKind
from shop.clients.errors import ClientError, Rejected
from shop.errors import Refused
from shop.store.choices import ONLINE, PayMethod
from shop.store.selectors import get_store_settings

FIRST_QUERY_AFTER = timedelta(seconds=30)
PREPAY_LIFE = timedelta(minutes=110)
"""A prepay id holds for two hours; afterwards the same order at the gateway gives a new one."""
SHORTEST_LIFE = timedelta(minutes=1, seconds=30)
"""The gateway refuses orders that expire within a minute."""


def start_payment(order_id: int, *, actor: Actor) -> dict[str, str]:
    """Open (or reuse) the order's attempt and give what the phone pays with, by the order's way to pay.

    By WeChat the parameters for `wx.requestPayment`, by Alipay a code and a link. Raises Refused: `not_found`,
    `wrong_stage`, `not_wechat`, `wechat_not_set_up`, `alipay_not_set_up` (409: or not tested), `closing` (409: being
    cancelled or repriced), `too_late`, `gateway_unavailable` (503), `gateway_refused` (409).
    """
    attempt = open_attempt(order_id, actor=actor)
    try:
        return _prepare(attempt)
    except SpentAttempt:
        # Paid, or closed for good, before another one takes its place.
        close_live_attempt(order_id, "order.pay", actor=GATEWAY, may_give_up=False)
    return _prepare(open_attempt(order_id, actor=actor))


class SpentAttempt(Refused):
    """The gateway will not renew what it once made for this attempt (409, `gateway_refused`)."""


def _prepare(attempt: PayAttempt) -> dict[str, str]:
    """What the phone needs, of what still holds at the gateway. Raises SpentAttempt, and as `start_payment`."""
    moment = clock.now()
    if attempt.expires_at <= moment:
        raise SpentAttempt("gateway_refused", _("The time to pay has passed. Please try again."))
    if not is_of_present_set(attempt):
        # Its parameters would be for another mini-program or merchant.
        raise SpentAttempt(
            "gateway_refused", _("The shop has changed its payment account. Please try again.")
        )
    gateway = gateway_of(attempt.method)
    if attempt.channel != gateway.channel or attempt.method != attempt.order.pay_method:
        # By a code on a screen of the shop, or by a link: the buyer rather pays on the phone.
        raise SpentAttempt("gateway_refused", _("The order is being paid elsewhere. Please try again."))
    if not attempt.is_announced or attempt.created_at + PREPAY_LIFE <= moment:
        _announce_anew(attempt)
    else:
        # The buyer pays now, while the shop may be asking seldom only.
        ask_soon(attempt)
    return gateway.hand_out(open_gateway_of(attempt), attempt, tell(attempt))


def _announce_anew(attempt: PayAttempt) -> None:
    column = "prepay_id" if attempt.channel == Channel.JSAPI else "code_url"
    setattr(attempt, column, announce(attempt))
    next_query_at = clock.now() + FIRST_QUERY_AFTER
    still_open = PayAttempt.objects.filter(pk=attempt.pk, state=AttemptState.OPEN)
    if not still_open.update(**{column: getattr(attempt, column)}, next_query_at=next_query_at):
        # Closed while the gateway was asked: what it made must not reach the buyer.
        raise refuse_closing()


def is_of_present_set(attempt: PayAttempt) -> bool:
    """Whether it was made for the merchant number and app that the shop has now."""
    account = gateway_of(attempt.method).find_account()
    return account is None or (attempt.mchid, attempt.appid) in (("", ""), (account.mchid, account.appid))


def ask_soon(attempt: PayAttempt) -> None:
    """Let the next question follow within FIRST_QUERY_AFTER, however seldom it was asked lately."""
    moment = clock.now()
    soon = moment + FIRST_QUERY_AFTER
    # One that is due is being asked at this moment: the timer must not put the next one far away afterwards.
    due_or_far = Q(next_query_at__lte=moment) | Q(next_query_at__gt=soon)
    PayAttempt.objects.filter(due_or_far, pk=attempt.pk).update(next_query_at=soon)


def open_attempt(order_id: int, *, actor: Actor) -> PayAttempt:
    """The live attempt of an order that is to be paid by a gateway, made if there is none."""
    with transaction.atomic():
        order = lock_row(order_id)
        _check_payable(order, actor)
        live = order.attempts.select_for_update().filter(state__in=LIVE).first()
        if live is None:
            gateway = gateway_of(order.pay_method)
            openid = order.customer.openid if gateway.channel == Channel.JSAPI else ""
            return make_attempt(order, method=gateway.method, channel=gateway.channel, openid=openid)
        if live.state == AttemptState.CLOSING and is_leased(live):
            raise refuse_closing()
        if live.state == AttemptState.CLOSING:
            live.state = AttemptState.OPEN
            live.save(update_fields=["state"])
        return live


def _check_payable(order: Order, actor: Actor) -> None:
    if (actor.kind, actor.id) != (ActorKind.CUSTOMER, order.customer_id):
        raise Refused("not_found", _("There is no such order."), 404)
    check_move(order, MOVES["order.pay"], GATEWAY)
    if order.pay_method not in ONLINE:
        raise Refused(
            "not_wechat", _("This order is paid neither by WeChat Pay nor by Alipay. Choose one first.")
        )
    check_in_time(order)


def check_in_time(order: Order) -> None:
    """Raise Refused `too_late` when an unpaid order is past its deadline, swept already or not."""
    if order.stage == Stage.UNPAID and order.pay_by and order.pay_by <= clock.now():
        raise Refused(
            "too_late",
            _("The buyer's time to pay has passed: the order is about to be closed."),
            to_buyer=_("The time to pay has passed. Please place a new order."),
        )


def refuse_closing() -> Refused:
    """That a verb is closing the attempt at this moment."""
    message = _("The order is being changed at this moment. Try again in a few seconds.")
    return Refused("closing", message, retry_after=3)


def make_attempt(order: Order, *, method: PayMethod = PayMethod.WECHAT, **columns: Any) -> PayAttempt:
    """A new attempt of a locked order that has none, for all that it owes; `columns` beside its own.

    Raises Refused `wechat_not_set_up`, `alipay_not_set_up`.
    """
    gateway = gateway_of(method)
    moment, account = clock.now(), gateway.find_account()
    if account is None or account.tested_at is None:
        # With credentials that nobody has proved, nobody could ask later what became of it.
        raise gateway.refuse_untested()
    own = {
        "number": number_attempt(order),
        "method": method,
        "amount_fen": order.owed_fen,
        "created_at": moment,
        "expires_at": max(order.pay_by or moment + timedelta(hours=2), moment + SHORTEST_LIFE),
        "next_query_at": moment + FIRST_QUERY_AFTER,
        "mchid": account.mchid,
        "appid": account.appid,
    }
    return PayAttempt.objects.create(order=order, **(own | columns))


def announce(attempt: PayAttempt, *, payer_ip: str = "") -> str:
    """What the gateway made of an attempt: a prepay id, what its code says, or where the browser at `payer_ip` is led.

    The same number with the same parameters gives the same again, so this may be repeated. Raises SpentAttempt, Refused
    `gateway_refused`, `gateway_unavailable` (503).
    """
    gateway = gateway_of(attempt.method)
    words = {"gateway": gateway.method.label}
    try:
        return create_at_gateway(attempt, told=tell(attempt, payer_ip=payer_ip))
    except Rejected as error:
        message = _("%(gateway)s refused the payment: %(why)s") % (words | {"why": error.message})
        is_spent = attempt.is_announced or error.code in gateway.used_codes
        refusal = SpentAttempt if is_spent else Refused
        raise refusal("gateway_refused", message, 409, gateway_code=error.code) from error
    except ClientError as error:
        away = _("%(gateway)s does not answer at the moment. Please try again in a few seconds.") % words
        raise Refused("gateway_unavailable", away, 503, retry_after=5) from error


def tell(attempt: PayAttempt, *, payer_ip: str = "") -> Announced:
    """What the gateway is told of an attempt, each time the same."""
    return Announced(
        attempt.number,
        attempt.amount_fen,
        get_store_settings().shop_name or attempt.number,
        attempt.expires_at,
        settings.BASE_URL + gateway_of(attempt.method).pay_notice_path,
        payer_ip,
    )
