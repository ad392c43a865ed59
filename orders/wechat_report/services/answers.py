"""What WeChat says of a report, applied once under the order's lock; and who may ask meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from orders.moves import lock_row
from orders.wechat_report.models import ASKED, SETTLED, ReportState, ShippingReport
from orders.wechat_report.moves import WECHAT
from orders.wechat_report.services.following import change, describe, settle_unheard
from orders.wechat_report.wanted import Wanted, is_same
from shop import clock
from shop.actor import Actor, ActorKind
from shop.moves import services

LEASE = timedelta(seconds=60)
SPEAKER = Actor(ActorKind.GATEWAY, name=WECHAT)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(days=1)
ALL_WAIT = timedelta(hours=1)
_TICK = timedelta(milliseconds=1)


def lease_report(report_id: int) -> ShippingReport | None:
    """Take the only right to talk to WeChat about a report for a while; None when it is not due, or somebody has it."""
    moment = clock.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=moment)
    mine = ShippingReport.objects.filter(free, pk=report_id, state__in=ASKED, asked_at__lte=moment)
    if not mine.update(lease_until=moment + LEASE, tries=F("tries") + 1):
        return None
    return _read(report_id)


def _read(report_id: int) -> ShippingReport:
    rows = ShippingReport.objects.select_related("order__customer", "payment__attempt")
    return rows.get(pk=report_id)


def note_sending(report: ShippingReport, sending: Wanted) -> datetime | None:
    """From now on WeChat may have heard of this; the time that the upload bears, later than that of any before.

    None when what is true has changed at this moment, or another try has begun.
    """
    now, last = clock.now(), report.upload_at
    at = max(now, last + _TICK) if last else now
    mine = _find_mine(report).filter(version=report.version)
    return at if mine.update(sent_at=now, sending=sending, upload_at=at) else None


def forget_sending(report: ShippingReport) -> ShippingReport | None:
    """WeChat has not heard of the last try. The report as it is now; None when nothing is left to tell."""
    with _locked_pair(report) as current:
        if current.tries != report.tries or not current.is_waiting:
            return None
        _find_mine(report).update(sent_at=None)
        current.sent_at = None
        if current.wanted and not is_same(current.wanted, current.taken):
            return _read(report.pk)
        settle_unheard(current)
    return None


def put_off(report: ShippingReport, *, error: str, was_heard: bool = False) -> None:
    """Tell it again later, after as long again as was waited for it: a minute at least, a day at most.

    `was_heard`: WeChat may have heard of it. Without effect when another try has begun.
    """
    waited = clock.now() - (report.asked_at or clock.now())
    later = clock.now() + min(max(waited, FIRST_WAIT), LONGEST_WAIT)
    changes: dict[str, Any] = {"lease_until": None, "next_try_at": later, "last_error": error[:200]}
    _find_mine(report).update(**changes | ({} if was_heard else {"sent_at": None}))


def put_all_off(report: ShippingReport, *, error: str) -> None:
    """WeChat takes no report at all for now: this one and all others that are due wait an hour."""
    later = clock.now() + ALL_WAIT
    _find_mine(report).update(sent_at=None, lease_until=None, next_try_at=later, last_error=error[:200])
    ShippingReport.objects.filter(next_try_at__lt=later, lease_until__isnull=True).update(next_try_at=later)


def _find_mine(report: ShippingReport) -> "QuerySet[ShippingReport]":
    return ShippingReport.objects.filter(pk=report.pk, tries=report.tries, state__in=ASKED)


def apply_told(report: ShippingReport) -> None:
    """WeChat knows what was sent. What has changed since is told anew."""
    with _locked_pair(report) as current:
        if current.tries != report.tries or not current.is_waiting:
            return
        told = current.sending
        changes = SETTLED | {"taken": told, "told_at": clock.now(), "last_error": ""}
        services.move(current, "report.tell", actor=SPEAKER, changes=changes, data=describe(told))
        if current.wanted and not is_same(current.wanted, told):
            change(current, current.wanted)


def lose_report(report: ShippingReport, *, error: str) -> None:
    """No answer that can be believed: WeChat is asked what it knows before it is told again."""
    if report.state == ReportState.WAITING:
        _end(report, "report.lose", error, changes={})
    put_off(report, error=error, was_heard=True)


def fail_report(report: ShippingReport, *, error: str) -> None:
    """WeChat does not take it as it is: a person has to do something first."""
    _end(report, "report.fail", error, changes=SETTLED)


def fix_report(report: ShippingReport, *, error: str) -> None:
    """WeChat takes nothing more about this payment."""
    _end(report, "report.fix", error, changes=SETTLED)


def _end(report: ShippingReport, verb: str, error: str, *, changes: dict[str, Any]) -> None:
    with _locked_pair(report) as current:
        if current.tries == report.tries and current.is_waiting:
            said = {"error": error[:200]}
            services.move(
                current, verb, actor=SPEAKER, changes=changes | {"last_error": error[:200]}, data=said
            )


@contextmanager
def _locked_pair(report: ShippingReport) -> Iterator[ShippingReport]:
    with transaction.atomic():
        lock_row(report.order_id)
        yield services.lock_row(ShippingReport, report.pk)
