"""What is Alipay's own: codes that nobody has opened, its notices, and a refund that is repeated."""

from datetime import timedelta

import pytest

from orders.payments.changes.cancelling import cancel_paid, cancel_unpaid
from orders.payments.gateway import LAPSED_AFTER, Closed, ask_and_close, list_gateways, query_attempt
from orders.payments.models import AttemptState, PayAttempt, Payment, Refund, RefundState
from orders.payments.services.attempts import start_payment
from orders.payments.tasks import query_payment, send_refund
from orders.stages import Stage
from shop import clock
from shop.callbacks.models import Callback
from shop.demo.standins.wire import Problem
from shop.events.models import Event
from shop.store.choices import PayMethod
from shop.store.models import AlipayAccount, FormerCredentials
from shop.store.services import change_alipay_account, check_alipay_account
from tests import cast
from tests.expect import fresh, refused, verbs_of
from tests.payments.callbacks import ALIPAY_HOOK, FORM, deliver_form
from tests.payments.rows import again

SUCCESS = (200, "success")


@pytest.fixture
def paid_silently(alipay) -> PayAttempt:
    return alipay.take_money(alipay.place())


def test_the_phone_gets_a_code_and_a_link_for_one_payment(alipay):
    order = alipay.place()
    handed = alipay.hand_out(order)
    assert set(handed) == {"qr_code", "link"}
    number = alipay.pay(handed["link"])
    with pytest.raises(Problem):
        alipay.pay(handed["qr_code"])
    query_payment(PayAttempt.objects.get(number=number).pk)
    assert fresh(order).stage == Stage.TO_CONFIRM
    actors = Event.objects.filter(kind="order", subject_id=order.pk, verb="order.pay")
    assert [*actors.values_list("actor_name", flat=True)] == ["alipay"]


def test_a_code_that_nobody_opened_is_neither_paid_nor_over(alipay):
    order = alipay.place()
    alipay.hand_out(order)
    attempt = PayAttempt.objects.get()
    query_payment(attempt.pk)
    assert again(attempt).state == AttemptState.OPEN
    with clock.at(attempt.expires_at + LAPSED_AFTER + timedelta(seconds=1)):
        assert query_attempt(attempt) == Closed()
        query_payment(attempt.pk)
    attempt = again(attempt)
    assert (attempt.state, attempt.next_query_at) == (AttemptState.CLOSED, None)


def test_an_order_is_cancelled_beside_a_code_that_nobody_opened_and_money_for_it_goes_back(
    alipay, tasks_at_once
):
    order = alipay.place()
    handed = alipay.hand_out(order)
    attempt = PayAttempt.objects.get()
    assert ask_and_close(attempt) == Closed(may_be_opened=True)
    cancel_unpaid(order.pk, actor=cast.buyer(order))
    attempt = again(attempt)
    assert (fresh(order).stage, attempt.state) == (Stage.CLOSED, AttemptState.CLOSED)
    assert attempt.next_query_at is not None
    alipay.pay(handed["qr_code"])
    query_payment(attempt.pk)
    assert Payment.objects.get().counts is False
    send_refund(Refund.objects.get().pk)
    assert (Refund.objects.get().state, fresh(order).stage) == (RefundState.DONE, Stage.CLOSED)


def test_what_is_opened_after_it_was_cancelled_is_closed_when_it_is_asked_about(alipay):
    order = alipay.place()
    handed = alipay.hand_out(order)
    attempt = PayAttempt.objects.get()
    cancel_unpaid(order.pk, actor=cast.buyer(order))
    alipay.do("alipay-open", url=handed["link"])
    query_payment(attempt.pk)
    assert alipay.trade(attempt.number)["state"] == "TRADE_CLOSED"
    assert again(attempt).next_query_at is None
    with pytest.raises(Problem):
        alipay.pay(handed["qr_code"])


def test_a_notice_pays_the_order_once_however_often_it_comes(alipay, client, paid_silently):
    for _ in range(3):
        assert deliver_form(client, alipay, paid_silently.number) == SUCCESS
    assert fresh(paid_silently.order).stage == Stage.TO_CONFIRM
    assert Payment.objects.count() == 1
    assert Callback.objects.get().is_accepted
    assert verbs_of(paid_silently.order) == ["place", "pay"]


def test_success_is_said_only_once_it_is_on_record(alipay, client, paid_silently, monkeypatch):
    """The first time the process dies within; what was begun leaves nothing."""

    def die(_evidence):
        raise SystemError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("orders.payments.hooks.alipay.apply_payment_evidence", die)
        with pytest.raises(SystemError):
            deliver_form(client, alipay, paid_silently.number)
    assert not Callback.objects.exists()
    assert deliver_form(client, alipay, paid_silently.number) == SUCCESS
    assert fresh(paid_silently.order).stage == Stage.TO_CONFIRM


@pytest.mark.parametrize(
    ("mode", "status", "code", "is_signed"),
    [
        ("tampered", 401, "bad_signature", False),
        ("other_key", 401, "bad_signature", False),
        ("unsigned", 401, "bad_signature", False),
        ("sha1", 401, "bad_signature", False),
        ("twice", 401, "bad_signature", False),
        ("wrong_app", 401, "bad_signature", True),
        ("wrong_seller", 401, "bad_signature", True),
        ("wrong_amount", 409, "amount_mismatch", True),
        ("wrong_status", 400, "unknown", True),
        ("without_status", 400, "unknown", True),
        ("without_time", 400, "unknown", True),
        ("wrong_kind", 400, "unknown", True),
    ],
)
def test_a_false_notice_pays_nothing_and_is_a_security_event(
    alipay, client, paid_silently, mode, status, code, is_signed
):
    assert deliver_form(client, alipay, paid_silently.number, mode) == (status, "fail")
    row = Callback.objects.get()
    assert (row.provider, row.code, row.is_signed, row.is_accepted) == ("alipay", code, is_signed, False)
    assert fresh(paid_silently.order).stage == Stage.UNPAID
    assert not Payment.objects.exists()


def test_another_amount_is_told_on_the_order_once(alipay, client, paid_silently):
    for _ in range(2):
        deliver_form(client, alipay, paid_silently.number, "wrong_amount")
    assert verbs_of(paid_silently.order).count("payment_mismatch") == 1


def test_what_is_too_large_is_not_even_read(alipay, client):
    answer = client.post(ALIPAY_HOOK, b"a=" + b"x" * (64 * 1024), content_type=FORM)
    assert (answer.status_code, Callback.objects.get().code) == (413, "too_large")


def test_without_credentials_nothing_can_be_read(alipay, client, paid_silently):
    AlipayAccount.objects.all().delete()
    assert deliver_form(client, alipay, paid_silently.number) == (409, "fail")
    assert Callback.objects.get().code == "alipay_not_set_up"


def test_that_nobody_paid_in_time_is_taken_and_changes_nothing(alipay, client, paid_silently):
    assert deliver_form(client, alipay, paid_silently.number, "closed") == SUCCESS
    assert fresh(paid_silently.order).stage == Stage.UNPAID


def test_a_notice_for_a_closed_order_is_taken_and_the_money_goes_back(alipay, client, paid_silently):
    PayAttempt.objects.filter(pk=paid_silently.pk).update(state=AttemptState.CLOSED)
    assert deliver_form(client, alipay, paid_silently.number) == SUCCESS
    assert Refund.objects.get().state == RefundState.COMMITTED


def refunding(alipay) -> Refund:
    order = alipay.place()
    query_payment(alipay.take_money(order).pk)
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk())
    return Refund.objects.get()


def test_a_notice_of_a_refund_ends_it(alipay, client):
    refund = refunding(alipay)
    alipay.fail_at("refund", "timeout_after")
    send_refund(refund.pk)
    for _ in range(2):
        assert deliver_form(client, alipay, refund.number) == SUCCESS
    assert again(refund).state == RefundState.DONE
    assert verbs_of(refund.order).count("refund_done") == 1


def test_a_notice_of_a_refund_is_taken_when_alipay_can_be_asked_about_it(alipay, client):
    refund = refunding(alipay)
    alipay.fail_at("refund", "timeout_after")
    send_refund(refund.pk)
    alipay.fail_at("query_refund", "timeout_before")
    assert deliver_form(client, alipay, refund.number) == (503, "fail")
    assert again(refund).state == RefundState.COMMITTED
    assert deliver_form(client, alipay, refund.number) == SUCCESS
    assert again(refund).state == RefundState.DONE


def test_a_refund_at_alipays_own_page_stands_on_the_order(alipay, client):
    order = alipay.place()
    attempt = alipay.take_money(order)
    query_payment(attempt.pk)
    client_of_alipay = list_gateways()[-1]
    client_of_alipay.refund(
        trade_no=Payment.objects.get().trade_no, refund_number="AT-ALIPAY-1", refund_fen=1_00
    )
    for _ in range(2):
        assert deliver_form(client, alipay, "AT-ALIPAY-1") == SUCCESS
    refund = Refund.objects.get()
    assert (refund.number, refund.amount_fen, refund.state) == ("AT-ALIPAY-1", 1_00, RefundState.DONE)
    assert fresh(order).refunded_fen == 1_00


def test_a_repeat_that_moved_no_money_is_asked_about(alipay):
    """Its first answer was lost, and the question for it too: the same number again, which has moved nothing now."""
    refund = refunding(alipay)
    alipay.fail_at("refund", "timeout_after")
    send_refund(refund.pk)
    Refund.objects.filter(pk=refund.pk).update(sent_at=None)
    send_refund(refund.pk)
    assert again(refund).state == RefundState.DONE
    assert alipay.calls(refund.number) == {"refund": 2, "query_refund": 1}
    assert len(alipay.refunds(refund.order)) == 1


def test_a_refund_that_alipay_refuses_calls_a_person(alipay):
    refund = refunding(alipay)
    alipay.behave(alipay_refund_refusal="ACQ.SELLER_BALANCE_NOT_ENOUGH")
    send_refund(refund.pk)
    refund = again(refund)
    assert (refund.state, refund.last_error) == (RefundState.FAILED, "ACQ.SELLER_BALANCE_NOT_ENOUGH")


def test_one_that_its_system_could_not_do_is_tried_again(alipay):
    refund = refunding(alipay)
    alipay.behave(alipay_refund_refusal="ACQ.SYSTEM_ERROR")
    send_refund(refund.pk)
    assert again(refund).state == RefundState.COMMITTED
    alipay.behave(alipay_refund_refusal="")
    send_refund(refund.pk)
    assert again(refund).state == RefundState.DONE


def test_what_was_paid_to_a_former_app_is_refunded_by_its_keys(alipay):
    refund = refunding(alipay)
    change_alipay_account({"appid": "2021999999999999", "mchid": "2088999999999999"}, actor=cast.clerk())
    former = FormerCredentials.objects.get()
    assert (former.method, former.api_v3_key) == (PayMethod.ALIPAY, "")
    AlipayAccount.objects.update(tested_at=clock.now())
    send_refund(refund.pk)
    assert again(refund).state == RefundState.DONE


def test_without_the_keys_of_its_app_a_refund_needs_a_person(alipay):
    refund = refunding(alipay)
    AlipayAccount.objects.update(mchid="2088999999999999")
    send_refund(refund.pk)
    assert (again(refund).state, again(refund).last_error) == (RefundState.FAILED, "OtherMerchant")


def test_credentials_are_tested_by_a_call(alipay):
    AlipayAccount.objects.update(tested_at=None)
    check_alipay_account(actor=cast.clerk())
    assert AlipayAccount.objects.get().tested_at is not None
    change_alipay_account({"appid": "2021999999999999"}, actor=cast.clerk())
    with refused("connection_failed", 409):
        check_alipay_account(actor=cast.clerk())
    assert AlipayAccount.objects.get().tested_at is None


def test_an_order_that_another_way_pays_is_not_paid_here(alipay):
    order = cast.place(pay_method=PayMethod.COD)
    with refused("not_wechat", 409):
        start_payment(order.pk, actor=cast.buyer(order))
