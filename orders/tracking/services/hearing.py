"""News of a parcel is written down, and the newest by its own time says where the parcel is.

News may come twice, out of order and from several sources at once: whatever the order, the same rows are left.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from orders.tracking.models import (
    FINAL,
    NEWEST_FIRST,
    QUIET,
    RANKS,
    TROUBLE_OF,
    Journey,
    Tracking,
    TrackingEvent,
    Trouble,
)
from orders.tracking.moves import HEARD
from orders.tracking.services.following import describe_tracking, find_check
from shop import clock
from shop.actor import Actor, ActorKind
from shop.clients.tracking.news import MAX_NEWS, News, Report, Where
from shop.database.inserts import insert_rows
from shop.live import hint_changed
from shop.moves.services import lock_row, move

Key = tuple[Any, str]


def hear(tracking_id: int, report: Report) -> None:
    """Take in all that a provider tells of one parcel, once."""
    with transaction.atomic():
        tracking = lock_row(Tracking, tracking_id)
        if not _write(tracking, report.news):
            return
        newest = tracking.news.defer("words").order_by(*NEWEST_FIRST)[0]
        _follow_news(tracking, newest)
        hint_changed(Tracking.subject_kind, tracking.pk)


def _write(tracking: Tracking, news: Iterable[News]) -> bool:
    """Write what is new; whether anything was."""
    wanted: dict[Key, News] = {}
    for each in news:
        key = each.at, make_digest(each.words)
        wanted[key] = max(wanted.get(key, each), each, key=_weigh)
    known = {(row.at, row.digest): row for row in tracking.news.defer("words")}
    new = {key: each for key, each in wanted.items() if key not in known}
    is_erased = bool(new) and tracking.order.customer.erased_at is not None
    fresh = insert_rows([_make(tracking, key, each, is_erased=is_erased) for key, each in new.items()])
    better = [_improve(known[key], each) for key, each in wanted.items() if key in known]
    _trim(tracking, len(known) + len(fresh))
    return bool(fresh) or any(better)


def make_digest(words: str) -> str:
    """What tells news of one moment apart."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _weigh(news: News) -> tuple[bool, int, str, str]:
    """Of the same news told twice: a state that was named counts more than one that was not, a later one more."""
    return bool(news.code), RANKS[Journey(news.where)], news.code, news.place


def _make(tracking: Tracking, key: Key, news: News, *, is_erased: bool) -> TrackingEvent:
    """A row; of a buyer who was erased without words and place."""
    state = Journey(news.where)
    return TrackingEvent(
        tracking=tracking,
        at=key[0],
        digest=key[1],
        words="" if is_erased else news.words,
        place="" if is_erased else news.place,
        state=state,
        rank=RANKS[state],
        code=news.code,
    )


def _improve(row: TrackingEvent, news: News) -> bool:
    """Let a row say what the same news says better now; whether it does."""
    if _weigh(News(row.at, "", row.place, Where(row.state), row.code)) >= _weigh(news):
        return False
    state = Journey(news.where)
    changes = {"state": state, "rank": RANKS[state], "code": news.code, "place": news.place}
    return bool(TrackingEvent.objects.filter(pk=row.pk).update(**changes))


def _trim(tracking: Tracking, count: int) -> None:
    """Of too many pieces of news the oldest go."""
    if count > MAX_NEWS:
        kept = tracking.news.order_by(*NEWEST_FIRST).values("pk")[:MAX_NEWS]
        tracking.news.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()


def _follow_news(tracking: Tracking, newest: TrackingEvent) -> None:
    """Bring the row to its newest news: a move where the state is another one, or where a silence ends."""
    is_later = tracking.news_at is None or newest.at > tracking.news_at
    actor = Actor(ActorKind.GATEWAY, name=tracking.provider)
    data = describe_tracking(tracking)
    if newest.state != tracking.state:
        changes = _change(tracking, newest)
        rings = changes["trouble"] if changes["trouble"] != tracking.trouble else ""
        data |= {"trouble": str(rings)} if rings else {}
        move(tracking, HEARD[Journey(newest.state)], actor=actor, changes=changes, data=data)
    elif is_later and tracking.trouble in (Trouble.STUCK, Trouble.UNCOLLECTED):
        move(tracking, "tracking.move_on", actor=actor, changes=_change(tracking, newest), data=data)
    elif is_later:
        tracking.news_at = newest.at
        check_at = find_check(tracking) if not tracking.trouble else None
        Tracking.objects.filter(pk=tracking.pk).update(news_at=newest.at, check_at=check_at)


def _change(tracking: Tracking, newest: TrackingEvent) -> dict[str, Any]:
    """The columns after this news: what is wrong with the parcel now, and whether it is still asked about."""
    state = Journey(newest.state)
    trouble = TROUBLE_OF.get(state, "") if tracking.is_live else ""
    seen = Tracking(**_take(tracking), state=state, news_at=newest.at)
    changes: dict[str, Any] = {"news_at": newest.at, "check_at": None if trouble else find_check(seen)}
    if trouble != tracking.trouble:
        changes |= QUIET | {"trouble": trouble, "trouble_at": clock.now() if trouble else None}
    else:
        changes["trouble"] = trouble
    if state in FINAL:
        changes |= {"next_query_at": None, "lease_until": None}
    return changes


def _take(tracking: Tracking) -> dict[str, Any]:
    names = ("courier", "provider", "began_at", "ended_at")
    return {name: getattr(tracking, name) for name in names}
