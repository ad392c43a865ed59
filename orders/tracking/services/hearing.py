"""News of parcels is taken in, and the newest by its own time says where a parcel is.

News may come twice, out of order and from several sources at once: whatever the order, the same rows are left.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from orders.tracking.models import FINAL, QUIET, TROUBLE_OF, Tracking, Trouble
from orders.tracking.moves import HEARD
from orders.tracking.services.following import describe_tracking, find_check, read_stuck_hours
from orders.tracking.services.writing import Newest, write_news
from shop import clock
from shop.actor import Actor, ActorKind
from shop.clients.tracking.news import News, Report
from shop.live import hint_changed
from shop.moves.services import lock_rows, move

Hours = Mapping[str, int]
"""Courier → how long its parcels may be silent."""


def hear(tracking_id: int, report: Report) -> None:
    """Take in all that a provider tells of one parcel, once."""
    hear_all({tracking_id: report.news})


def hear_all(told: Mapping[int, Sequence[News]]) -> None:
    """Take in all that is told of many parcels, once: all or nothing. They are locked together, in the order of ids."""
    with transaction.atomic():
        trackings = lock_rows(Tracking, told)
        newest = write_news({tracking.pk: told[tracking.pk] for tracking in trackings})
        if newest:
            _follow_all([tracking for tracking in trackings if tracking.pk in newest], newest)


def _follow_all(trackings: Sequence[Tracking], newest: Mapping[int, Newest]) -> None:
    hours = read_stuck_hours()
    later = [tracking for tracking in trackings if _follow_news(tracking, newest[tracking.pk], hours)]
    Tracking.objects.bulk_update(later, ["news_at", "check_at"])
    for tracking in trackings:
        hint_changed(Tracking.subject_kind, tracking.pk)


def _follow_news(tracking: Tracking, newest: Newest, hours: Hours) -> bool:
    """Bring the row to its newest news: a move where the state is another one, or where a silence ends.

    Whether only its times have changed, which are still to be written.
    """
    is_later = tracking.news_at is None or newest.at > tracking.news_at
    actor = Actor(ActorKind.GATEWAY, name=tracking.provider)
    data = describe_tracking(tracking)
    if newest.state != tracking.state:
        changes = _change(tracking, newest, hours)
        rings = changes["trouble"] if changes["trouble"] != tracking.trouble else ""
        data |= {"trouble": str(rings)} if rings else {}
        move(tracking, HEARD[newest.state], actor=actor, changes=changes, data=data)
    elif is_later and tracking.trouble in (Trouble.STUCK, Trouble.UNCOLLECTED):
        move(tracking, "tracking.move_on", actor=actor, changes=_change(tracking, newest, hours), data=data)
    elif is_later:
        tracking.news_at = newest.at
        tracking.check_at = find_check(tracking, hours) if not tracking.trouble else None
        return True
    return False


def _change(tracking: Tracking, newest: Newest, hours: Hours) -> dict[str, Any]:
    """The columns after this news: what is wrong with the parcel now, and whether it is still asked about."""
    trouble = TROUBLE_OF.get(newest.state, "") if tracking.is_live else ""
    seen = Tracking(**_take(tracking), state=newest.state, news_at=newest.at)
    changes: dict[str, Any] = {"news_at": newest.at, "check_at": None if trouble else find_check(seen, hours)}
    if trouble != tracking.trouble:
        changes |= QUIET | {"trouble": trouble, "trouble_at": clock.now() if trouble else None}
    else:
        changes["trouble"] = trouble
    if newest.state in FINAL:
        changes |= {"next_query_at": None, "lease_until": None}
    return changes


def _take(tracking: Tracking) -> dict[str, Any]:
    names = ("courier", "provider", "began_at", "ended_at")
    return {name: getattr(tracking, name) for name in names}
