"""What belongs to no single order, as plain data: shelves that are counted, buyers who are known or unwelcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from seeding.stories import FINANCE, MANAGER, SUPPORT, WAREHOUSE
from shop.demo.goods import SHOP_ZONE

COUNTED_DAYS_AGO = (47, 26, 5)
COUNTED_AT_ONCE = 6
SHORT_MINUTES_AGO = 2
"""So late that no order of the past needs the goods that turn out to be missing."""

BLOCK_AFTER_DAYS = 4
ERASURE_HOURS_AGO = 3
BLOCK_REASON = "多次辱骂客服，劝阻无效"
TOPPED_UP = 16
TOP_UPS_FEN = (300_00, 500_00, 500_00, 1000_00)
BUYER_REMARKS = (
    "老客户，每年清明前来订新茶",
    "公司采购，发票开专票",
    "白天不方便接电话，请发微信",
    "对花生过敏，赠品不要放坚果",
    "送礼居多，一律不放价格单",
)


class Task(StrEnum):
    """The errands; each has one function in `chores`."""

    COUNT = "count"
    FIND_ONE_MISSING = "find_one_missing"
    REMARK_BUYER = "remark_buyer"
    BLOCK_BUYER = "block_buyer"
    TOP_UP = "top_up"
    ASK_ERASURE = "ask_erasure"


@dataclass(frozen=True)
class Errand:
    """One thing done by staff of this role; counts are SKU codes with what is there too many or too few."""

    at: datetime
    task: Task
    who: str
    buyer: int = 0
    text: str = ""
    amount_fen: int = 0
    counts: tuple[tuple[str, int], ...] = ()


def plan_errands(
    codes: Sequence[str], last_seen: Mapping[int, datetime], now: datetime, rng: Random
) -> tuple[Errand, ...]:
    """`codes` are SKUs with pieces to spare; `last_seen` says when each buyer's last order came to rest."""
    at = now - timedelta(minutes=SHORT_MINUTES_AGO)
    missing = Errand(at, Task.FIND_ONE_MISSING, WAREHOUSE, text="盘点：受潮报损")
    errands = [*_plan_counts(codes, now, rng), *_plan_remarks(last_seen, now, rng), missing]
    rested = sorted(buyer for buyer, at in last_seen.items() if now - at > timedelta(days=BLOCK_AFTER_DAYS))
    if rested:
        buyer = rng.choice(rested)
        at = last_seen[buyer] + timedelta(hours=rng.uniform(20, 60))
        errands.append(Errand(at, Task.BLOCK_BUYER, SUPPORT, buyer, BLOCK_REASON))
        errands += _plan_erasure([other for other in rested if other != buyer], now)
    return (*errands, *_plan_top_ups(last_seen, rng))


def _plan_erasure(rested: Sequence[int], now: datetime) -> list[Errand]:
    """One of them asked this morning to be erased: there is still time to take it back."""
    at = now - timedelta(hours=ERASURE_HOURS_AGO)
    return [Errand(at, Task.ASK_ERASURE, MANAGER, buyer) for buyer in rested[-1:]]


def _plan_counts(codes: Sequence[str], now: datetime, rng: Random) -> list[Errand]:
    def count(days: int) -> Errand:
        day = (now - timedelta(days=days)).astimezone(SHOP_ZONE)
        at = day.replace(hour=10, minute=rng.randrange(60), second=0, microsecond=0).astimezone(now.tzinfo)
        found = tuple((code, rng.choice((-2, -1, 0, 0, 0, 1))) for code in rng.sample(codes, COUNTED_AT_ONCE))
        return Errand(at, Task.COUNT, WAREHOUSE, text="月度盘点", counts=found)

    return [count(days) for days in COUNTED_DAYS_AGO]


def _plan_top_ups(last_seen: Mapping[int, datetime], rng: Random) -> list[Errand]:
    """Regulars who pay in beforehand; the buyers of today spend it."""
    buyers = rng.sample(sorted(last_seen), min(len(last_seen), TOPPED_UP))
    return [
        Errand(last_seen[buyer], Task.TOP_UP, FINANCE, buyer, "银行转入，充值", rng.choice(TOP_UPS_FEN))
        for buyer in buyers
    ]


def _plan_remarks(last_seen: Mapping[int, datetime], now: datetime, rng: Random) -> list[Errand]:
    # The plan lets the first buyers order most.
    regulars = sorted(last_seen)[: max(len(BUYER_REMARKS), len(last_seen) // 6)]
    buyers = rng.sample(regulars, min(len(regulars), len(BUYER_REMARKS)))
    return [
        Errand(min(last_seen[buyer] + timedelta(minutes=30), now), Task.REMARK_BUYER, SUPPORT, buyer, text)
        for buyer, text in zip(buyers, BUYER_REMARKS, strict=False)
    ]
