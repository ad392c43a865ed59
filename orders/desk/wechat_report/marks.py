"""What tells whether an open page shows reports as they are: some columns change without an event."""

import hashlib
from collections.abc import Iterable
from typing import Any

from orders.wechat_report.models import ShippingReport, Standing


def mark_report(report: ShippingReport) -> str:
    """A mark of all that its page shows."""
    return _hash(_list_shown(report))


def mark_list(reports: Iterable[ShippingReport], standing: Standing) -> str:
    """The same of a list, with how the shop stands with WeChat."""
    shown = [_list_shown(report) for report in reports]
    return _hash([shown, standing.is_managed, standing.checked_at, standing.last_error])


def _list_shown(report: ShippingReport) -> list[Any]:
    names = ("pk", "version", "state", "next_try_at", "last_error", "held_state", "checked_at")
    return [getattr(report, name) for name in names]


def _hash(shown: Any) -> str:
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
