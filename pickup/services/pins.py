"""The PIN (six figures) that a verifier types before handing out what is worth much; each chooses it on the phone.

Tries are counted in the database, under the lock of the verifier: without the cache nobody has more of them.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from pickup.models import Verifier, VerifierPin
from pickup.services.verifiers import verifier_actor
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.database.connections import wait_for_place
from shop.errors import Refused
from shop.moves.services import lock_row, locked, move
from shop.staff.signing_in.gate import WAIT_S, hashing

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
_LENGTH = 6
_FIGURES = re.compile(rf"[0-9]{{{_LENGTH}}}")
_RUNS = "01234567890", "09876543210"


def has_pin(verifier: Verifier) -> bool:
    return VerifierPin.objects.filter(verifier=verifier).exclude(digest="").exists()


def set_pin(verifier: Verifier, pin: str, *, present: str = "") -> None:
    """Choose the PIN; who has one shows it first.

    Raises Refused `bad_pin` (400), `switched_off` as a wrong stage, and as `check_pin` does.
    """
    refuse_bad_pin(pin)
    if has_pin(verifier):
        check_pin(verifier, present)
    actor = verifier_actor(verifier)
    with _hashing():
        digest = make_password(pin)
    with locked(Verifier, verifier.pk, "verifier.set_pin", actor) as fresh:
        values = {"digest": digest, "failures": 0, "locked_until": None}
        VerifierPin.objects.update_or_create(verifier=fresh, defaults=values)
        move(fresh, "verifier.set_pin", actor=actor)


def refuse_bad_pin(pin: str) -> None:
    """Raises Refused `bad_pin` (400) for what is not six figures, or what others try first."""
    if not _FIGURES.fullmatch(pin):
        raise Refused("bad_pin", _("The PIN has six figures."), 400)
    if len(set(pin)) == 1 or any(pin in run for run in _RUNS):
        raise Refused("bad_pin", _("Choose a PIN that nobody guesses first."), 400)


def check_pin(verifier: Verifier, pin: str) -> None:
    """Let the right PIN pass. Never inside a transaction, which could take the count of a wrong one back.

    Raises Refused `pin_required` where nothing was typed, `no_pin` where none was chosen yet, `wrong_pin` with
    `tries_left`, `pin_locked` (429) after TRIES of them, and `busy` (429).
    """
    if not pin:
        raise Refused("pin_required", _("Type your PIN."), 422)
    with _hashing():
        refused = _try(verifier, pin)
    if refused:
        raise refused


@contextmanager
def _hashing() -> Iterator[None]:
    """A place for the slow hash, of which a process has few. Raises Refused `busy` (429)."""
    if not wait_for_place(hashing, seconds=WAIT_S):
        raise Refused("busy", _("Many people sign in at this moment. Try again in a few seconds."), 429)
    try:
        yield
    finally:
        hashing.release()


@transaction.atomic(durable=True)
def _try(verifier: Verifier, pin: str) -> Refused | None:
    locked_verifier = lock_row(Verifier, verifier.pk)
    row = VerifierPin.objects.filter(verifier=verifier).exclude(digest="").first()
    if row is None:
        return Refused("no_pin", _("Choose your PIN first."))
    moment = clock.now()
    if row.locked_until and row.locked_until > moment:
        return _locked(row.locked_until)
    row.failures = 0 if check_password(pin, row.digest) else row.failures + 1
    row.locked_until = moment + LOCKED_FOR if row.failures >= TRIES else None
    left = TRIES - row.failures
    if row.locked_until:
        row.failures = 0
        move(locked_verifier, "verifier.lock_pin", actor=SYSTEM)
    row.save(update_fields=["failures", "locked_until"])
    return _judge(row, left)


def _judge(row: VerifierPin, left: int) -> Refused | None:
    if row.locked_until:
        return _locked(row.locked_until)
    if left == TRIES:
        return None
    return Refused("wrong_pin", _("This is not your PIN."), 422, tries_left=left)


def _locked(until: datetime) -> Refused:
    seconds = max(1, int((until - clock.now()).total_seconds()))
    message = _("Too many wrong PINs. Wait a quarter of an hour, or let the shop reset it.")
    return Refused("pin_locked", message, 429, retry_after=seconds)


def reset_pin(verifier_id: int, *, actor: Actor, expected_version: int | None = None) -> Verifier:
    """Take the PIN away: the verifier chooses another one. Raises Refused `no_pin`, and as `lock_subject` does."""
    with locked(Verifier, verifier_id, "verifier.reset_pin", actor, expected_version) as verifier:
        values = {"digest": "", "failures": 0, "locked_until": None}
        VerifierPin.objects.filter(verifier=verifier).update(**values)
        move(verifier, "verifier.reset_pin", actor=actor)
    return verifier
