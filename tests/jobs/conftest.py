"""A shop, and a kind of job that only counts."""

import pytest

from shop.actor import Actor
from shop.jobs.registry import KINDS
from tests.cast import actor_of, make_staff, open_shop
from tests.jobs.kinds import NAME, Counting


@pytest.fixture(autouse=True)
def shop(db: None, sent_tasks: list[tuple[str, int]], in_english: None) -> None:
    open_shop()


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting(total=25)
    monkeypatch.setitem(KINDS, NAME, counting.as_kind())
    return counting


@pytest.fixture
def editor() -> Actor:
    return actor_of(make_staff("order_clerk"))
