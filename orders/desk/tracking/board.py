"""The board of parcels that do not arrive as they should (物流异常): its tabs, and what a row says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from orders.desk.list.counts import describe_count
from orders.desk.tracking.notes import write_complaint
from orders.scope import scope_key
from orders.tracking.models import NEWEST_FIRST, Tracking, TrackingEvent, Trouble
from orders.tracking.selectors import list_snoozed, list_troubled
from shop.actor import Actor
from shop.crypto import mask_name
from shop.events.models import Event
from shop.http.query import make_url

SNOOZED = "snoozed"


@dataclass(frozen=True)
class Row:
    """One parcel: its newest news, its buyer masked, and what can be sent to its courier."""

    tracking: Tracking
    buyer: str
    newest: TrackingEvent | None
    complaint: str
    to_buyer: str
    """The last message to the buyer, "" where there is none."""

    @property
    def since(self) -> datetime:
        """Since when nothing was heard: the newest news, else since it was sent."""
        return self.newest.at if self.newest else self.tracking.began_at


def count_tabs(actor: Actor) -> dict[str, int]:
    """How many parcels each tab has, in the order of the tabs: two queries."""
    troubled = list_troubled(scope_key(actor)).order_by().values_list("trouble")
    found = dict(troubled.annotate(count=Count("pk")))
    counts = {kind.value: found.get(kind.value, 0) for kind in Trouble}
    return counts | {SNOOZED: list_snoozed(scope_key(actor)).count()}


def read_tab(sent: QueryDict, counts: Mapping[str, int]) -> str:
    """The kind that is asked for; without any that is known the first one that has parcels."""
    wanted = sent.get("tab", "")
    full = (name for name, count in counts.items() if count and name != SNOOZED)
    return wanted if wanted in counts else next(full, Trouble.UNCOLLECTED.value)


def list_tab(tab: str, actor: Actor) -> "QuerySet[Tracking]":
    """The parcels of one tab."""
    scope = scope_key(actor)
    rows = list_snoozed(scope) if tab == SNOOZED else list_troubled(scope).filter(trouble=tab)
    return rows.select_related("order__customer", "parcel")


def list_tabs(tab: str, path: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """All tabs with their counts."""
    labels = {**dict(Trouble.choices), SNOOZED: _("Snoozed")}
    return [
        {
            "label": labels[name],
            "url": make_url(path, {"tab": name}),
            "count": describe_count(count),
            "is_active": name == tab,
        }
        for name, count in counts.items()
    ]


def make_rows(trackings: Sequence[Tracking]) -> list[Row]:
    """What the page shows of them: one query for the newest news of all, one for what buyers were told."""
    same = TrackingEvent.objects.filter(tracking=OuterRef("tracking")).order_by(*NEWEST_FIRST)
    news = TrackingEvent.objects.filter(tracking__in=[row.pk for row in trackings])
    newest = {event.tracking_id: event for event in news.filter(pk=Subquery(same.values("pk")[:1]))}
    messages = _map_messages([row for row in trackings if row.told_at])
    return [_make(row, newest.get(row.pk), messages.get(row.pk, "")) for row in trackings]


def _map_messages(told: Sequence[Tracking]) -> dict[int, str]:
    """Journey id → the last message to its buyer."""
    by_id = {row.pk: row for row in told}
    events = Event.objects.filter(
        kind=Tracking.subject_kind, subject_id__in=by_id, verb="tracking.tell_buyer"
    )
    messages = {}
    for event in events.order_by("number") if told else ():
        event.secret = by_id[event.subject_id].read_secret()
        messages[event.subject_id] = event.words.get("notice", "")
    return messages


def _make(tracking: Tracking, newest: TrackingEvent | None, to_buyer: str) -> Row:
    complaint = write_complaint(tracking, newest)
    return Row(tracking, mask_name(tracking.order.recipient), newest, complaint, to_buyer)
