"""Hints that nobody waits for: bursts are one, a Redis that is away costs nothing and gets the last word later."""

import asyncio

import pytest

from shop import push
from shop.push import Message

pytestmark = pytest.mark.asyncio


class Wire:
    """Takes the place of Redis; refuses while `failures` are left."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.tries = 0
        self.taken: list[tuple[str, str]] = []

    async def send(self, group: str, message: Message) -> None:
        self.tries += 1
        if self.tries <= self.failures:
            raise OSError("away")
        self.taken.append((group, message["n"]))


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()
    monkeypatch.setattr(push, "_send", wire.send)
    monkeypatch.setattr(push, "_REST_S", 0.02)
    monkeypatch.setattr(push, "_PAUSE_AFTER_FAILURE_S", 0.01)
    return wire


async def send_all(*pairs: tuple[str, int]) -> None:
    """All at one moment, and wait until nothing is left to send."""
    bursts = push._Bursts()
    for group, n in pairs:
        bursts.add(group, {"n": str(n)})
    while bursts._tasks:
        await asyncio.gather(*bursts._tasks)
        await asyncio.sleep(0)
    assert bursts._next == {}, "nothing is remembered of what is over"


async def test_a_burst_is_its_first_and_its_last_hint(wire: Wire) -> None:
    await send_all(*(("a", n) for n in range(100)))
    assert wire.taken == [("a", "0"), ("a", "99")]


async def test_groups_do_not_wait_for_each_other(wire: Wire) -> None:
    await send_all(("a", 1), ("b", 2), ("c", 3))
    assert sorted(wire.taken) == [("a", "1"), ("b", "2"), ("c", "3")]


async def test_what_redis_does_not_take_is_tried_again_with_the_newest_word(wire: Wire) -> None:
    wire.failures = 3
    await send_all(("a", 1), ("a", 2))
    assert wire.taken == [("a", "2")]


async def test_it_gives_up_when_every_page_asks_by_itself(wire: Wire) -> None:
    wire.failures = 10**6
    await send_all(("a", 1))
    assert (wire.taken, wire.tries) == ([], push._TRIES)


async def test_no_more_groups_wait_than_there_is_room_for(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "_MOST_AT_ONCE", 2)
    await send_all(("a", 1), ("b", 2), ("c", 3))
    assert sorted(wire.taken) == [("a", "1"), ("b", "2")]
