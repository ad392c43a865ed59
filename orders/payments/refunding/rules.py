"""What gateways take of refunds: for how long, how many of one payment, how far apart.

Sources: WeChat Pay documents 退款申请 (365 days, 50 partial refunds, a minute apart); Alipay alipay.trade.refund
(12 months).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, DateTimeField, Max, Q
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.payments.models import Payment, RefundState
from orders.payments.selectors import REFUNDABLE_FOR
from shop.store.choices import PayMethod
from shop.words import fill

UNDER_WAY = (RefundState.COMMITTED, RefundState.PROCESSING)


@dataclass(frozen=True)
class GatewayRule:
    """`most` refunds of one payment at all, each `apart` from the last; 0 is no limit."""

    takes_for: timedelta = REFUNDABLE_FOR
    most: int = 0
    apart: timedelta = timedelta(0)


RULES: dict[str, GatewayRule] = {
    PayMethod.WECHAT: GatewayRule(most=50, apart=timedelta(minutes=1)),
    PayMethod.ALIPAY: GatewayRule(),
}


@dataclass(frozen=True)
class Use:
    """How many refunds of a payment its gateway was given or will be, and when the last of them goes out."""

    made: int = 0
    last_at: datetime | None = None


def map_uses(payments: Iterable[int]) -> dict[int, Use]:
    """The use of these payments (ids) by one query."""
    is_given = (
        Q(refunds__sent_at__isnull=False) | Q(refunds__state__in=UNDER_WAY) | Q(refunds__gateway_id__gt="")
    )
    goes_at = Coalesce("refunds__sent_at", "refunds__next_try_at", output_field=DateTimeField())
    rows = (
        Payment.objects.filter(pk__in=payments)
        .values_list("pk")
        .annotate(made=Count("refunds", filter=is_given), last_at=Max(goes_at, filter=is_given))
    )
    return {pk: Use(made, last_at) for pk, made, last_at in rows}


def read_use(payment: Payment) -> Use:
    """That of one payment."""
    return map_uses([payment.pk])[payment.pk]


def count_days_left(payment: Payment, now: datetime) -> int | None:
    """For how many days its gateway still takes refunds: 0 when none, None where no gateway is asked."""
    rule = RULES.get(payment.method)
    return max((payment.captured_at + rule.takes_for - now).days, 0) if rule else None


def is_too_old(payment: Payment, now: datetime) -> bool:
    """Whether it was paid longer ago than its gateway refunds."""
    rule = RULES.get(payment.method)
    return rule is not None and now >= payment.captured_at + rule.takes_for


def describe_too_old(payment: Payment) -> Promise:
    """Why a refund of such a payment is not tried again, and what to do."""
    days = RULES[payment.method].takes_for.days
    words = _(
        "It was paid more than %(days)d days ago, which the gateway does not refund: pay it out by hand."
    )
    said: Promise = fill(words, {"days": days})
    return said


def find_bar(payment: Payment, use: Use, now: datetime) -> Promise | str:
    """Why its gateway will take no refund of it any more, so that people pay it out; "" when it will."""
    rule = RULES.get(payment.method)
    if rule is None:
        return ""
    if is_too_old(payment, now):
        return _("paid longer ago than the gateway refunds")
    return _("the gateway takes no more refunds of this payment") if 0 < rule.most <= use.made else ""


def find_slot(payment: Payment, use: Use, now: datetime) -> datetime:
    """When its gateway takes the next refund of it: now, or as far from the last as it wants."""
    rule = RULES.get(payment.method)
    return max(now, use.last_at + rule.apart) if rule and use.last_at else now
