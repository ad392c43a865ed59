"""Guessing codes: slowed down, locked out with one alert, and what the odds are of a hit."""

from contextlib import AbstractContextManager
from datetime import timedelta
from urllib.parse import quote
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
from tests.api.conftest import Buyer
from tests.caching import forget_cached
from tests.expect import refused
from tests.pickup.counter import appoint, waiting
from tests.pickup.phone.phones import phone_of
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


def test_guesses_sent_at_one_moment_are_no_more_than_one_by_one(monkeypatch):
    """All have been let in before the first is answered; a right code among the last of them stays unknown."""
    let_wait(monkeypatch)
    order = waiting()
    verifier = appoint(order.pickup_store)
    begun = [counted(guesser_of(verifier)) for _ in range(AN_HOUR * 2)]
    for each in begun:
        each.__enter__()
    heard = [finish(each, "no_code") for each in begun[:-1]]
    assert heard == ["no_code"] * AN_HOUR + ["too_many_guesses"] * (AN_HOUR - 1)
    assert finish(begun[-1]) == "too_many_guesses"


def finish(begun: AbstractContextManager[None], code: str = "") -> str:
    """End a look-up by a refusal, or by a hit; what is heard of it."""
    refused_ = Refused(code, "") if code else None
    try:
        begun.__exit__(type(refused_) if code else None, refused_, None)
    except Refused as told:
        return told.code
    return code or "hit"


def test_whoever_stands_behind_one_address_shares_its_door_whatever_headers_say():
    """Verifiers of different stores, who write other addresses before their own."""
    free = LIMITS[Door.ADDRESS].at_once
    heard = []
    for number in range(free + 1):
        phone = phone_of(appoint(cast.make_store()), REMOTE_ADDR="203.0.113.9")
        forged = {"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": f"198.51.100.{number}"}
        heard.append(phone.post("/v/find/", {"shown": "ABCD-2345"}, headers=forged).status_code)
    assert heard == [404] * free + [429]


SPELLINGS = ["ABCD-2345", "abcd 2345", "ＡＢＣＤ２３４５", "ABCD2345" * 20, "٠١٢٣٤٥٦٧", "/v/x", "A" * 22]


def test_however_it_is_written_and_wherever_it_is_asked_it_is_one_door():
    """Every way that looks a code up counts: the typed code, the card, the press, the question for money, the API."""
    store = cast.make_store()
    verifier = appoint(store)
    phone, buyer = phone_of(verifier), Buyer(verifier.customer)
    ways = [
        lambda code: phone.post("/v/find/", {"shown": code}),
        lambda code: phone.get(f"/v/{quote(code, safe='')}"),
        lambda code: phone.post(f"/v/{quote(code, safe='')}/verify/", {"sure": "1"}),
        lambda code: phone.get(f"/v/{quote(code, safe='')}/native/"),
        lambda code: buyer.get(f"/verifier/codes/{quote(code, safe='')}", store_id=str(store.pk)),
    ]
    texts = [text for text in SPELLINGS if "/" not in text]
    heard = [way(text).status_code for way, text in zip(ways, texts, strict=False)]
    assert heard == [404] * FREE
    assert {way(texts[0]).status_code for way in ways} == {429}


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
    def fail(*_args: object, **_more: object) -> None:
        raise OSError

    monkeypatch.setattr("shop.http.cache.FailOpenRedisCache.run_script", fail)
    monkeypatch.setattr("django.core.cache.backends.redis.RedisCache.get_many", fail)
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
