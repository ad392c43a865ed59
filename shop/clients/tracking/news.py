"""What providers tell of a parcel on its way, in one shape; each has a file beside this one that reads its answers.

Both send the whole history each time, in any order and more than once. Their times are Beijing time without a zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from shop.clients.errors import Unknown
from shop.clients.waybills import read_fact

BEIJING = ZoneInfo("Asia/Shanghai")
MAX_NEWS = 200
"""Of one parcel; of more the oldest are left out."""
MAX_PARCELS = 100
"""In one push."""
_LONGEST_WORDS, _LONGEST_PLACE, _LONGEST_CODE = 500, 100, 10
_AHEAD, _BACK = timedelta(days=1), timedelta(days=400)
"""A moment later or earlier than this is a mistake of the courier's."""


class Where(StrEnum):
    """Where a parcel is, from its start on: where news is of one moment, the later one in this list counts."""

    NOTHING = "nothing"
    COLLECTED = "collected"
    IN_TRANSIT = "in_transit"
    DELIVERING = "delivering"
    IN_LOCKER = "in_locker"
    PROBLEM = "problem"
    REFUSED = "refused"
    RETURNING = "returning"
    RETURNED = "returned"
    DELIVERED = "delivered"


@dataclass(frozen=True)
class Question:
    """One parcel: `courier` as 快递鸟 calls it, `provider_courier` as 快递100 does, `phone_tail` the last 4 digits.

    `callback_url` and `salt` are needed to subscribe; the salt signs what 快递100 sends.
    """

    courier: str
    provider_courier: str
    tracking_no: str
    phone_tail: str = field(default="", repr=False)
    callback_url: str = ""
    salt: str = field(default="", repr=False)


@dataclass(frozen=True)
class News:
    """What happened at one moment (aware). `code` is the provider's own, "" where it did not say which state it is."""

    at: datetime
    words: str
    place: str
    where: Where
    code: str = ""


@dataclass(frozen=True)
class Report:
    """All news of one parcel; `courier` as the provider calls it. `is_over`: it follows this parcel no longer."""

    courier: str
    tracking_no: str
    news: tuple[News, ...]
    is_over: bool = False


class Tracker(Protocol):
    """A provider that knows where parcels are. Every failure is a `shop.clients.errors.ClientError`."""

    def ask(self, question: Question) -> Report:
        """Where the parcel is now; without news while the courier has none. Raises `Rejected` for what it refuses."""
        ...

    def subscribe(self, question: Question) -> None:
        """Have all further news sent to `callback_url`; the same again is no second subscription."""
        ...


def read_form(body: bytes) -> dict[str, str]:
    """The fields of a pushed form, decoded once. Raises `Unknown` for what is no form of UTF-8."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=10, errors="strict"
        )
    except ValueError as error:
        raise Unknown("The push is not a form.") from error
    return dict(pairs)


def read_moment(text: str, now: datetime) -> datetime | None:
    """A moment as providers write it; None for what is none, or cannot be one of this parcel."""
    try:
        moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        return None
    return moment if now - _BACK <= moment <= now + _AHEAD else None


def read_news(fact: dict[str, Any], names: tuple[str, str, str], now: datetime) -> News | None:
    """One row of a history, of which `names` are time, words and place; None where it tells nothing."""
    when, what, where = names
    moment, words = read_moment(read_fact(fact, when), now), read_fact(fact, what, _LONGEST_WORDS)
    if moment is None or not words:
        return None
    return News(moment, words, read_fact(fact, where, _LONGEST_PLACE), Where.IN_TRANSIT)


def list_rows(value: Any) -> list[dict[str, Any]]:
    """The rows of a history, or of parcels: what is no row of facts is left out."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def keep_newest(news: Iterable[News]) -> tuple[News, ...]:
    """In the order of time, of too many the newest."""
    return tuple(sorted(set(news), key=lambda each: (each.at, each.words))[-MAX_NEWS:])


def shorten_code(code: str) -> str:
    return code[:_LONGEST_CODE]
