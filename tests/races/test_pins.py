"""Wrong PINs tried at one moment are as many as wrong PINs tried one by one."""

import threading
from functools import partial

import pytest

from pickup.models import Verifier, VerifierPin
from pickup.services import pins
from pickup.services.pins import TRIES, check_pin, set_pin
from shop.events.models import Event
from tests import cast
from tests.expect import refused
from tests.pickup.counter import appoint
from tests.races.conftest import Rendezvous, codes_of, run_together

GUESSERS = 20


@pytest.fixture
def verifier(monkeypatch: pytest.MonkeyPatch) -> Verifier:
    """With a PIN, in a process that has a place for every guess."""
    monkeypatch.setattr(pins, "hashing", threading.BoundedSemaphore(GUESSERS))
    verifier = appoint(cast.make_store())
    set_pin(verifier, "271828")
    return verifier


def test_of_twenty_guesses_at_once_five_are_looked_at(verifier):
    codes = codes_of(run_together([partial(check_pin, verifier, "000001")] * GUESSERS))
    assert codes == ["pin_locked"] * (GUESSERS - TRIES + 1) + ["wrong_pin"] * (TRIES - 1)
    with refused("pin_locked"):
        check_pin(verifier, "271828")
    assert Event.objects.filter(verb="verifier.lock_pin").count() == 1


def test_without_the_lock_guesses_would_be_lost(verifier, monkeypatch):
    """The control: all have read how many there were before any of them counts."""
    rendezvous, check = Rendezvous(TRIES), pins.check_password

    def meet_and_check(*args):
        rendezvous.meet()
        return check(*args)

    monkeypatch.setattr(pins, "check_password", meet_and_check)
    monkeypatch.setattr(pins, "lock_row", lambda model, pk: model.objects.get(pk=pk))
    codes = codes_of(run_together([partial(check_pin, verifier, "000001")] * TRIES))
    assert codes == ["wrong_pin"] * TRIES
    assert VerifierPin.objects.get().failures == 1
