"""A payment link against the mini-program, the counter, cancelling and a new price: the money is in once."""

from functools import partial

import pytest

from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.changes.pricing import change_price
from orders.payments.links.paying import Wanted, start_by_link
from orders.payments.links.services import make_pay_link, withdraw_pay_link
from orders.payments.models import LIVE, Channel, PayAttempt, PayLink, Payment, Refund
from orders.payments.services.attempts import start_payment
from orders.payments.services.native import start_native
from orders.payments.tasks import query_payment
from orders.stages import Stage
from shop.demo.standins.wire import Problem
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh
from tests.pay_links.links import link_of, pay_there
from tests.pickup.counter import unpaid
from tests.races.conftest import codes_of, run_together

OF_ROUNDS = 4
CLERK = cast.clerk("order_clerk", name="李四", id_=7)
MANAGER = cast.clerk("manager", name="王店长", id_=2)


def press(link, channel=Channel.NATIVE, *, seen_fen=None):
    """One browser of its own, which has read the page."""
    link = PayLink.objects.select_related("order").get(pk=link.pk)
    return start_by_link(link, Wanted(channel, seen_fen or link.order.owed_fen, "192.0.2.1"))


def press_and_pay(gateway, link, channel=Channel.NATIVE, *, seen_fen=None) -> str:
    """Whoever has it pays what the browser shows; "refused" where that is closed by then."""
    shown = press(link, channel, seen_fen=seen_fen)
    attempt = PayAttempt.objects.get(code_url=shown.url)
    try:
        pay_there(gateway, attempt)
    except Problem:
        return "refused"
    return "paid"


def pay_on_the_phone(gateway, order) -> None:
    parameters = start_payment(order.pk, actor=cast.buyer(order))
    try:
        gateway.do("pay", **parameters, openid=order.customer.openid)
    except Problem:
        return
    query_payment(PayAttempt.objects.filter(order=order, channel=Channel.JSAPI).latest("pk").pk)


def pay_at_the_counter(gateway, order) -> None:
    code = start_native(order.pk, actor=CLERK)
    try:
        gateway.do("scan", code_url=code.code_url, openid="passer-by")
    except Problem:
        return
    query_payment(PayAttempt.objects.get(code_url=code.code_url).pk)


def assert_money_is_in_once(order) -> None:
    """What counts is what it costs at most, and anything beyond is on its way back."""
    order = fresh(order)
    counting = sum(p.amount_fen for p in Payment.objects.filter(order=order, counts=True))
    assert counting == order.paid_fen <= order.payable_fen
    surplus = Payment.objects.filter(order=order, counts=False)
    assert Refund.objects.filter(order=order).count() == surplus.count()
    assert order.attempts.filter(state__in=LIVE).count() <= 1


def test_several_who_make_a_link_leave_one_that_is_valid():
    order = cast.place()
    results = run_together([lambda: make_pay_link(order.pk, actor=CLERK)] * 6)
    assert set(codes_of(results)) == {"ok"}
    assert PayLink.objects.count() == 6
    assert PayLink.objects.filter(withdrawn_at=None).count() == 1


def test_without_the_lock_one_live_link_is_the_last_guard(switch_off_order_lock):
    order = cast.place()
    switch_off_order_lock(3)
    codes = codes_of(run_together([lambda: make_pay_link(order.pk, actor=CLERK)] * 3))
    assert {*codes} == {"IntegrityError", "ok"}
    assert PayLink.objects.count() == 1


def test_a_dozen_browsers_have_one_payment(gateway):
    order = unpaid()
    link = link_of(order)
    results = run_together([lambda: press(link)] * 12)
    assert set(codes_of(results)) == {"ok"}
    assert len({shown.url for shown in results}) == 1
    assert PayAttempt.objects.count() == 1


def test_without_the_lock_one_live_attempt_is_the_last_guard(gateway, switch_off_order_lock):
    link = link_of(unpaid())
    switch_off_order_lock(3)
    codes = codes_of(run_together([lambda: press(link)] * 3))
    assert {*codes} == {"IntegrityError", "ok"}


@pytest.mark.parametrize("round_", range(OF_ROUNDS))
def test_link_phone_and_counter_at_once_pay_once(gateway, round_):
    order = unpaid(pay_method=PayMethod.WECHAT)
    link = link_of(order)
    gateway.do("login-codes", openid=order.customer.openid)
    acts = [
        partial(press_and_pay, gateway, link),
        partial(press_and_pay, gateway, link, Channel.H5),
        partial(pay_on_the_phone, gateway, order),
        partial(pay_at_the_counter, gateway, order),
    ]
    codes = codes_of(run_together(acts[round_:] + acts[:round_]))
    assert set(codes) <= {"ok", "closing", "nothing_owed", "wrong_stage", "gateway_refused"}
    assert_money_is_in_once(order)
    # Each closes the one before, so that all may have lost; whoever tries again pays.
    if fresh(order).owed_fen:
        assert press_and_pay(gateway, link) == "paid"
    assert fresh(order).owed_fen == 0
    assert Payment.objects.filter(counts=True).count() == 1


@pytest.mark.parametrize("round_", range(OF_ROUNDS))
def test_a_price_that_changes_while_somebody_pays(gateway, round_):
    """What counts is what the order costs in the end, or the change came too late."""
    order = unpaid()
    link, seen_fen = link_of(order), order.owed_fen
    acts = [
        partial(press_and_pay, gateway, link, seen_fen=seen_fen),
        lambda: change_price(order.pk, goods_fen=1_00, freight_fen=0, reason="熟客", actor=MANAGER),
    ]
    results = run_together(acts[:: (-1) ** round_])
    assert set(codes_of(results)) <= {"ok", "amount_changed", "already_paid", "closing", "wrong_stage"}
    assert_money_is_in_once(order)
    paid = Payment.objects.filter(counts=True).first()
    assert paid is None or paid.amount_fen == seen_fen == fresh(order).payable_fen


@pytest.mark.parametrize("round_", range(OF_ROUNDS))
def test_an_order_that_is_cancelled_while_somebody_pays(gateway, round_):
    order = unpaid()
    link = link_of(order)
    acts = [
        partial(press_and_pay, gateway, link, Channel.H5),
        lambda: cancel_unpaid(order.pk, reason="不要了", actor=MANAGER),
    ]
    results = run_together(acts[:: (-1) ** round_])
    assert set(codes_of(results)) <= {"ok", "already_paid", "closing", "wrong_stage", "nothing_owed"}
    assert_money_is_in_once(order)
    assert (fresh(order).stage == Stage.CLOSED) == (not Payment.objects.filter(counts=True).exists())


@pytest.mark.parametrize("round_", range(OF_ROUNDS))
def test_withdrawn_while_somebody_presses_either_comes_first(gateway, round_):
    order = unpaid()
    link = link_of(order)
    acts = [partial(press, link), lambda: withdraw_pay_link(order.pk, actor=CLERK)]
    codes = codes_of(run_together(acts[:: (-1) ** round_]))
    assert codes in (["ok", "ok"], ["link_over", "ok"])
    assert order.attempts.count() == codes.count("ok") - 1
