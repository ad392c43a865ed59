"""Differences are written: new ones, those that are back, and those of which a bill says something else now."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from orders.bills.models import Bill, Difference, DifferenceState
from orders.bills.services.findings import Finding
from shop import clock
from shop.actor import SYSTEM
from shop.moves.services import begin, lock_row, move

_ABOUT = ("kind", "trade_no", "number", "refund_no", "refund_id", "order_id")
_SAID = ("ours_fen", "theirs_fen", "ours", "theirs")


@dataclass(frozen=True)
class Place:
    """Where a difference stands: the day of which platform and merchant number."""

    platform: str
    mchid: str
    day: date

    @staticmethod
    def of(bill: Bill, day: date) -> "Place":
        return Place(bill.platform, bill.mchid, day)


def keep_finding(place: Place, finding: Finding) -> None:
    """Write what was found, once. What people settled or left as it is stays so. Call it inside a transaction."""
    same = Difference.objects.filter(
        platform=place.platform,
        trade_no=finding.trade_no,
        refund_no=finding.refund_no,
        kind=finding.kind,
    )
    known = same.first()
    if known is None:
        _begin(place, finding)
    elif known.is_open and _says(known) != _says(finding):
        _renew(known, "difference.correct", finding)
    elif known.state == DifferenceState.SETTLED and known.is_by_itself:
        _renew(known, "difference.return", finding)


def _says(of: Difference | Finding) -> list[Any]:
    return [getattr(of, name) for name in _SAID]


def _begin(place: Place, finding: Finding) -> None:
    values = {name: getattr(finding, name) for name in (*_ABOUT, *_SAID)}
    difference = Difference(
        platform=place.platform, mchid=place.mchid, day=place.day, found_at=clock.now(), **values
    )
    begin(difference, "difference.find", actor=SYSTEM, data=_describe(finding))


def _renew(known: Difference, verb: str, finding: Finding) -> None:
    difference = lock_row(Difference, known.pk)
    changes: dict[str, Any] = dict(zip(_SAID, _says(finding), strict=True))
    changes |= {"is_by_itself": False, "ended_at": None}
    move(difference, verb, actor=SYSTEM, changes=changes, data=_describe(finding))


def _describe(finding: Finding) -> dict[str, Any]:
    said = {
        "trade_no": finding.trade_no,
        "refund_no": finding.refund_no or None,
        "ours_fen": finding.ours_fen,
        "theirs_fen": finding.theirs_fen,
    }
    return {name: value for name, value in said.items() if value is not None}
