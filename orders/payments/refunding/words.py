"""How money goes back, in words for staff."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.payments.models import Refund, RefundState
from orders.payments.refunding.plan import Route
from orders.payments.refunding.rules import describe_too_old, is_too_old
from orders.payments.services.refunds import BACKUP_AFTER
from shop import clock
from shop.money import format_fen
from shop.store.choices import PayMethod
from shop.words import fill

_BACK = _("%(amount)s by %(way)s, to where it was paid from")
_BACK_LATER = _(
    "%(amount)s by %(way)s, to where it was paid from, at %(time)s: it wants a minute between refunds"
)
_TO_BALANCE = _("%(amount)s to the buyer's balance, at once")
_BY_HAND = _("%(amount)s to be paid out by hand (%(way)s)")
_BARRED = _("%(amount)s to be paid out by hand (%(way)s): %(why)s")
_SOON = timedelta(seconds=5)


def describe_route(order: Order, route: Route) -> Any:
    """What of a plan goes which way, and when."""
    facts = {"amount": format_fen(route.amount_fen), "way": order.name_method(PayMethod(route.method))}
    if route.is_by_hand:
        return fill(_BARRED, facts | {"why": route.bar}) if route.bar else fill(_BY_HAND, facts)
    if route.method == PayMethod.BALANCE:
        return fill(_TO_BALANCE, facts)
    if route.goes_at and route.goes_at > clock.now() + _SOON:
        return fill(_BACK_LATER, facts | {"time": _write_time(route.goes_at)})
    return fill(_BACK, facts)


def describe_wait(refund: Refund) -> Any:
    """When a refund goes out that waits only because its gateway wants time between two; "" of all others."""
    at, soon = refund.next_try_at, refund.created_at + BACKUP_AFTER
    if refund.state != RefundState.COMMITTED or refund.tries or at is None or at <= max(clock.now(), soon):
        return ""
    time = _write_time(at)
    return fill(_("goes out at %(time)s: the gateway wants a minute between refunds"), {"time": time})


def _write_time(moment: Any) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


def can_be_retried(refund: Refund) -> bool:
    """Whether a failed refund may be tried again; its gateway takes none of what was paid too long ago."""
    return refund.state == RefundState.FAILED and not is_too_old(refund.payment, clock.now())


def describe_no_retry(refund: Refund) -> Any:
    """Why a failed refund cannot be tried again, and what to do; "" of all others."""
    if refund.state != RefundState.FAILED or can_be_retried(refund):
        return ""
    return describe_too_old(refund.payment)
