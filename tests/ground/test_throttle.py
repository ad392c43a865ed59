"""A bucket per buyer and scope: a burst of the whole rate, then room comes back evenly."""

from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from shop.http.addresses import read_network
from shop.http.api.throttle import BucketThrottle
from tests.races.conftest import run_together


class Endpoint:
    throttle_scope: str | None = "place"


@pytest.fixture(autouse=True)
def ten_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"place": "10/min"})


@dataclass(frozen=True)
class Answer:
    is_allowed: bool
    wait: float | None


def make_caller() -> Request:
    """A request of somebody who is told apart by an address, and asked nothing before."""
    return APIView(authentication_classes=[]).initialize_request(
        RequestFactory(REMOTE_ADDR=str(IPv6Address(uuid4().int))).get("/")
    )


def ask(caller: Request) -> Answer:
    throttle = BucketThrottle()
    is_allowed = throttle.allow_request(caller, Endpoint())
    return Answer(is_allowed, throttle.wait())


def test_a_burst_of_the_whole_rate_and_no_more() -> None:
    caller = make_caller()
    answers = [ask(caller) for _ in range(11)]
    assert [a.is_allowed for a in answers] == [True] * 10 + [False]
    # Six seconds a request; what this test has taken is off that already.
    assert 0 < answers[10].wait <= 6


def test_others_have_their_own() -> None:
    caller = make_caller()
    for _ in range(10):
        ask(caller)
    assert ask(make_caller()).is_allowed


def test_being_refused_does_not_put_it_off_further() -> None:
    caller = make_caller()
    for _ in range(10):
        ask(caller)
    waits = [ask(caller).wait for _ in range(5)]
    assert waits == sorted(waits, reverse=True)


def test_many_at_once_get_no_more_than_the_rate() -> None:
    caller = make_caller()
    answers = run_together([lambda: [ask(caller).is_allowed for _ in range(5)]] * 8)
    assert sum(allowed.count(True) for allowed in answers) == 10


def test_the_bucket_of_a_quiet_caller_is_forgotten() -> None:
    caller = make_caller()
    ask(caller)
    cache: Any = caches["default"]
    counted = BucketThrottle.cache_format % {"scope": "place", "ident": read_network(caller._request)}
    name = cache.make_key(f"bucket_{counted}")
    assert 0 < cache._cache.get_client(name).ttl(name) <= 60


def test_without_a_scope_nothing_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Endpoint, "throttle_scope", None)
    caller = make_caller()
    assert all(ask(caller).is_allowed for _ in range(50))
