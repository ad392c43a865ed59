"""Guessing codes: misses are counted by verifier, store and address; then one waits, then nobody looks up for a while.

Every way that looks a code up (link, typed code, the question whether it is paid) is wrapped in `counted`. A hit gives
nothing back, so that who has one code of their own guesses no more than others. Counted in the cache that all processes
share: without it nobody is refused, as by any throttle of the house, and 40 bits stand alone. The odds:
docs/architecture.md, "Guessing a code".
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pickup.models import Door, GuessLock, Verifier
from pickup.places import Place
from shop import clock
from shop.actor import SYSTEM
from shop.errors import Refused
from shop.http.addresses import read_network
from shop.http.buckets import take
from shop.moves.services import begin

LOCKED_FOR = timedelta(hours=1)
_HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Limit:
    """`at_once` misses are free, then one waits `wait_s` again and again; `an_hour` in one hour lock the door."""

    at_once: int
    wait_s: int
    an_hour: int


LIMITS: Mapping[Door, Limit] = {
    Door.VERIFIER: Limit(at_once=5, wait_s=10, an_hour=20),
    # Several verifiers stand at one counter, and share its network.
    Door.STORE: Limit(at_once=15, wait_s=4, an_hour=60),
    Door.ADDRESS: Limit(at_once=15, wait_s=4, an_hour=60),
}


@dataclass(frozen=True)
class Guesser:
    """Who looks a code up: the doors that are known of them."""

    verifier_id: int | None = None
    store_id: int | None = None
    address: str | None = None

    @property
    def doors(self) -> dict[Door, int | str]:
        """Each door with whose it is."""
        known = {Door.VERIFIER: self.verifier_id, Door.STORE: self.store_id, Door.ADDRESS: self.address}
        return {door: whose for door, whose in known.items() if whose}


def read_guesser(
    request: HttpRequest, *, verifier: Verifier | None = None, store_id: int | None = None
) -> Guesser:
    """Who sends this request; a verifier's at the store that is chosen on the phone."""
    return Guesser(verifier.pk if verifier else None, store_id, read_network(request))


def read_guesser_at(request: HttpRequest, place: Place) -> Guesser:
    """A verifier at the store where they stand."""
    return read_guesser(request, verifier=place.verifier, store_id=place.store.pk)


def refuse_if_locked(guesser: Guesser) -> None:
    """Raises Refused `too_many_guesses` (429) with `retry_after` while one of the doors waits or is locked."""
    waits = cache.get_many([_name(door, whose) for door, whose in guesser.doors.items()])
    left = max(waits.values(), default=0) - clock.now().timestamp()
    if left > 0:
        message = _("Too many codes were wrong. Wait a little, or look for the order by its number.")
        raise Refused("too_many_guesses", message, 429, retry_after=int(left) + 1)


def looked_up(guesser: Guesser, *, hit: bool) -> None:
    """Count what a look-up has come to. Never inside a transaction, which could take the alert back."""
    if hit:
        return
    shut = [door for door, whose in guesser.doors.items() if _miss(door, whose)]
    if shut:
        _tell(shut[0], guesser)


@contextmanager
def counted(guesser: Guesser) -> Iterator[None]:
    """Look a code up inside: a Refused `no_code` is a miss, and goes on to the caller. Raises as `refuse_if_locked`.

    It is asked before and after: of guesses sent at one moment no more are answered than of those sent one by one.
    """
    refuse_if_locked(guesser)
    try:
        yield
    except Refused as refused:
        refuse_if_locked(guesser)
        if refused.code == "no_code":
            looked_up(guesser, hit=False)
        raise
    refuse_if_locked(guesser)


def _miss(door: Door, whose: int | str) -> bool:
    """Count one miss at a door; whether it shuts the door, which only one of many at once hears."""
    limit, name = LIMITS[door], _name(door, whose)
    if _is_full(f"{name}_hour", limit.an_hour, _HOUR_MS / limit.an_hour):
        _hold(name, LOCKED_FOR.total_seconds())
        return cache.add(f"{name}_told", 1, timeout=int(LOCKED_FOR.total_seconds()))
    if _is_full(f"{name}_lately", limit.at_once, limit.wait_s * 1000):
        _hold(name, limit.wait_s)
    return False


def _is_full(name: str, most: int, each_ms: float) -> bool:
    """Count one; whether it is the last of `most`, of which one comes back each so often, or beyond them."""
    return take(name, each_ms=each_ms, full_ms=each_ms * (most - 1)) > 0


def _name(door: Door, whose: int | str) -> str:
    return f"guesses_{door}_{whose}".replace(":", "-")


def _hold(name: str, seconds: float) -> None:
    cache.set(name, clock.now().timestamp() + seconds, timeout=int(seconds))


def _tell(door: Door, guesser: Guesser) -> None:
    """Put the lock-out on record, which raises the alert."""
    moment = clock.now()
    lock = GuessLock(
        door=door,
        verifier_id=guesser.verifier_id,
        store_id=guesser.store_id,
        address=guesser.address,
        locked_at=moment,
        until=moment + LOCKED_FOR,
    )
    with transaction.atomic():
        begin(lock, "guess.lock", actor=SYSTEM)


def guesses_a_day(door: Door) -> int:
    """How many codes can be tried at a door in a day: as many as lock it, and those again after each of 24 locks."""
    return LIMITS[door].an_hour * 25
