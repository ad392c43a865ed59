"""The shop exchanges its keys or its merchant number while money is on its way: each payment keeps its own set."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from orders.payments.changes.cancelling import cancel_paid
from orders.payments.gateway import PaymentEvidence, open_gateway_for_refund, open_gateway_of
from orders.payments.models import AttemptState, Payment, RefundState
from orders.payments.selectors import FORMER_KEPT_FOR, REFUNDABLE_FOR
from orders.payments.services.attempts import start_payment
from orders.payments.services.evidence import apply_payment_evidence
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.payments.tasks import query_payment, send_refund
from orders.stages import Stage
from shop import clock
from shop.actor import GATEWAY
from shop.events.sweeping import sweep
from shop.store.credentials import WECHAT_SETS
from shop.store.models import FormerCredentials, WeChatAccount
from shop.store.services import change_wechat_account
from tests import cast
from tests.expect import fresh, refused
from tests.payments.callbacks import deliver


def exchange(**changes: str) -> None:
    """The owner enters other credentials, which are never tested here."""
    change_wechat_account(changes or {"mchid": "1900000009"}, actor=cast.clerk())


def test_what_is_replaced_is_kept_if_it_ever_passed_its_test(gateway):
    before = WeChatAccount.objects.get()
    exchange(mchid="1900000009")
    exchange(mchid="1900000010")
    kept = FormerCredentials.objects.get()
    assert (kept.mchid, kept.merchant_private_key) == (before.mchid, before.merchant_private_key)
    assert [made.mchid for made in WECHAT_SETS.list_all()] == [before.mchid, "1900000010"]
    WeChatAccount.objects.update(tested_at=clock.now())
    assert [made.mchid for made in WECHAT_SETS.list_all()] == ["1900000010", before.mchid]


def test_another_secret_of_the_mini_program_costs_no_set(gateway):
    """It is untested with everything else, and the next change must not throw away what was good."""
    order = cast.place()
    attempt = gateway.take_money(order)
    exchange(mini_secret="another")
    exchange(mchid="1900000009")
    query_payment(attempt.pk)
    assert fresh(order).stage == Stage.TO_CONFIRM


@pytest.mark.parametrize("changes", [{"mchid": ""}, {"merchant_private_key": "pasted wrongly"}])
def test_a_present_set_that_is_emptied_or_wrong_switches_off_no_former_one(gateway, changes):
    order = cast.place()
    attempt = gateway.take_money(order)
    exchange(**changes)
    query_payment(attempt.pk)
    assert fresh(order).stage == Stage.TO_CONFIRM


def test_a_former_set_stays_until_the_present_one_of_the_same_number_has_passed_its_test(gateway):
    gateway.take_money(cast.place())
    exchange(api_v3_key="x" * 32)
    with clock.at(clock.now() + 2 * FORMER_KEPT_FOR):
        sweep()
        assert FormerCredentials.objects.exists()
        WeChatAccount.objects.update(tested_at=clock.now())
    with clock.at(clock.now() + 3 * FORMER_KEPT_FOR):
        sweep()
    assert not FormerCredentials.objects.exists()


def test_what_was_paid_under_the_old_number_is_found(gateway):
    order = cast.place()
    attempt = gateway.take_money(order)
    exchange()
    query_payment(attempt.pk)
    assert fresh(order).stage == Stage.TO_CONFIRM


def test_and_refunded_there(gateway):
    order = cast.place()
    query_payment(gateway.take_money(order).pk)
    exchange()
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    refund = order.refunds.get()
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert (refund.state, gateway.calls(refund.number)["refund"]) == (RefundState.DONE, 1)


def test_the_next_press_pays_the_new_number_once_the_old_attempt_is_closed_there(gateway):
    order = cast.place()
    old = gateway.open(order)
    exchange(appid="wx-another")
    with refused("wechat_not_set_up"):
        start_payment(order.pk, actor=cast.buyer(order))
    WeChatAccount.objects.update(tested_at=clock.now())
    with refused("gateway_refused"):  # this gateway knows one mini-program only
        start_payment(order.pk, actor=cast.buyer(order))
    old.refresh_from_db()
    new = order.attempts.order_by("-pk")[0]
    assert (old.state, gateway.trade(old.number)["state"]) == (AttemptState.CLOSED, "CLOSED")
    assert (new.number, new.appid) == (f"{order.number}-2", "wx-another")


@pytest.mark.parametrize(
    "changes",
    [
        {"mchid": "1900000009", "api_v3_key": "x" * 32, "platform_key_id": "PUB_KEY_ID_NEW"},
        {"api_v3_key": "x" * 32},
        {"platform_key_id": "PUB_KEY_ID_NEW"},
    ],
)
def test_a_callback_is_read_with_the_set_it_was_made_for(gateway, client, changes):
    order = cast.place()
    attempt = gateway.take_money(order)
    exchange(**changes)
    assert deliver(client, gateway, attempt.number) == [204]
    assert fresh(order).stage == Stage.TO_CONFIRM


def test_one_that_fits_no_set_is_refused(gateway, client):
    order = cast.place()
    attempt = gateway.take_money(order)
    WeChatAccount.objects.update(tested_at=None)
    exchange(api_v3_key="x" * 32)
    assert deliver(client, gateway, attempt.number) == [401]
    assert fresh(order).stage == Stage.UNPAID


def test_an_answer_may_be_signed_by_either_platform_key_while_they_are_exchanged(gateway):
    order = cast.place()
    attempt = gateway.open(order)
    signed_by = open_gateway_for_refund(None)._credentials.platform_key_id
    exchange(platform_key_id="PUB_KEY_ID_NEW")
    WeChatAccount.objects.update(tested_at=clock.now())
    gateway.server.world.credentials = replace(
        gateway.server.world.credentials, platform_key_id="PUB_KEY_ID_NEW"
    )
    try:
        headers = {"wechatpay-serial": signed_by}
        assert signed_by in open_gateway_for_refund(None)._credentials.platform_keys, headers
        assert open_gateway_of(attempt).query(attempt.number).state == "NOTPAY"
    finally:
        gateway.server.world.credentials = replace(
            gateway.server.world.credentials, platform_key_id=signed_by
        )


def test_one_merchants_gateway_says_nothing_about_what_was_paid_to_another(gateway):
    order = cast.place()
    attempt = gateway.open(order)
    fact = PaymentEvidence(attempt.number, "42001", attempt.amount_fen, mchid="1900000009")
    with refused("other_merchant"):
        apply_payment_evidence(fact)
    assert not Payment.objects.exists()


def test_nor_about_refunds_of_it(gateway):
    order = cast.place()
    query_payment(gateway.take_money(order).pk)
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    refund = order.refunds.get()
    with refused("other_merchant"):
        apply_refund_evidence(
            refund.number, status="SUCCESS", amount_fen=refund.amount_fen, mchid="1900000009", actor=GATEWAY
        )
    refund.refresh_from_db()
    assert refund.state == RefundState.COMMITTED


def sweep_after(passed: timedelta) -> None:
    with clock.at(clock.now() + passed):
        sweep()


def test_keys_that_were_only_exchanged_go_when_no_callback_can_need_them(gateway):
    exchange(api_v3_key="x" * 32)
    sweep_after(FORMER_KEPT_FOR - timedelta(minutes=1))
    assert FormerCredentials.objects.exists()
    sweep_after(FORMER_KEPT_FOR)
    assert not FormerCredentials.objects.exists()


def test_those_of_an_old_number_stay_while_money_may_go_back_under_it(gateway, sent_tasks):
    order = cast.place()
    query_payment(gateway.take_money(order).pk)
    exchange()
    sweep_after(timedelta(days=30))
    assert FormerCredentials.objects.exists()
    sweep_after(REFUNDABLE_FOR + timedelta(days=2))
    assert not FormerCredentials.objects.exists()


@pytest.mark.parametrize("days", [4, 400])
def test_and_while_a_refund_is_not_done(gateway, sent_tasks, days):
    order = cast.place()
    query_payment(gateway.take_money(order).pk)
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    exchange()
    sweep_after(timedelta(days=days))
    assert FormerCredentials.objects.exists()


def test_and_while_an_attempt_is_open(gateway, sent_tasks):
    gateway.open(cast.place())
    exchange()
    sweep_after(FORMER_KEPT_FOR)
    assert FormerCredentials.objects.exists()


def test_an_old_number_that_was_never_used_is_forgotten(gateway):
    exchange()
    sweep_after(FORMER_KEPT_FOR)
    assert not FormerCredentials.objects.exists()


def test_secrets_of_former_sets_are_encrypted(gateway):
    exchange()
    with connection.cursor() as cursor:
        cursor.execute("SELECT merchant_private_key, api_v3_key FROM store_formercredentials")
        stored = cursor.fetchone()
    assert all(value.startswith("v2:") for value in stored)


def test_an_attempt_without_a_set_of_its_own_is_still_asked_with_the_present_one(gateway):
    order = cast.place()
    attempt = gateway.take_money(order)
    attempt.mchid = attempt.appid = ""
    attempt.save()
    assert open_gateway_of(attempt).query(attempt.number).amount_fen == attempt.amount_fen
