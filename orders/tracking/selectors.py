"""Reading the journeys of parcels."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.scope import rows_in_scope, scope_key
from orders.tracking.models import IN_TROUBLE, NEWEST_FIRST, Tracking, TrackingEvent, TrackingPush
from shop import clock
from shop.actor import Actor
from shop.couriers.known import list_couriers
from shop.errors import Refused

Number = tuple[str, str]
"""Courier and tracking number."""
MOST_PARCELS = 20
"""So many parcels of one order show their news."""


def get_tracking(tracking_id: int, *, actor: Actor) -> Tracking:
    """One that the actor may see, with its order and parcel. Raises Refused `not_found` (404)."""
    rows = Tracking.objects.select_related("order__customer", "parcel")
    tracking = rows_in_scope(rows, scope_key(actor)).filter(pk=tracking_id).first()
    if tracking is None:
        raise Refused("not_found", _("There is no such parcel."), 404)
    return tracking


def find_troubled() -> "QuerySet[Tracking]":
    """Those that somebody has to look at now: what is snoozed comes back by itself."""
    awake = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=clock.now())
    return Tracking.objects.filter(IN_TROUBLE, awake)


def list_troubled(scope: str) -> "QuerySet[Tracking]":
    """The same of the orders in this scope."""
    return rows_in_scope(find_troubled(), scope)


def list_snoozed(scope: str) -> "QuerySet[Tracking]":
    """Those in trouble that somebody has put off."""
    return rows_in_scope(Tracking.objects.filter(IN_TROUBLE, snoozed_until__gt=clock.now()), scope)


def list_news(tracking: Tracking) -> list[TrackingEvent]:
    """All that its courier has told, the newest first."""
    return list(tracking.news.order_by(*NEWEST_FIRST))


def map_journeys(parcel_ids: Iterable[int]) -> dict[int, Tracking]:
    """Parcel id → its journey under the number it has now, with all news in `told`, the newest first: two queries."""
    rows = Tracking.objects.filter(parcel__in=list(parcel_ids)[:MOST_PARCELS]).select_related("parcel")
    found = {
        row.parcel_id: row
        for row in rows.order_by("pk")
        if (row.courier, row.tracking_no) == (row.parcel.courier, row.parcel.tracking_no)
    }
    by_tracking: dict[int, list[TrackingEvent]] = {row.pk: [] for row in found.values()}
    for event in (
        TrackingEvent.objects.filter(tracking__in=by_tracking).order_by(*NEWEST_FIRST) if found else ()
    ):
        by_tracking[event.tracking_id].append(event)
    for row in found.values():
        row.told = by_tracking[row.pk]
    return found


def find_by_numbers(numbers: Iterable[str]) -> dict[Number, list[int]]:
    """Courier and number → the journeys under it: some may be those of parcels that were taken back."""
    rows = Tracking.objects.filter(tracking_no__in=list(numbers)).order_by("pk")
    found: dict[Number, list[int]] = defaultdict(list)
    for pk, courier, tracking_no in rows.values_list("pk", "courier", "tracking_no"):
        found[courier, tracking_no].append(pk)
    return found


def list_couriers_called(provider_courier: str) -> list[str]:
    """The couriers that 快递100 calls so."""
    return [each.code for each in list_couriers() if provider_courier and each.kuaidi100 == provider_courier]


def list_due(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Those whose provider is to be asked now."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    due = Tracking.objects.filter(free, next_query_at__lte=now).exclude(pk__in=skip)
    return list(due.order_by("next_query_at").values_list("pk", flat=True)[:limit])


def list_silent(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Those of which nothing was heard for too long."""
    silent = Tracking.objects.filter(check_at__lte=now).exclude(pk__in=skip)
    return list(silent.order_by("check_at").values_list("pk", flat=True)[:limit])


def list_pushes(_now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """What was pushed and not read yet, as it came."""
    return list(TrackingPush.objects.exclude(pk__in=skip).order_by("pk").values_list("pk", flat=True)[:limit])
