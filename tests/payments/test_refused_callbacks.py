"""What a callback that is refused is answered, and whether it counts as WeChat Pay's own."""

from dataclasses import replace

import pytest
from django.test import Client

from orders.payments.gateway import PaymentEvidence
from orders.payments.hooks import wechat
from orders.payments.models import PayAttempt
from orders.payments.services.evidence import apply_payment_evidence
from orders.stages import Stage
from shop import clock
from shop.callbacks import services
from shop.callbacks.models import Callback
from shop.clients.errors import BadCredentials, BadSignature, Unknown
from shop.clients.wechat_pay import WeChatPay
from shop.store.models import WeChatAccount
from tests import cast
from tests.expect import fresh
from tests.payments.callbacks import HOOKS, deliver


def post(client, body: bytes, **headers: str):
    return client.post(HOOKS["TRANSACTION"], body, content_type="application/json", headers=headers)


def only_row() -> Callback:
    return Callback.objects.get()


@pytest.fixture
def paid_silently(gateway) -> PayAttempt:
    return gateway.take_money(cast.place())


def test_a_body_that_is_too_large_is_not_even_read(gateway, client):
    response = post(client, b"x" * (64 * 1024 + 1))
    assert (response.status_code, response.json()) == (413, {"code": "FAIL", "message": "too_large"})
    row = only_row()
    assert (row.code, row.is_signed, row.subject, row.body) == ("too_large", False, "", "x" * 300)


def test_the_largest_body_is_read(gateway, client):
    assert post(client, b"x" * (64 * 1024)).json()["message"] == "bad_signature"


@pytest.mark.parametrize("forget", [lambda rows: rows.all().delete(), lambda rows: rows.update(mchid="")])
def test_without_credentials_nothing_can_be_read(gateway, client, paid_silently, forget):
    forget(WeChatAccount.objects)
    assert deliver(client, gateway, paid_silently.number) == [409]
    row = only_row()
    assert (row.code, row.is_signed) == ("wechat_not_set_up", False)
    assert fresh(paid_silently.order).stage == Stage.UNPAID


@pytest.mark.parametrize("mode", ["tampered", "stale", "unknown_serial"])
def test_what_nobody_signed_is_not_called_genuine(gateway, client, paid_silently, mode):
    assert deliver(client, gateway, paid_silently.number, mode) == [401]
    row = only_row()
    assert (row.code, row.is_signed, row.is_accepted, row.provider) == (
        "bad_signature",
        False,
        False,
        "wechat",
    )


@pytest.mark.parametrize(
    ("error", "status", "code", "is_signed"),
    [
        (BadSignature("headers", ""), 401, "bad_signature", False),
        (BadSignature("signature", ""), 401, "bad_signature", False),
        (BadSignature("decryption", ""), 401, "bad_signature", True),
        (BadSignature("merchant", ""), 401, "bad_signature", True),
        (Unknown(""), 400, "unknown", True),
        (BadCredentials(""), 400, "badcredentials", False),
    ],
)
def test_what_fails_after_the_signature_is_genuine(
    gateway, client, monkeypatch, error, status, code, is_signed
):
    def fail(*_args: object) -> None:
        raise error

    monkeypatch.setattr(WeChatPay, "read_payment_notice", fail)
    assert post(client, b"{}").status_code == status
    row = only_row()
    assert (row.code, row.is_signed) == (code, is_signed)


def test_the_gateways_own_probe_is_refused_without_a_word(gateway, client, paid_silently, caplog):
    assert deliver(client, gateway, paid_silently.number, "signtest") == [401]
    assert not Callback.objects.exists()
    assert "callback of wechat refused" not in caplog.text


def test_every_other_refusal_is_logged(gateway, client, caplog):
    post(client, b"{}")
    assert "callback of wechat refused: bad_signature" in caplog.text


def test_only_posts_are_taken_and_no_form_token_is_asked_for(gateway):
    browser = Client(enforce_csrf_checks=True)
    for url in HOOKS.values():
        assert browser.get(url).status_code == 405
        assert browser.post(url, b"{}", content_type="application/json").status_code == 401


def test_a_notice_of_what_was_not_paid_pays_nothing(gateway, client, monkeypatch, paid_silently):
    read = WeChatPay.read_payment_notice

    def read_as_closed(self, headers, body):
        notice = read(self, headers, body)
        return replace(notice, content=replace(notice.content, state="CLOSED"))

    monkeypatch.setattr(wechat.WeChatPay, "read_payment_notice", read_as_closed)
    assert deliver(client, gateway, paid_silently.number) == [400]
    row = only_row()
    assert (row.code, row.is_signed, row.subject) == ("not_paid", True, paid_silently.number)
    assert fresh(paid_silently.order).stage == Stage.UNPAID


def test_what_is_accepted_is_kept_whole_with_whose_and_when(gateway, client, paid_silently):
    with clock.at(clock.now()):
        assert deliver(client, gateway, paid_silently.number, REMOTE_ADDR="203.0.113.9") == [204]
        row = only_row()
        assert row.received_at == clock.now()
    assert (row.is_accepted, row.is_signed, row.provider) == (True, True, "wechat")
    assert (row.subject, row.address, row.code) == (paid_silently.number, "203.0.113.9", "")
    assert row.body.startswith('{"') and row.body.endswith("}") and len(row.body) > 300


def test_what_is_longer_than_its_column_is_cut(gateway, client, monkeypatch, paid_silently):
    read = WeChatPay.read_payment_notice

    def read_as_long(self, headers, body):
        notice = read(self, headers, body)
        return replace(notice, nonce="n" * 70, content=replace(notice.content, number="9" * 70))

    monkeypatch.setattr(wechat.WeChatPay, "read_payment_notice", read_as_long)
    monkeypatch.setattr(wechat, "apply_payment_evidence", lambda _evidence: None)
    assert deliver(client, gateway, paid_silently.number) == [204]
    assert (only_row().nonce, only_row().subject) == ("n" * 64, "9" * 64)


def test_a_flood_that_is_over_the_limit_already_gets_no_further(gateway, client, monkeypatch):
    for _ in range(4):
        post(client, b"{}")
    for limit in ("MAX_REFUSED", "MAX_REFUSED_OF_ADDRESS"):
        with monkeypatch.context() as patch:
            patch.setattr(services, limit, 2)
            post(client, b"{}")
    assert Callback.objects.count() == 4


def test_thirty_of_an_address_and_six_hundred_of_all_are_kept_an_hour(gateway, client):
    assert (services.MAX_REFUSED_OF_ADDRESS, services.MAX_REFUSED, services.KEPT_BYTES) == (30, 600, 300)


def test_one_that_is_refused_is_not_remembered_as_accepted(gateway, client, paid_silently):
    """The nonce goes with its effect: when the cause is gone the same notice counts."""
    number = paid_silently.number
    PayAttempt.objects.filter(pk=paid_silently.pk).update(number="another-1")
    assert deliver(client, gateway, number, "replayed_nonce", times=2) == [404, 404]
    assert not Callback.objects.filter(is_accepted=True).exists()


def test_another_attempts_number_is_refused_as_it_is(gateway, client, paid_silently):
    trade_no = gateway.trade(paid_silently.number)["trade_no"]
    other = cast.place()
    cast.pay(other, trade_no=trade_no)
    assert deliver(client, gateway, paid_silently.number) == [409]
    assert only_row().code == "other_attempt"
    fact = PaymentEvidence(other.attempts.get().number, trade_no, other.paid_fen)
    assert apply_payment_evidence(fact).order_id == other.pk
