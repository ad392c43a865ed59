"""Money on a verifier's phone: the code that turns paid, and what was taken today."""

from typing import Any

import pytest
from django.test import Client

from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.models import Means, PayAttempt, Payment
from orders.payments.tasks import query_payment
from pickup.codes import make_code
from pickup.services.verifiers import change_stores, switch_off, verifier_actor
from pickup.services.verifying import Collected
from shop.store.choices import PayMethod
from shop.store.models import WeChatAccount
from tests import cast
from tests.console import page_with
from tests.gateway import Gateway
from tests.pickup.counter import appoint, hand_out, unpaid
from tests.pickup.phone.phones import phone_of

PART = {"x-part": "native"}


def path_of(order) -> str:
    return f"/v/{make_code(order).token}/native/"


@pytest.fixture
def order():
    return unpaid(pay_method=PayMethod.COD)


@pytest.fixture
def verifier(order):
    return appoint(order.pickup_store, nickname="小周")


def test_it_shows_a_code_that_turns_paid(gateway: Gateway, order, verifier):
    phone, path = phone_of(verifier), path_of(order)
    before = page_with(200, phone.get(path, headers=PART))
    assert "Show WeChat QR" in before
    assert PayAttempt.objects.count() == 0
    part = page_with(200, phone.post(path, headers=PART))
    assert "data:image/png;base64," in part
    assert "<html" not in part
    seen = part.split("?seen=")[1].split('"')[0]
    assert phone.get(f"{path}?seen={seen}", headers=PART).status_code == 204
    attempt = PayAttempt.objects.get()
    gateway.do("scan", code_url=attempt.code_url, openid="anybody")
    query_payment(attempt.pk)
    paid = page_with(200, phone.get(f"{path}?seen={seen}", headers=PART))
    assert "Paid" in paid
    assert "data-native-poll" not in paid
    assert Payment.objects.get().collected_by_id == verifier.pk


def test_without_scripts_it_is_a_page(gateway: Gateway, order, verifier):
    phone = phone_of(verifier)
    page = page_with(200, phone.post(path_of(order)))
    assert "<html" in page
    assert "Look whether it is paid" in page


def test_why_there_is_none_is_said(order, verifier):
    WeChatAccount.objects.update(tested_at=None)
    part = page_with(200, phone_of(verifier).post(path_of(order), headers=PART))
    assert "setting up WeChat Pay" in part


def assert_asked_to_sign_in(answer: Any) -> None:
    assert answer.status_code == 302
    assert answer["Location"].startswith("/v/sign-in/")


def test_only_a_verifier_of_the_store_is_let_in(gateway: Gateway, order, verifier):
    path = path_of(order)
    assert_asked_to_sign_in(Client().get(path))
    assert_asked_to_sign_in(Client().post(path))
    assert phone_of(appoint(cast.make_store())).post(path).status_code == 409
    assert phone_of(verifier).post("/v/AAAA/native/").status_code == 404
    phone, unproved = phone_of(verifier), phone_of(verifier, enforce_csrf_checks=True)
    switch_off(verifier.pk, actor=cast.clerk("manager"))
    assert_asked_to_sign_in(phone.post(path))
    assert unproved.post(path).status_code == 403
    assert PayAttempt.objects.count() == 0


def test_of_what_waits_no_more_the_screen_is_told(gateway: Gateway, order, verifier):
    """It asks every two seconds: of an order handed out by somebody else it hears that, of a cancelled one no code."""
    phone, path = phone_of(verifier), path_of(order)
    hand_out(order, collected=Collected(Means.CASH, order.owed_fen))
    assert "Paid" in page_with(200, phone.get(f"{path}?seen=none", headers=PART))
    gone = unpaid(pay_method=PayMethod.COD)
    path = path_of(gone)
    cancel_unpaid(gone.pk, reason="不要了", actor=cast.clerk("manager"))
    assert phone_of(appoint(gone.pickup_store)).get(path, headers=PART).status_code == 404


def test_for_what_waits_elsewhere_no_code_is_shown(order):
    """It would be counted to the store where it waits: across stores money is taken by hand."""
    here = cast.make_store()
    verifier = appoint(here)
    change_stores(verifier.pk, store_ids=[here.pk], crosses_stores=True, actor=cast.clerk("manager"))
    phone = phone_of(verifier)
    card = page_with(200, phone.get(f"/v/{make_code(order).token}?here=1"))
    assert "Cash" in card
    assert "Show WeChat QR" not in card
    assert phone.post(path_of(order)).status_code == 409
    assert PayAttempt.objects.count() == 0


def test_a_verifier_sees_his_own_money_of_today(order, verifier):
    owed_fen = order.owed_fen
    hand_out(order, actor=verifier_actor(verifier), collected=Collected(Means.CASH, owed_fen))
    other = appoint(order.pickup_store, nickname="小吴")
    page = page_with(200, phone_of(verifier).get("/v/cash/"))
    assert order.pickup_store.name in page
    assert f"¥{owed_fen / 100:.2f}" in page
    assert "Order by order" in page
    assert "no money today" in page_with(200, phone_of(other).get("/v/cash/"))
    assert_asked_to_sign_in(Client().get("/v/cash/"))
