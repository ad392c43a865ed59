"""Who may ask a provider about a parcel, how often, and when next."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from orders.tracking.models import FINAL, QueryDay, Tracking
from shop import clock

LEASE = timedelta(seconds=60)
LEAST_WAIT = timedelta(minutes=30)
"""快递100 locks out who asks about one number more often."""
MOST_WAIT = timedelta(hours=8)
SUBSCRIBED_WAIT = timedelta(hours=12)
"""What is pushed is asked about only in case that a push was lost."""
ASKED_FOR = timedelta(days=45)
"""A parcel that was sent longer ago is not asked about any more."""


def lease_tracking(tracking_id: int) -> Tracking | None:
    """Take the only right to talk to the provider about it for a while; None when somebody has it, or nobody need."""
    moment = clock.now()
    free = Tracking.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=moment),
        pk=tracking_id,
        next_query_at__isnull=False,
        ended_at__isnull=True,
    ).exclude(state__in=FINAL)
    if not free.update(lease_until=moment + LEASE, tries=F("tries") + 1):
        return None
    return Tracking.objects.select_related("order__customer").get(pk=tracking_id)


def may_query(tracking: Tracking) -> bool:
    """Whether it was not asked about lately; the shop's day has room for one more question, which is taken."""
    moment = clock.now()
    if tracking.queried_at and tracking.queried_at > moment - LEAST_WAIT:
        return False
    day, _is_new = QueryDay.objects.get_or_create(
        provider=tracking.provider, day=timezone.localdate(clock.now())
    )
    room = QueryDay.objects.filter(pk=day.pk, asked__lt=settings.TRACKING_DAILY_QUERIES)
    if not room.update(asked=F("asked") + 1):
        return False
    Tracking.objects.filter(pk=tracking.pk).update(queried_at=moment)
    return True


def note_subscribed(tracking: Tracking) -> None:
    """From now on the provider tells by itself."""
    moment = clock.now()
    _mine(tracking).update(
        subscribed_at=moment, tries=0, last_error="", lease_until=None, next_query_at=moment + SUBSCRIBED_WAIT
    )


def note_unsubscribable(tracking: Tracking, *, error: str) -> None:
    """The provider tells nothing of this one by itself: it is asked."""
    _mine(tracking).update(
        is_unsubscribable=True,
        last_error=error[:200],
        lease_until=None,
        next_query_at=clock.now() + LEAST_WAIT,
    )


def note_cut_off(tracking_id: int) -> None:
    """The provider has given a parcel up (abort, shutdown); it is subscribed to anew, but not at once."""
    mine = Tracking.objects.filter(pk=tracking_id, subscribed_at__isnull=False, next_query_at__isnull=False)
    mine.update(subscribed_at=None, tries=0, next_query_at=clock.now() + LEAST_WAIT)


def put_off(tracking: Tracking, *, error: str = "") -> None:
    """Ask again later, ever more seldom; not at all about a parcel that was sent long ago."""
    moment = clock.now()
    wait = (
        SUBSCRIBED_WAIT
        if tracking.subscribed_at
        else min(LEAST_WAIT * 2 ** min(tracking.tries - 1, 5), MOST_WAIT)
    )
    is_old = tracking.began_at < moment - ASKED_FOR
    _mine(tracking).update(
        last_error=error[:200], lease_until=None, next_query_at=None if is_old else moment + wait
    )


def _mine(tracking: Tracking) -> "QuerySet[Tracking]":
    """The row while no other try has begun and it is still to be asked about."""
    return Tracking.objects.filter(pk=tracking.pk, tries=tracking.tries, next_query_at__isnull=False)
