"""Paying on the spot by a code: one live payment of an order, wherever it is paid, and the money in once."""

from datetime import timedelta

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid, cancel_unpaid
from orders.payments.changes.swapping import Swap, change_lines
from orders.payments.changes.waiving import waive_owed
from orders.payments.gateway import PaymentEvidence
from orders.payments.models import AttemptState, Channel, Means, PayAttempt, Payment, Refund
from orders.payments.services.attempts import start_payment
from orders.payments.services.evidence import apply_payment_evidence
from orders.payments.services.native import CODE_LIFE, NativeCode, find_native, start_native
from orders.payments.tasks import query_payment
from orders.services.steps import hold_order
from orders.stages import Stage
from pickup.services.verifiers import verifier_actor
from pickup.services.verifying import Collected
from shop import clock
from shop.demo.standins.wire import Problem
from shop.events.models import Event
from shop.store.choices import PayMethod
from shop.store.models import WeChatAccount
from tests import cast
from tests.expect import fresh, refused, verbs_of
from tests.gateway import Gateway
from tests.pickup.counter import appoint, hand_out, unpaid, waiting

CLERK = cast.clerk("order_clerk", name="李四", id_=7)
MANAGER = cast.clerk("manager", name="王店长", id_=2)


@pytest.fixture(autouse=True)
def world(gateway: Gateway) -> Gateway:
    return gateway


def at_store(**kwargs) -> Order:
    return unpaid(pay_method=PayMethod.COD, **kwargs)


def scan(gateway: Gateway, code: NativeCode, openid: str = "passer-by") -> str:
    return gateway.do("scan", code_url=code.code_url, openid=openid)["number"]


def hear(gateway: Gateway, number: str) -> None:
    """The gateway is asked: what a callback would have said."""
    query_payment(PayAttempt.objects.get(number=number).pk)


def newest(order: Order) -> PayAttempt:
    return order.attempts.order_by("-pk")[0]


@pytest.mark.parametrize("pay_method", [PayMethod.COD, PayMethod.WECHAT])
def test_whoever_scans_it_pays_and_it_can_be_handed_out(gateway: Gateway, pay_method):
    order = unpaid(pay_method=pay_method)
    code = start_native(order.pk, actor=CLERK)
    assert (code.amount_fen, code.code_url[:9]) == (order.owed_fen, "weixin://")
    hear(gateway, scan(gateway, code))
    paid = fresh(order)
    assert (paid.owed_fen, paid.stage) == (0, Stage.TO_CONFIRM)
    payment = Payment.objects.get()
    assert (payment.method, payment.means, payment.store) == ("wechat", "", order.pickup_store)
    assert (payment.collected_by_kind, payment.collected_by_id, payment.collected_by_name) == (
        "staff",
        7,
        "李四",
    )
    assert newest(order).openid == "passer-by"
    assert Event.objects.get(verb="order.pay").data["store"] == order.pickup_store.name
    hand_out(order, actor=CLERK)
    assert fresh(order).stage == Stage.DONE


def test_the_money_is_counted_to_the_verifier_who_showed_it(gateway: Gateway):
    order = at_store()
    verifier = appoint(order.pickup_store, nickname="小周")
    hear(gateway, scan(gateway, start_native(order.pk, actor=verifier_actor(verifier))))
    payment = Payment.objects.get()
    assert (payment.collected_by_kind, payment.collected_by_id) == ("verifier", verifier.pk)
    assert "小周" not in payment.collected_by_name


def test_asked_again_it_is_the_same_code_and_another_person_gets_a_new_one(gateway: Gateway):
    order = at_store()
    first = start_native(order.pk, actor=CLERK)
    assert start_native(order.pk, actor=CLERK) == first
    other = start_native(order.pk, actor=MANAGER)
    assert other.code_url != first.code_url
    with pytest.raises(Problem, match="closed"):
        scan(gateway, first)
    assert [a.state for a in order.attempts.order_by("pk")] == [AttemptState.CLOSED, AttemptState.OPEN]


def test_it_expires_and_is_renewed(gateway: Gateway, monkeypatch):
    order = at_store()
    first = start_native(order.pk, actor=CLERK)
    assert find_native(order) == first
    later = clock.now() + CODE_LIFE
    with clock.at(later):
        assert find_native(order) is None
        second = start_native(order.pk, actor=CLERK)
    assert second.code_url != first.code_url
    assert second.expires_at > first.expires_at
    assert gateway.trade(order.attempts.order_by("pk")[0].number)["state"] == "CLOSED"


def test_a_code_that_is_over_is_closed_by_the_question_of_the_worker(gateway: Gateway):
    order = at_store()
    start_native(order.pk, actor=CLERK)
    with clock.at(clock.now() + CODE_LIFE + timedelta(seconds=1)):
        query_payment(newest(order).pk)
    attempt = newest(order)
    assert (attempt.state, attempt.next_query_at) == (AttemptState.CLOSED, None)
    assert gateway.trade(attempt.number)["state"] == "CLOSED"


def test_the_buyers_own_payment_is_closed_first(gateway: Gateway):
    order = unpaid()
    before = gateway.open(order)
    start_native(order.pk, actor=CLERK)
    before.refresh_from_db()
    assert before.state == AttemptState.CLOSED
    assert gateway.trade(before.number)["state"] == "CLOSED"
    live = order.attempts.get(state=AttemptState.OPEN)
    assert (live.channel, live.openid, live.prepay_id) == (Channel.NATIVE, "", "")


def test_what_the_buyer_has_paid_meanwhile_needs_no_code(gateway: Gateway):
    order = unpaid()
    gateway.take_money(order)
    with refused("nothing_owed"):
        start_native(order.pk, actor=CLERK)
    assert fresh(order).owed_fen == 0
    assert Payment.objects.get().store is None


def test_a_buyer_who_rather_pays_on_the_phone_closes_the_code(gateway: Gateway):
    order = unpaid()
    code = start_native(order.pk, actor=CLERK)
    gateway.do("login-codes", openid=order.customer.openid)
    parameters = start_payment(order.pk, actor=cast.buyer(order))
    assert parameters["package"].startswith("prepay_id=wx")
    with pytest.raises(Problem, match="closed"):
        scan(gateway, code)
    assert find_native(order) is None


def test_cash_closes_the_code_first(gateway: Gateway):
    order = at_store()
    code = start_native(order.pk, actor=CLERK)
    hand_out(order, collected=Collected(Means.CASH, order.owed_fen), actor=CLERK)
    with pytest.raises(Problem, match="closed"):
        scan(gateway, code)
    assert Payment.objects.get().means == "cash"
    assert fresh(order).stage == Stage.DONE


def test_who_has_scanned_it_pays_no_cash_as_well(gateway: Gateway):
    order = at_store()
    owed_fen = order.owed_fen
    scan(gateway, start_native(order.pk, actor=CLERK))
    with refused("nothing_owed"):
        hand_out(order, collected=Collected(Means.CASH, owed_fen), actor=CLERK)
    assert Payment.objects.get().method == "wechat"
    hand_out(order, actor=CLERK)


@pytest.mark.parametrize("end", [cancel_unpaid, waive_owed])
def test_cancelling_and_waiving_close_it_first(gateway: Gateway, end):
    order = at_store()
    code = start_native(order.pk, actor=CLERK)
    end(order.pk, reason="不要了", actor=MANAGER)
    with pytest.raises(Problem, match="closed"):
        scan(gateway, code)
    assert fresh(order).owed_fen == 0 or fresh(order).stage == Stage.CLOSED


def test_the_rest_of_a_price_is_asked_for_and_cancelling_all_closes_that_too(gateway: Gateway):
    order = waiting()
    dearer = Swap(order.lines.get().pk, 1, cast.make_sku(price_fen=99_00).pk, 1)
    change_lines(order.pk, dearer, actor=MANAGER)
    code = start_native(order.pk, actor=CLERK)
    assert 0 < code.amount_fen == fresh(order).owed_fen < fresh(order).payable_fen
    cancel_paid(order.pk, reason="不要了", actor=MANAGER)
    with pytest.raises(Problem, match="closed"):
        scan(gateway, code)
    assert fresh(order).stage == Stage.CLOSED


def test_money_that_came_after_the_code_was_given_up_goes_back(gateway: Gateway):
    order = at_store()
    code = start_native(order.pk, actor=CLERK)
    number = newest(order).number
    scan(gateway, code)
    PayAttempt.objects.filter(number=number).update(state=AttemptState.CLOSED)
    hand_out(order, collected=Collected(Means.CASH, order.owed_fen), actor=CLERK)
    hear(gateway, number)
    late = Payment.objects.get(method="wechat")
    assert (late.counts, Refund.objects.get().amount_fen) == (False, late.amount_fen)
    assert fresh(order).paid_fen == fresh(order).payable_fen


def test_told_twice_it_is_paid_once(gateway: Gateway):
    order = at_store()
    number = scan(gateway, start_native(order.pk, actor=CLERK))
    evidence = PaymentEvidence(number, gateway.trade(number)["trade_no"], order.owed_fen, clock.now())
    apply_payment_evidence(evidence)
    apply_payment_evidence(evidence)
    assert Payment.objects.count() == 1
    assert verbs_of(order).count("pay") == 1


def test_the_gateway_away_leaves_a_code_that_can_be_asked_for_again(gateway: Gateway):
    order = at_store()
    gateway.fail("timeout_after", "/v3/pay/transactions/native")
    with refused("gateway_unavailable", 503):
        start_native(order.pk, actor=CLERK)
    assert find_native(order) is None
    gateway.recover()
    assert start_native(order.pk, actor=CLERK).code_url == gateway.trade(newest(order).number)["prepay_id"]
    assert PayAttempt.objects.count() == 1


def test_nobody_shows_a_code_who_does_not_hand_out_there():
    order = at_store()
    elsewhere = appoint(cast.make_store())
    with refused("not_found", 404):
        start_native(order.pk, actor=verifier_actor(elsewhere))
    with refused("forbidden", 403):
        start_native(order.pk, actor=cast.clerk("support"))
    hold_order(order.pk, reason="等", actor=MANAGER)
    with refused("held"):
        start_native(order.pk, actor=CLERK)
    assert PayAttempt.objects.count() == 0


def test_what_is_paid_or_sent_has_no_code():
    with refused("nothing_owed"):
        start_native(waiting().pk, actor=CLERK)
    with refused("not_picked_up"):
        start_native(cast.place(pay_method=PayMethod.COD).pk, actor=CLERK)


def test_without_wechat_pay_there_is_no_code():
    order = at_store()
    WeChatAccount.objects.update(tested_at=None)
    with refused("wechat_not_set_up"):
        start_native(order.pk, actor=CLERK)
