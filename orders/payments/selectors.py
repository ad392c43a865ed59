"""Money rows that are due."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, Sum

from orders.models import Order
from orders.payments.models import LIVE, GatewayNotice, PayAttempt, Refund, RefundState
from orders.stages import IN_HAND, AftersaleMark, Stage
from shop.store.choices import OverdueRule

_LIVE_ATTEMPT = PayAttempt.objects.filter(order=OuterRef("pk"), state__in=LIVE)


def list_due_to_cancel(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Unpaid orders past their deadline that nobody is paying."""
    due = Order.objects.filter(~Exists(_LIVE_ATTEMPT), stage=Stage.UNPAID, pay_by__lte=now)
    return list(due.exclude(pk__in=skip).order_by("pay_by").values_list("pk", flat=True)[:limit])


def list_due_to_close(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Unpaid orders past their deadline with a live attempt, unless the task is under way."""
    asked = _LIVE_ATTEMPT.filter(cancel_asked_until__gt=now)
    due = Order.objects.filter(Exists(_LIVE_ATTEMPT), stage=Stage.UNPAID, pay_by__lte=now)
    due = due.exclude(Exists(asked)).exclude(pk__in=skip)
    return list(due.order_by("pay_by").values_list("pk", flat=True)[:limit])


def list_unsent(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Orders of which nothing was sent in time, that were placed under the rule to close by itself."""
    due = Order.objects.filter(
        overdue_rule=OverdueRule.CLOSE, stage__in=IN_HAND, ship_by__lte=now, is_held=False, pieces_shipped=0
    ).exclude(aftersale_mark=AftersaleMark.OPEN)
    return list(due.exclude(pk__in=skip).order_by("ship_by").values_list("pk", flat=True)[:limit])


def list_due_to_query(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    due = PayAttempt.objects.filter(next_query_at__lte=now).exclude(pk__in=skip)
    return list(due.order_by("next_query_at").values_list("pk", flat=True)[:limit])


REFUSED_KEPT_FOR = timedelta(days=7)


def list_old_refused_notices(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    old = GatewayNotice.objects.filter(is_accepted=False, received_at__lt=now - REFUSED_KEPT_FOR)
    return list(old.exclude(pk__in=skip).order_by("received_at").values_list("pk", flat=True)[:limit])


def list_refused_notices(*, limit: int = 20) -> list[GatewayNotice]:
    """Callbacks that were refused lately: the genuine ones first, then the newest; without their text."""
    refused = GatewayNotice.objects.filter(is_accepted=False).defer("body")
    return list(refused.order_by("-is_signed", "-id")[:limit])


def get_kept_fen(order: Order) -> int:
    """What was paid and is not on its way back."""
    under_way = order.refunds.exclude(state=RefundState.DONE).aggregate(fen=Sum("amount_fen"))["fen"]
    return order.paid_fen - order.refunded_fen - (under_way or 0)


SILENT_FOR = timedelta(hours=24)
"""A refund that cannot be sent, or not be asked about, is tried for so long before a person is called."""
PROCESSING_FOR = timedelta(days=3)
"""A refund to a bank card may take the gateway days."""


def is_stuck(now: datetime) -> Q:
    """Refunds under way that should have come through by now and were not told of yet."""
    too_long = Q(state=RefundState.COMMITTED, sending_since__lte=now - SILENT_FOR) | Q(
        state=RefundState.PROCESSING, sending_since__lte=now - PROCESSING_FOR
    )
    return too_long & Q(stuck_at__isnull=True)


def list_stuck_refunds(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    due = Refund.objects.filter(is_stuck(now)).exclude(pk__in=skip)
    return list(due.order_by("sending_since").values_list("pk", flat=True)[:limit])


def list_due_refunds(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    due = Refund.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=now),
        next_try_at__lte=now,
        state__in=[RefundState.COMMITTED, RefundState.PROCESSING],
    ).exclude(pk__in=skip)
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit])
