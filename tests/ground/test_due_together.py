"""Due rows that come by the thousand: acted on together, and alone where one of them fails."""

from collections.abc import Collection, Sequence
from datetime import datetime

import pytest

from shop.events import registry
from shop.events.models import StuckTimer
from shop.events.registry import due, due_together
from shop.events.sweeping import sweep, sweep_together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wires")]
MOST = 4


class Rows:
    """Rows that are due until they are acted on; `bad` makes any act that has it fail."""

    def __init__(self, count: int, *, bad: int = 0) -> None:
        self.due, self.bad = list(range(1, count + 1)), bad
        self.acts: list[list[int]] = []
        due_together("test.many", find=self.find, most=MOST)(self.act)

    def find(self, _now: datetime, skip: Collection[int], limit: int) -> list[int]:
        return [row for row in self.due if row not in skip][:limit]

    def act(self, rows: Sequence[int]) -> None:
        self.acts.append(list(rows))
        if self.bad in rows:
            raise ValueError("this one cannot be read")
        self.due = [row for row in self.due if row not in rows]


def test_as_many_as_may_be_are_one_act() -> None:
    rows = Rows(MOST + 1)
    assert [sweep_together(), sweep_together(), sweep_together()] == [MOST, 1, 0]
    assert rows.acts == [[1, 2, 3, 4], [5]] and not StuckTimer.objects.exists()


def test_one_that_fails_holds_up_no_other() -> None:
    rows = Rows(MOST, bad=3)
    assert sweep_together() == MOST - 1
    assert rows.acts == [[1, 2, 3, 4], [1], [2], [3], [4]] and rows.due == [3]
    stuck = StuckTimer.objects.get()
    assert (stuck.subject_id, stuck.attempts, "cannot be read" in stuck.last_error) == (3, 1, True)
    assert sweep_together() == 0


def test_only_these_are_gone_on_with_between_rounds() -> None:
    acted: list[int] = []
    due("test.single", find=lambda _now, skip, _limit: [row for row in (7,) if row not in skip])(acted.append)
    rows = Rows(1)
    assert sweep_together() == 1 and (acted, rows.due) == ([], [])
    sweep()
    assert acted == [7]


def test_a_name_is_taken_once() -> None:
    Rows(1)
    with pytest.raises(ValueError, match=r"test\.many"):
        Rows(1)
    assert list(registry.TIMERS) == ["test.many"]
