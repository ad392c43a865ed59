"""A parcel that was sent is followed under the number it has, and no longer than it has it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from orders.shipping.models import Parcel, ParcelLine, ParcelState
from orders.tracking.models import FINAL, ON_ITS_WAY, QUIET, Journey, Tracking
from orders.tracking.providers import choose_provider
from orders.waybills.models import Waybill
from shop import clock
from shop.actor import SYSTEM
from shop.couriers.models import STUCK_HOURS, CourierAccount, Provider
from shop.moves.services import begin, lock_row, move

COLLECTED_WITHIN = timedelta(hours=24)
"""A parcel that was sent longer ago and has not left yet is one to look at."""
_PUSHES_COME_WITHIN = timedelta(hours=4)
OVER: dict[str, Any] = QUIET | {"check_at": None, "next_query_at": None, "lease_until": None}


def follow_parcels(parcel_ids: Iterable[int]) -> None:
    """Follow what was sent, and nothing else: what counts is what each parcel is now, so that events may come twice."""
    for parcel_id in parcel_ids:
        with transaction.atomic():
            parcel = Parcel.objects.select_for_update(no_key=True).filter(pk=parcel_id).first()
            if parcel is not None:
                _follow(parcel)


def _follow(parcel: Parcel) -> None:
    is_sent = parcel.state == ParcelState.SENT and bool(parcel.courier and parcel.tracking_no)
    for live in Tracking.objects.filter(parcel=parcel, ended_at__isnull=True):
        if not is_sent or (live.courier, live.tracking_no) != (parcel.courier, parcel.tracking_no):
            end_tracking(live.pk)
    if is_sent and not Tracking.objects.filter(parcel=parcel, ended_at__isnull=True).exists():
        _begin(parcel)


def end_tracking(tracking_id: int) -> None:
    """Follow it no longer. Without effect on one that has ended."""
    tracking = lock_row(Tracking, tracking_id)
    if tracking.is_live:
        changes = OVER | {"ended_at": clock.now()}
        move(tracking, "tracking.end", actor=SYSTEM, changes=changes, data=describe_tracking(tracking))


def _begin(parcel: Parcel) -> None:
    former = Tracking.objects.filter(
        parcel=parcel, courier=parcel.courier, tracking_no=parcel.tracking_no
    ).first()
    if former is not None:
        _take_up(lock_row(Tracking, former.pk))
        return
    lines = ParcelLine.objects.filter(parcel=parcel).select_related("order_line__order__customer")
    first = lines.order_by("order_line__order_id").first()
    if first is None or first.order_line.order.is_test:
        return
    tracking = Tracking(
        order=first.order_line.order,
        parcel=parcel,
        courier=parcel.courier,
        tracking_no=parcel.tracking_no,
        state=Journey.NOTHING,
        began_at=parcel.sent_at or clock.now(),
    )
    _be_asked(tracking)
    begin(tracking, "tracking.begin", actor=SYSTEM, data=describe_tracking(tracking))


def _be_asked(tracking: Tracking) -> None:
    """Who is asked, and when first: of an e-waybill of 快递鸟 news comes by itself (IsSubscribe is 1 by default)."""
    tracking.provider = choose_provider(tracking.courier)
    if not tracking.provider:
        return
    moment = clock.now()
    of_kdniao = Waybill.objects.filter(
        courier=tracking.courier, tracking_no=tracking.tracking_no, provider=Provider.KDNIAO
    )
    is_subscribed = tracking.provider == Provider.KDNIAO and of_kdniao.exists()
    tracking.subscribed_at = moment if is_subscribed else None
    tracking.next_query_at = moment + _PUSHES_COME_WITHIN if is_subscribed else moment
    tracking.check_at = find_check(tracking, read_stuck_hours())


def _take_up(tracking: Tracking) -> None:
    """The parcel has its former number again."""
    if tracking.is_live:
        return
    tracking.ended_at = None
    changes: dict[str, Any] = {"ended_at": None, "check_at": find_check(tracking, read_stuck_hours())}
    if tracking.provider and tracking.state not in FINAL:
        changes["next_query_at"] = clock.now()
    move(tracking, "tracking.take_up", actor=SYSTEM, changes=changes, data=describe_tracking(tracking))


def read_stuck_hours() -> dict[str, int]:
    """Courier → after how many hours of silence somebody should look, of those that the shop has an account with."""
    return dict(CourierAccount.objects.values_list("code", "stuck_hours"))


def find_check(tracking: Tracking, stuck_hours: Mapping[str, int]) -> datetime | None:
    """When its silence is one to look at, None where news is not to be waited for, or nobody could tell any."""
    if not tracking.provider or not tracking.is_live or tracking.state not in ON_ITS_WAY:
        return None
    if tracking.state == Journey.NOTHING:
        return tracking.began_at + COLLECTED_WITHIN
    hours = stuck_hours.get(tracking.courier, STUCK_HOURS)
    return (tracking.news_at or clock.now()) + timedelta(hours=hours)


def describe_tracking(tracking: Tracking) -> dict[str, Any]:
    """What its events say of it."""
    return {"courier": tracking.courier, "tracking_no": tracking.tracking_no}
