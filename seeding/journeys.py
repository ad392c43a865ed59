"""Parcels of the past on their way: what couriers told of them, in time, and the few that met with trouble."""

from datetime import datetime, timedelta

from django.db.models import Q

from orders.stages import Stage
from orders.tracking.models import Journey, Tracking
from orders.tracking.services.asking import note_subscribed
from orders.tracking.services.hearing import hear
from shop import clock
from shop.clients.tracking.news import News, Report, Where
from shop.demo.standins.couriers.journeys import find_fate

COLLECTED_AFTER, ASKED_AFTER = timedelta(hours=3), timedelta(hours=20)
SILENT_FOR = timedelta(hours=48)
OVER = (Stage.DONE, Stage.CLOSED)
TROUBLES = (
    (Where.PROBLEM, "405", "【北京市】派送不成功：收件地址不详，电话无人接听", "北京市"),
    (Where.REFUSED, "404", "【北京市】收件人拒收，快件将退回", "北京市"),
    (Where.RETURNED, "406", "【杭州市】退件已由寄件方签收", "杭州市"),
)
"""One parcel each, the oldest first."""


def keep_moving() -> None:
    """Let parcels be heard of before anybody would miss them, but for those that get stuck; and let nobody be asked."""
    moment = clock.now()
    for tracking in Tracking.objects.filter(ended_at=None, next_query_at__lte=moment):
        note_subscribed(tracking)
    is_followed = Q(trouble="") | Q(order__stage__in=OVER)
    on_their_way = Tracking.objects.filter(is_followed, ended_at=None).exclude(state=Journey.DELIVERED)
    for tracking in on_their_way.filter(began_at__lte=moment - ASKED_AFTER).select_related("order"):
        for news in _list_missing(tracking, moment):
            _tell(tracking, news)


def _list_missing(tracking: Tracking, moment: datetime) -> list[News]:
    """What its courier would have told by now."""
    collected = News(
        tracking.began_at + COLLECTED_AFTER, "【杭州市】余杭良渚营业部已揽收", "杭州市", Where.COLLECTED, "1"
    )
    moving = News(
        moment - timedelta(hours=1), "【上海市】快件已到达上海转运中心", "上海市", Where.IN_TRANSIT, "2"
    )
    if tracking.order.stage in OVER:
        return [News(moment - timedelta(hours=1), "快件已签收，签收人：本人", "", Where.DELIVERED, "301")]
    if tracking.state != Journey.NOTHING and find_fate(tracking.tracking_no) == "stuck":
        return []
    last = tracking.news_at or collected.at
    return [
        *([collected] if tracking.state == Journey.NOTHING else []),
        *([moving] if last <= moment - SILENT_FOR else []),
    ]


def meet_trouble() -> None:
    """Of those that have moved a few do not arrive as they should."""
    live = Tracking.objects.filter(ended_at=None, trouble="", news_at__isnull=False)
    moved = live.exclude(state=Journey.DELIVERED).order_by("began_at", "pk")
    for tracking, (where, code, words, place) in zip(moved, TROUBLES, strict=False):
        _tell(tracking, News(clock.now() - timedelta(minutes=40), words, place, where, code))


def _tell(tracking: Tracking, news: News) -> None:
    hear(tracking.pk, Report(tracking.courier, tracking.tracking_no, (news,)))
