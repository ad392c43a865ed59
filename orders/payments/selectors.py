"""Money rows that are due."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, Sum

from orders.guards import UNDO_GRACE
from orders.models import Order
from orders.payments.line import FAILURES, TELL_AFTER, list_silent_merchants
from orders.payments.models import (
    LIVE,
    GatewayLine,
    PayAttempt,
    Payment,
    Refund,
    RefundState,
)
from orders.stages import IN_HAND, AftersaleMark, Stage
from orders.waybills.selectors import VOIDABLE
from shop.store.choices import Delivery, OverdueRule
from shop.store.models import FormerCredentials

_LIVE_ATTEMPT = PayAttempt.objects.filter(order=OuterRef("pk"), state__in=LIVE)


def list_due_to_cancel(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Unpaid orders past their deadline that nobody is paying."""
    due = Order.objects.filter(~Exists(_LIVE_ATTEMPT), stage=Stage.UNPAID, pay_by__lte=now)
    return list(due.exclude(pk__in=skip).order_by("pay_by").values_list("pk", flat=True)[:limit])


def list_due_to_close(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Unpaid orders past their deadline with a live attempt, unless the task is under way.

    As with all that the gateway is asked about: while it does not answer, rows wait where they are.
    """
    asked = _LIVE_ATTEMPT.filter(cancel_asked_until__gt=now)
    heard = _LIVE_ATTEMPT.exclude(mchid__in=list_silent_merchants())
    due = Order.objects.filter(Exists(heard), stage=Stage.UNPAID, pay_by__lte=now)
    due = due.exclude(Exists(asked)).exclude(pk__in=skip)
    return list(due.order_by("pay_by").values_list("pk", flat=True)[:limit])


def list_unpaid_supplements(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Orders of which the rest, which they cost more since they were paid, was to be paid by now."""
    due = Order.objects.filter(supplement_by__lte=now).exclude(pk__in=skip)
    return list(due.order_by("supplement_by").values_list("pk", flat=True)[:limit])


def is_held(order_id: int) -> bool:
    """Whether an order is on hold, unlocked: most that are paid are not."""
    return Order.objects.filter(pk=order_id, is_held=True).exists()


def list_unsent(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Orders of which nothing was sent in time, that were placed under the rule to close by itself; none picked up.

    With an e-waybill only while that can be voided: what its courier has kept is for people.
    """
    due = Order.objects.filter(
        overdue_rule=OverdueRule.CLOSE, stage__in=IN_HAND, ship_by__lte=now, is_held=False, pieces_shipped=0
    ).exclude(aftersale_mark=AftersaleMark.OPEN)
    due = due.exclude(delivery=Delivery.PICKUP).exclude(undone_at__gt=now - UNDO_GRACE)
    own, shared = VOIDABLE.filter(order=OuterRef("pk")), VOIDABLE.filter(bundle=OuterRef("bundle"))
    due = due.filter(Q(has_label=False) | Exists(own) | Exists(shared))
    return list(due.exclude(pk__in=skip).order_by("ship_by").values_list("pk", flat=True)[:limit])


def list_due_to_query(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    due = PayAttempt.objects.filter(next_query_at__lte=now).exclude(mchid__in=list_silent_merchants())
    return list(due.exclude(pk__in=skip).order_by("next_query_at").values_list("pk", flat=True)[:limit])


UNHEARD_FOR = timedelta(hours=1)
"""An attempt is asked about for so long before a person is called."""


def is_unheard(now: datetime) -> Q:
    """Attempts that nobody has answered about for too long, and of which people were not told yet."""
    return Q(unheard_since__lte=now - UNHEARD_FOR, stuck_at__isnull=True)


def list_stuck_attempts(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Where a whole gateway is silent, people hear of that once instead."""
    stuck = PayAttempt.objects.filter(is_unheard(now)).exclude(pk__in=skip)
    stuck = stuck.exclude(mchid__in=list_silent_merchants())
    return list(stuck.order_by("unheard_since").values_list("pk", flat=True)[:limit])


def list_lines_to_probe(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    silent = GatewayLine.objects.filter(
        Q(probe_at__isnull=True) | Q(probe_at__lte=now), failures__gte=FAILURES
    )
    return list(silent.exclude(pk__in=skip).order_by("pk").values_list("pk", flat=True)[:limit])


def list_silent_lines(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Gateways that have not answered for TELL_AFTER, of which people were not told yet."""
    silent = GatewayLine.objects.filter(
        failures__gte=FAILURES, silent_since__lte=now - TELL_AFTER, told_at__isnull=True
    )
    return list(silent.exclude(pk__in=skip).order_by("pk").values_list("pk", flat=True)[:limit])


def get_kept_fen(order: Order) -> int:
    """What was paid and is neither back nor on its way: goodwill may have given back more than lines are left for."""
    return sum(payment.refundable_fen for payment in order.payments.filter(counts=True))


def get_freight_left_fen(order: Order, *, on_lines_fen: int | None = None) -> int:
    """What of the freight has not been refunded: a refund that stands on no line and is no goodwill is freight.

    `on_lines_fen` is what was refunded on the lines, where they have been read already.
    """
    given = order.refunds.filter(payment__counts=True, is_goodwill=False).aggregate(fen=Sum("amount_fen"))
    if on_lines_fen is None:
        on_lines_fen = order.lines.aggregate(fen=Sum("refunded_fen"))["fen"] or 0
    refunded = (given["fen"] or 0) - on_lines_fen
    return max(order.freight_fen + order.freight_adjust_fen - refunded, 0)


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
        ~Q(payment__attempt__mchid__in=list_silent_merchants()),
        state__in=[RefundState.COMMITTED, RefundState.PROCESSING],
        next_try_at__lte=now,
    )
    return list(due.exclude(pk__in=skip).order_by("next_try_at").values_list("pk", flat=True)[:limit])


FORMER_KEPT_FOR = timedelta(days=3)
"""The gateway repeats a callback for a day; one that was made with keys since exchanged must still be read."""
REFUNDABLE_FOR = timedelta(days=365)
"""The gateway takes refunds for a year after the payment (WeChat Pay, 申请退款)."""


def list_former_to_look_at(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    due = FormerCredentials.objects.filter(
        Q(look_at__isnull=True) | Q(look_at__lte=now), replaced_at__lte=now - FORMER_KEPT_FOR
    )
    return list(due.exclude(pk__in=skip).order_by("pk").values_list("pk", flat=True)[:limit])


def is_merchant_needed(mchid: str, now: datetime) -> bool:
    """Whether money may still move under this merchant number: an open attempt, a refund under way or possible."""
    attempts = PayAttempt.objects.filter(mchid=mchid)
    if attempts.filter(Q(state__in=LIVE) | Q(next_query_at__isnull=False)).exists():
        return True
    if Refund.objects.filter(payment__attempt__mchid=mchid).exclude(state=RefundState.DONE).exists():
        return True
    payments = Payment.objects.filter(attempt__mchid=mchid, captured_at__gt=now - REFUNDABLE_FOR)
    return payments.filter(amount_fen__gt=F("refunding_fen") + F("refunded_fen")).exists()
