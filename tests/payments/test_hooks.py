"""Callbacks that are refused: little is kept of them, never too many, and genuine ones always and in sight."""

import hashlib
from datetime import timedelta

import pytest

from orders.payments.models import PayAttempt
from orders.stages import Stage
from shop import clock
from shop.callbacks import services
from shop.callbacks.models import Callback
from shop.events.sweeping import sweep
from tests import cast
from tests.console import browser
from tests.expect import fresh
from tests.payments.callbacks import HOOKS, deliver

FALSE = b'{"id": "' + b"x" * 20_000 + b'"}'


def shout(client, body: bytes = FALSE, *, address: str = "203.0.113.7", **headers: str) -> int:
    response = client.post(
        HOOKS["TRANSACTION"], body, content_type="application/json", REMOTE_ADDR=address, headers=headers
    )
    return response.status_code


def refused_rows() -> list[Callback]:
    return list(Callback.objects.filter(is_accepted=False).order_by("id"))


@pytest.fixture
def paid_silently(gateway) -> PayAttempt:
    return gateway.take_money(cast.place())


def test_of_a_false_one_the_beginning_and_the_digest_are_kept(gateway, client):
    assert shout(client) == 401
    (row,) = refused_rows()
    assert (row.code, row.address, row.is_signed) == ("bad_signature", "203.0.113.7", False)
    assert row.body == FALSE[:300].decode()
    assert row.digest == hashlib.sha256(FALSE).hexdigest()


def test_one_address_fills_no_more_than_its_share(gateway, client, monkeypatch):
    monkeypatch.setattr(services, "MAX_REFUSED_OF_ADDRESS", 2)
    for number in range(5):
        shout(client, **{"X-Forwarded-For": f"198.51.100.{number}"})
    assert len(refused_rows()) == 2
    shout(client, address="203.0.113.8")
    assert len(refused_rows()) == 3
    with clock.at(clock.now() + timedelta(minutes=61)):
        shout(client)
    assert len(refused_rows()) == 4


def test_nor_do_many_addresses_together(gateway, client, monkeypatch):
    monkeypatch.setattr(services, "MAX_REFUSED", 3)
    for number in range(6):
        assert shout(client, address=f"203.0.113.{number}") == 401
    assert len(refused_rows()) == 3


@pytest.mark.parametrize(
    ("mode", "code"), [("wrong_amount", "amount_mismatch"), ("wrong_mchid", "bad_signature")]
)
def test_a_genuine_one_that_is_refused_is_kept_in_any_flood(
    gateway, client, monkeypatch, paid_silently, mode, code
):
    monkeypatch.setattr(services, "MAX_REFUSED", 0)
    shout(client)
    deliver(client, gateway, paid_silently.number, mode)
    (row,) = refused_rows()
    assert (row.code, row.is_signed) == (code, True)


def test_so_is_one_about_a_payment_nobody_knows(gateway, client, monkeypatch, paid_silently):
    monkeypatch.setattr(services, "MAX_REFUSED", 0)
    number = paid_silently.number
    PayAttempt.objects.filter(pk=paid_silently.pk).update(number="another-1")
    assert deliver(client, gateway, number) == [404]
    (row,) = refused_rows()
    assert (row.code, row.is_signed, row.subject) == ("unknown_attempt", True, number)


def test_a_genuine_one_sent_again_and_again_is_not(gateway, client, monkeypatch, paid_silently):
    monkeypatch.setattr(services, "MAX_REFUSED_OF_ADDRESS", 1)
    assert deliver(client, gateway, paid_silently.number, "replayed_nonce", times=4) == [204, 403, 403, 403]
    (row,) = refused_rows()
    assert row.code == "replayed"
    assert fresh(paid_silently.order).stage == Stage.TO_CONFIRM


def test_after_a_week_it_is_forgotten_and_what_was_accepted_is_not(gateway, client, paid_silently):
    shout(client)
    deliver(client, gateway, paid_silently.number)
    with clock.at(clock.now() + timedelta(days=6)):
        sweep()
    assert len(refused_rows()) == 1
    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        sweep()
    assert list(Callback.objects.values_list("is_accepted", flat=True)) == [True]


def test_who_may_read_the_record_sees_them_the_genuine_ones_first(gateway, client, paid_silently):
    deliver(client, gateway, paid_silently.number, "wrong_amount")
    shout(client)
    page = browser("manager").get("/console/audit/")
    events = page.context["security_events"]
    assert [callback.is_signed for callback, _words in events] == [True, False]
    html = page.content.decode()
    assert paid_silently.number in html and "203.0.113.7" in html
    assert "Signed by WeChat Pay" in html
    assert "security_events" not in (browser("finance").get("/console/audit/").context or {})
