"""News as rows: what is new of it, and what a row says better now. Whatever the order it comes in, the same is left."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from orders.tracking.models import NEWEST_FIRST, RANKS, Journey, Tracking, TrackingEvent
from shop.clients.tracking.news import MAX_NEWS, News, Where
from shop.database.inserts import insert_rows

Key = tuple[datetime, str]
AllNews = Mapping[int, Iterable[News]]
"""Journey id → what is told of it."""
_ROWS_AT_ONCE = 100


@dataclass(frozen=True)
class _Known:
    """A row that is there; its news without words."""

    pk: int
    news: News


@dataclass(frozen=True)
class Newest:
    """The news that decides on the state of a parcel: the first of `NEWEST_FIRST`."""

    at: datetime
    state: Journey


def write_news(told: AllNews) -> dict[int, Newest]:
    """Write what is new to locked journeys: five statements, however many. The newest of each to which any was."""
    known = _read_known(told)
    found = {pk: _find_new(known[pk], news) for pk, news in told.items()}
    new = {pk: news for pk, news in found.items() if news}
    erased = _find_erased(new)
    fresh: list[TrackingEvent] = []
    for pk, news in new.items():
        for key, each in news.items():
            row = _make(pk, key, each, is_erased=pk in erased)
            if old := known[pk].get(key):
                _improve(old.pk, row)
            else:
                fresh.append(row)
    for start in range(0, len(fresh), _ROWS_AT_ONCE):
        insert_rows(fresh[start : start + _ROWS_AT_ONCE])
    for pk, news in new.items():
        _trim(pk, len({*known[pk], *news}))
    return {pk: _find_newest(known[pk], news) for pk, news in new.items()}


def _read_known(tracking_ids: Iterable[int]) -> dict[int, dict[Key, _Known]]:
    rows = TrackingEvent.objects.filter(tracking__in=list(tracking_ids))
    names = ("tracking_id", "at", "digest", "pk", "place", "state", "code")
    known: dict[int, dict[Key, _Known]] = defaultdict(dict)
    for tracking_id, at, digest, pk, place, state, code in rows.values_list(*names):
        known[tracking_id][at, digest] = _Known(pk, News(at, "", place, Where(state), code))
    return known


def _find_new(known: Mapping[Key, _Known], news: Iterable[News]) -> dict[Key, News]:
    """What no row says yet, or none as well."""
    wanted: dict[Key, News] = {}
    for each in news:
        key = each.at, make_digest(each.words)
        wanted[key] = max(wanted.get(key, each), each, key=_weigh)
    return {
        key: each
        for key, each in wanted.items()
        if key not in known or _weigh(known[key].news) < _weigh(each)
    }


def make_digest(words: str) -> str:
    """What tells news of one moment apart."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _weigh(news: News) -> tuple[bool, int, str, str]:
    """Of the same news told twice: a state that was named counts more than one that was not, a later one more."""
    return bool(news.code), RANKS[Journey(news.where)], news.code, news.place


def _find_erased(tracking_ids: Iterable[int]) -> Collection[int]:
    """Those of buyers who were erased."""
    mine = Tracking.objects.filter(pk__in=list(tracking_ids), order__customer__erased_at__isnull=False)
    return set(mine.values_list("pk", flat=True))


def _make(tracking_id: int, key: Key, news: News, *, is_erased: bool) -> TrackingEvent:
    """A row; of a buyer who was erased without words and place."""
    state = Journey(news.where)
    return TrackingEvent(
        tracking_id=tracking_id,
        at=key[0],
        digest=key[1],
        words="" if is_erased else news.words,
        place="" if is_erased else news.place,
        state=state,
        rank=RANKS[state],
        code=news.code,
    )


def _improve(pk: int, row: TrackingEvent) -> None:
    """Let a row say what the same news says better now."""
    TrackingEvent.objects.filter(pk=pk).update(state=row.state, rank=row.rank, code=row.code, place=row.place)


def _trim(tracking_id: int, count: int) -> None:
    """Of too many pieces of news the oldest go."""
    if count > MAX_NEWS:
        mine = TrackingEvent.objects.filter(tracking=tracking_id)
        kept = mine.order_by(*NEWEST_FIRST).values_list("pk", flat=True)[:MAX_NEWS]
        mine.exclude(pk__in=list(kept)).delete()


def _find_newest(known: Mapping[Key, _Known], new: Mapping[Key, News]) -> Newest:
    old = ((key, row.news) for key, row in known.items() if key not in new)
    ranked = ((at, RANKS[Journey(news.where)], digest) for (at, digest), news in chain(old, new.items()))
    at, rank, _digest = max(ranked)
    return Newest(at, list(Journey)[rank])
