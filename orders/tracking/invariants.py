"""Invariants of parcels on their way."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from orders.shipping.models import ParcelState
from orders.tracking.models import FINAL, NEWEST_FIRST, ON_ITS_WAY, Journey, Tracking, TrackingEvent
from shop.events.models import EventDelivery
from shop.invariants import in_scope, invariant


@invariant("B16", "a parcel is where its newest news says it is")
def state_is_of_newest_news() -> Iterator[str]:
    newest = TrackingEvent.objects.filter(tracking=OuterRef("pk")).order_by(*NEWEST_FIRST).values("state")[:1]
    told = Coalesce(Subquery(newest), Value(Journey.NOTHING.value))
    for tracking in in_scope(
        Tracking.objects.annotate(newest=told).exclude(state=F("newest")), orders="order"
    ):
        yield f"tracking {tracking.pk} is {tracking.state}, its newest news says otherwise"


@invariant("B16.1", "once delivery has drained, a parcel of which its courier says so has arrived")
def delivered_have_arrived() -> Iterator[str]:
    waiting = EventDelivery.objects.filter(
        done_at__isnull=True, event__kind=Tracking.subject_kind, event__subject_id=OuterRef("pk")
    )
    live = Tracking.objects.filter(state=Journey.DELIVERED, ended_at__isnull=True)
    same = Q(
        parcel__courier=F("courier"), parcel__tracking_no=F("tracking_no"), parcel__state=ParcelState.SENT
    )
    for tracking in in_scope(live.filter(same).exclude(Exists(waiting)), orders="order"):
        yield f"parcel {tracking.parcel_id} was delivered and has not arrived"


@invariant(
    "B16.2", "a provider is asked only about parcels whose journey goes on, silence is waited for only there"
)
def over_are_left_alone() -> Iterator[str]:
    is_asked = Q(next_query_at__isnull=False) | Q(check_at__isnull=False)
    is_over = Q(ended_at__isnull=False) | Q(state__in=FINAL) | Q(provider="")
    silent = Q(check_at__isnull=False) & (~Q(trouble="") | ~Q(state__in=ON_ITS_WAY))
    for tracking in in_scope(Tracking.objects.filter(is_asked & is_over | silent), orders="order"):
        yield f"tracking {tracking.pk} is {tracking.state} and still waited for"


@invariant("B16.3", "nobody is called to look at a parcel whose journey is over")
def over_trouble_nobody() -> Iterator[str]:
    wrong = Tracking.objects.filter(ended_at__isnull=False).exclude(trouble="")
    for tracking in in_scope(wrong, orders="order"):
        yield f"tracking {tracking.pk} has ended and is {tracking.trouble}"
