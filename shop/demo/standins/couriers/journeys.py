"""Parcels that travel in the pretend world: minutes instead of days, and not all of them arrive.

How one fares is told by its number, so that it is the same whoever asks: of twelve parcels one gets stuck, one has a
problem, one comes back. It sets off when somebody asks about it, subscribes, or a little after its label was printed.
"""

import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shop.demo.standins.ledger import now
from shop.demo.standins.wire import Problem
from shop.demo.standins.world import World

BEIJING = ZoneInfo("Asia/Shanghai")
FATES = 12


@dataclass(frozen=True)
class Stop:
    """One row of a history, by the codes of both providers (快递100 also by name)."""

    kdniao: str
    kuaidi100: str
    name: str
    words: str
    place: str


_COLLECTED = Stop("1", "1", "揽收", "【杭州市】西湖文三路营业部已揽收", "杭州市")
_LEFT = Stop("2", "0", "在途", "【杭州市】快件已从杭州转运中心发出，下一站北京转运中心", "杭州市")
_REACHED = Stop("201", "0", "在途", "【北京市】快件已到达北京转运中心", "北京市")
_DELIVERING = Stop("202", "5", "派件", "【北京市】朝阳国贸营业部快递员正在派件", "北京市")
_SIGNED = Stop("301", "3", "签收", "【北京市】快件已签收，签收人：本人", "北京市")
_LOCKER = Stop("211", "501", "派件", "【北京市】快件已存入国贸丰巢柜，请凭取件码取件", "北京市")
_TAKEN = Stop("311", "3", "签收", "【北京市】快件已从丰巢柜取出", "北京市")
_PROBLEM = Stop("405", "2", "疑难", "【北京市】派送不成功：收件地址不详，电话无人接听", "北京市")
_REFUSED = Stop("404", "14", "拒签", "【北京市】收件人拒收，快件将退回", "北京市")
_BACK = Stop("404", "6", "退回", "【北京市】快件退回途中，已从北京转运中心发出", "北京市")
_RETURNED = Stop("406", "4", "退签", "【杭州市】退件已由寄件方签收", "杭州市")
WAYS: Mapping[str, tuple[Stop, ...]] = {
    "arrives": (_COLLECTED, _LEFT, _REACHED, _DELIVERING, _SIGNED),
    "locker": (_COLLECTED, _LEFT, _REACHED, _DELIVERING, _LOCKER, _TAKEN),
    "stuck": (_COLLECTED, _LEFT),
    "problem": (_COLLECTED, _LEFT, _REACHED, _PROBLEM),
    "back": (_COLLECTED, _LEFT, _REACHED, _DELIVERING, _REFUSED, _BACK, _RETURNED),
}


def find_fate(number: str) -> str:
    """How the parcel with this number fares."""
    place = int(hashlib.sha256(number.encode()).hexdigest(), 16) % FATES
    return {0: "stuck", 1: "problem", 2: "back", 3: "locker", 4: "locker"}.get(place, "arrives")


def find_journey(world: World, provider: str, number: str) -> sqlite3.Row | None:
    return world.ledger.find("SELECT * FROM journeys WHERE provider = ? AND number = ?", provider, number)


def set_off(world: World, provider: str, courier: str, number: str, *, after: float = 0) -> sqlite3.Row:
    """The journey of this number, begun now (or so many seconds later) if there is none."""
    world.ledger.write(
        "INSERT OR IGNORE INTO journeys (provider, courier, number, fate, url, salt, made_at, told) "
        "VALUES (?, ?, ?, ?, '', '', ?, 0)",
        *(provider, courier, number, find_fate(number), now() + after),
    )
    row = find_journey(world, provider, number)
    if row is None or row["courier"] != courier:
        raise Problem(200, "105", "单号与快递公司不符")
    return row


def subscribe(world: World, row: sqlite3.Row, url: str, salt: str = "") -> None:
    """From now on each stop is pushed to this address."""
    world.ledger.write("UPDATE journeys SET url = ?, salt = ? WHERE id = ?", url, salt, row["id"])


def list_stops(world: World, row: sqlite3.Row) -> list[tuple[str, Stop]]:
    """What has happened by now, oldest first, each with its time as providers write it."""
    pace = float(world.ledger.behaviour()["journey_seconds"])
    reached = int((now() - row["made_at"]) // pace) if pace else 0
    stops = WAYS[row["fate"]][: max(reached, 0)]
    return [(_write(row["made_at"] + pace * (place + 1)), stop) for place, stop in enumerate(stops)]


def _write(moment: float) -> str:
    return datetime.fromtimestamp(moment, BEIJING).strftime("%Y-%m-%d %H:%M:%S")
