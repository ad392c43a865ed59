"""Guessing codes: slowed down, locked out with one alert, and what the odds are of a hit."""

from datetime import timedelta
from uuid import uuid4

import pytest

from notifications.kinds import make_sentence
from notifications.models import Alert, AlertKind
from notifications.selectors import load_subjects
from pickup.codes import find_order, make_code
from pickup.models import Door, GuessLock, Verifier
from pickup.services.verifiers import verifier_actor
from pickup.watch.guesses import (
    LIMITS,
    LOCKED_FOR,
    Guesser,
    counted,
    guesses_a_day,
    looked_up,
    refuse_if_locked,
)
from shop import clock
from shop.errors import Refused
from shop.events.delivery import drain
from shop.http.buckets import take
from tests import cast
from tests.caching import forget_cached
from tests.expect import refused
from tests.pickup.counter import appoint, waiting
from tests.races.conftest import run_together

FREE, AN_HOUR = LIMITS[Door.VERIFIER].at_once, LIMITS[Door.VERIFIER].an_hour


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    forget_cached()


def address() -> str:
    return f"2001:db8:{uuid4().hex[:4]}::"


def guesser_of(verifier: Verifier) -> Guesser:
    return Guesser(verifier.pk, verifier.stores.get().pk, address())


def guess(guesser: Guesser, verifier: Verifier, text: str = "ABCD-2345") -> str:
    """As the phone does; what it hears."""
    try:
        with counted(guesser):
            return find_order(text, actor=verifier_actor(verifier)).number
    except Refused as refused_:
        return refused_.code


def let_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two guesses: the patient guesser, told in a moment."""
    fast = {door: type(limit)(10_000, limit.wait_s, limit.an_hour) for door, limit in LIMITS.items()}
    monkeypatch.setattr("pickup.watch.guesses.LIMITS", fast)


def test_slips_are_free_then_one_waits():
    order = waiting()
    verifier = appoint(order.pickup_store)
    guesser = guesser_of(verifier)
    assert [guess(guesser, verifier) for _ in range(FREE)] == ["no_code"] * FREE
    assert guess(guesser, verifier) == "too_many_guesses"
    # The right code waits as well: nothing tells it from a wrong one.
    assert guess(guesser, verifier, make_code(order).short) == "too_many_guesses"
    with refused("too_many_guesses", 429) as told:
        refuse_if_locked(guesser)
    assert 0 < told.value.extra["retry_after"] <= LIMITS[Door.VERIFIER].wait_s


def test_a_hit_costs_nothing_and_gives_nothing_back():
    order = waiting()
    verifier = appoint(order.pickup_store)
    guesser, code = guesser_of(verifier), make_code(order).short
    for _time in range(FREE - 1):
        assert guess(guesser, verifier, code) == order.number
        assert guess(guesser, verifier) == "no_code"
    for _time in range(20):
        assert guess(guesser, verifier, code) == order.number
    assert [guess(guesser, verifier) for _ in range(2)] == ["no_code", "too_many_guesses"]


def test_a_brute_force_is_locked_out_with_one_alert(monkeypatch, in_english):
    let_wait(monkeypatch)
    verifier = appoint(cast.make_store(), nickname="小周")
    guesser = guesser_of(verifier)
    heard = [guess(guesser, verifier, f"{number:08d}") for number in range(200)]
    assert heard == ["no_code"] * AN_HOUR + ["too_many_guesses"] * (200 - AN_HOUR)
    drain()
    lock, alert = GuessLock.objects.get(), Alert.objects.get(kind=AlertKind.BRUTE_FORCE)
    assert (lock.door, lock.verifier, lock.until - lock.locked_at) == (Door.VERIFIER, verifier, LOCKED_FOR)
    load_subjects([alert])
    assert "小周" in make_sentence(alert)
    assert alert.url == f"/console/pickup/verifiers/{verifier.pk}/"
    later = clock.now() + LOCKED_FOR + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert guess(guesser, verifier) == "no_code"


def test_many_at_once_are_counted_and_told_once(monkeypatch):
    let_wait(monkeypatch)
    guesser, told = Guesser(verifier_id=int(uuid4().int % 10**9)), []
    monkeypatch.setattr("pickup.watch.guesses._tell", lambda door, _guesser: told.append(door))
    run_together([lambda: [looked_up(guesser, hit=False) for _ in range(10)]] * 8)
    assert told == [Door.VERIFIER]
    with refused("too_many_guesses"):
        refuse_if_locked(guesser)


def test_each_door_shuts_by_itself(monkeypatch):
    let_wait(monkeypatch)
    store = cast.make_store()
    of_store = LIMITS[Door.STORE].an_hour
    for _time in range(of_store):
        looked_up(Guesser(store_id=store.pk, address=address()), hit=False)
    with refused("too_many_guesses"):
        refuse_if_locked(Guesser(store_id=store.pk))
    refuse_if_locked(Guesser(store_id=cast.make_store().pk, address=address()))
    assert GuessLock.objects.get().store == store
    here = address()
    for _time in range(LIMITS[Door.ADDRESS].an_hour):
        looked_up(Guesser(address=here), hit=False)
    with refused("too_many_guesses"):
        refuse_if_locked(Guesser(address=here))
    assert GuessLock.objects.filter(door=Door.ADDRESS).count() == 1


def test_whatever_is_no_code_counts_alike(monkeypatch):
    let_wait(monkeypatch)
    order, elsewhere = waiting(), waiting()
    verifier = appoint(order.pickup_store)
    former = make_code(order)
    type(order).objects.filter(pk=order.pk).update(code_version=1)
    misses = ["x", "0000-0000", former.short, former.link, make_code(elsewhere).short, "☃"]
    guesser = guesser_of(verifier)
    texts = (misses * AN_HOUR)[:AN_HOUR]
    assert {guess(guesser, verifier, text) for text in texts} == {"no_code"}
    assert guess(guesser, verifier) == "too_many_guesses"


def test_without_the_cache_people_work_on(monkeypatch):
    monkeypatch.setattr(
        "shop.http.cache.FailOpenRedisCache.run_script", lambda *_a: (_ for _ in ()).throw(OSError)
    )
    monkeypatch.setattr("shop.http.cache.FailOpenRedisCache.get", lambda _self, _key, default=None: default)
    assert take("x", each_ms=1, full_ms=1) == 0
    verifier = appoint(cast.make_store())
    guesser = guesser_of(verifier)
    assert {guess(guesser, verifier) for _ in range(40)} == {"no_code"}


def test_the_odds_of_a_hit():
    """As docs/architecture.md tells them: a shop of a million orders, of which 20,000 wait at its counters at once."""
    codes, waiting_at_once = 2**40, 20_000
    a_day = guesses_a_day(Door.VERIFIER)
    assert a_day == 500
    chance_of_one = waiting_at_once / codes
    assert round(1 / chance_of_one) == 54_975_581  # one guess in 55 million hits
    years_of_one = 1 / chance_of_one / a_day / 365
    assert 300 < years_of_one < 302
    ten_stores = 10 * guesses_a_day(Door.STORE)
    assert ten_stores == 15_000
    assert 10 < 1 / chance_of_one / ten_stores / 365 < 10.1
    # Nobody guesses unseen: each door that shuts tells of it, once an hour.
    alerts_meanwhile = years_of_one * 365 * 24
    assert alerts_meanwhile > 2_000_000
    # A link holds 128 bits: at a billion guesses a second it takes longer than the universe is old.
    assert 2**128 / waiting_at_once / 1e9 / 3600 / 24 / 365 > 1.4e10
