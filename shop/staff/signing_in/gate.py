"""How many passwords may be tried: per address in a minute, and at once in one process.

Checking one takes a fifth of a second and much memory on purpose, so strangers must not have many checked together.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.throttling import SimpleRateThrottle

from shop.database.connections import wait_for_place
from shop.errors import Refused
from shop.staff.signing_in.known_devices import read_door

AT_ONCE = 3
WAIT_S = 1.0
hashing = BoundedSemaphore(AT_ONCE)


class PasswordThrottle(SimpleRateThrottle):
    """Counted in the cache: without it nobody is kept out, and the lockout in the database still counts."""

    scope = "password"

    def get_cache_key(self, request: HttpRequest, view: object) -> str:
        return self.cache_format % {"scope": self.scope, "ident": read_door(request)}


@contextmanager
def password_gate(request: HttpRequest) -> Iterator[None]:
    """Check a password inside. Raises Refused `too_many_tries` or `busy` (429)."""
    if not PasswordThrottle().allow_request(request, None):  # type: ignore[arg-type]  # neither is looked at
        raise Refused("too_many_tries", _("Too many attempts from here. Please wait a minute."), 429)
    if not wait_for_place(hashing, seconds=WAIT_S):
        message = _("Many people are signing in at this moment. Please try again in a few seconds.")
        raise Refused("busy", message, 429)
    try:
        yield
    finally:
        hashing.release()
