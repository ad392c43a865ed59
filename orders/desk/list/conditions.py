"""What each work queue of the desk holds, as a condition on orders: the list, the counts and the start page agree."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from orders.desk.labels import SOON
from orders.desk.list.filters import WorkQueue
from orders.payments.models import Refund, RefundState
from orders.stages import IN_HAND, TO_SHIP, Stage
from shop import clock
from shop.store.deliveries import SENT

CLOSING_SOON = timedelta(minutes=10)
REFUNDS_IN = {
    WorkQueue.REFUND_FAILED: Q(state=RefundState.FAILED) | Q(stuck_at__isnull=False),
    WorkQueue.TO_PAY_OUT: Q(state=RefundState.TO_PAY_OUT),
}
_TO_SHIP = Q(stage__in=TO_SHIP, delivery__in=SENT, is_held=False)
_IN_HAND = Q(stage__in=IN_HAND, is_held=False)


def is_missed_today(now: datetime) -> Q:
    """Orders that still have time, yet not beyond midnight in the shop's time zone: sent tomorrow they are late."""
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    return _IN_HAND & Q(ship_by__gt=now, ship_by__lte=clock.start_of_day(tomorrow))


def is_in_queue(queue: WorkQueue, now: datetime) -> Q:
    """The orders that wait in a queue at this moment; one to ship that is on hold is in its own queue only.

    The time to ship runs from the payment on, so what still waits to be confirmed may be urgent, or overdue, too.
    """
    if queue in REFUNDS_IN:
        refunds = Refund.objects.filter(REFUNDS_IN[queue])
        return Q(pk__in=refunds.values("order_id"))
    conditions = {
        WorkQueue.OVERDUE: _IN_HAND & Q(ship_by__lte=now),
        WorkQueue.WITHIN_24H: _IN_HAND & Q(ship_by__gt=now, ship_by__lte=now + SOON),
        WorkQueue.SHIP_LATER: _TO_SHIP & (Q(ship_by__gt=now + SOON) | Q(ship_by__isnull=True)),
        WorkQueue.SHORT: Q(is_short=True),
        WorkQueue.HELD: Q(is_held=True),
        WorkQueue.TRANSFERS: Q(proof_sent_at__isnull=False),
        WorkQueue.CLOSING_SOON: Q(stage=Stage.UNPAID, pay_by__lte=now + CLOSING_SOON),
    }
    return conditions[queue]
