"""What buyers and staff bring before a supervisor, and what a verdict does."""

from datetime import timedelta

import pytest

from aftersales.choices import About, DisputeState, Kind, State
from aftersales.models import Aftersale
from aftersales.selectors import list_disputed
from aftersales.services.answering import agree_refund, refuse_aftersale, reopen_aftersale
from aftersales.services.applying import ask_correction, correct_reason, withdraw_aftersale
from aftersales.services.deadlines import look_at_aftersale, look_at_dispute
from aftersales.services.disputing import open_dispute, withdraw_dispute
from aftersales.services.settling import take_in
from aftersales.services.verdicts import decide_for_buyer, decide_for_shop
from aftersales.timers import list_disputes_to_look_at, list_to_look_at
from orders.models import Order
from orders.payments.models import Refund
from orders.scope import scope_key
from orders.shipping.services.ship import ship_order
from shop import clock
from shop.events.models import Event
from tests import cast
from tests.aftersales.cases import (
    OWNER,
    STORE,
    SUPPORT,
    asked,
    default_address,
    reason,
    received_order,
    sent_back,
    state_of,
    taken_in,
)
from tests.expect import fresh, refused

pytestmark = pytest.mark.django_db


def refused_case(order: Order, kind: Kind = Kind.REFUND) -> Aftersale:
    return refuse_aftersale(asked(order, kind).pk, reason="签收时完好", actor=SUPPORT)


def disputed(aftersale: Aftersale, **more) -> Aftersale:
    """By its buyer unless another actor is named."""
    more.setdefault("actor", cast.buyer(aftersale.order))
    return open_dispute(aftersale.pk, about=About.NOT_AS_DESCRIBED, words="收到就是坏的", **more)


def verbs_of(aftersale: Aftersale) -> list[str]:
    rows = Event.objects.filter(kind="aftersale", subject_id=aftersale.pk).order_by("pk")
    return [verb.removeprefix("aftersale.") for verb in rows.values_list("verb", flat=True)]


def test_a_refused_buyer_is_right_and_the_money_goes_back_by_the_same_press():
    aftersale = disputed(refused_case(received_order()))
    assert list(list_disputed(scope_key(OWNER))) == [aftersale]
    decided = decide_for_buyer(aftersale.pk, words="照片可见破损", amount_fen=10_00, actor=OWNER)
    assert (decided.state, decided.agreed_fen, decided.answer) == (State.REFUNDING, 10_00, "照片可见破损")
    assert Refund.objects.get().case_number == aftersale.number
    dispute = aftersale.disputes.get()
    assert (dispute.state, dispute.verdict, dispute.look_at) == (DisputeState.BUYER, "照片可见破损", None)
    assert verbs_of(aftersale) == ["open", "refuse", "dispute", "decide_for_buyer", "reopen", "agree_refund"]


def test_goods_come_back_first_where_the_supervisor_says_so():
    aftersale = disputed(refused_case(received_order(), Kind.RETURN))
    decided = decide_for_buyer(aftersale.pk, words="同意退货", address_id=default_address().pk, actor=OWNER)
    assert (decided.state, decided.return_to["name"]) == (State.TO_RETURN, "王店长")
    assert not Refund.objects.exists()


def test_an_exchange_that_was_refused_comes_back_to_the_default_address():
    aftersale = disputed(refused_case(received_order(), Kind.EXCHANGE))
    assert decide_for_buyer(aftersale.pk, words="换新", actor=OWNER).state == State.TO_RETURN


def test_goods_that_were_not_sent_are_cancelled_by_a_verdict():
    order = cast.paid_order()
    aftersale = disputed(refused_case(order, Kind.CANCEL))
    decide_for_buyer(aftersale.pk, words="尚未发货，同意取消", actor=OWNER)
    assert (fresh(order).stage, Refund.objects.get().amount_fen) == ("closed", fresh(order).paid_fen)


def test_a_verdict_that_cannot_be_carried_out_is_not_given():
    order = cast.prepared_order()
    aftersale = disputed(refused_case(order, Kind.CANCEL))
    ship_order(order.pk, parcels=[cast.parcel()], actor=STORE)
    with refused("aftersale_too_many"):
        decide_for_buyer(aftersale.pk, words="同意", actor=OWNER)
    aftersale.refresh_from_db()
    assert aftersale.is_disputed and aftersale.disputes.get().state == DisputeState.OPEN
    assert decide_for_shop(aftersale.pk, words="已发货", actor=OWNER).state == State.REFUSED


def test_for_the_shop_what_waits_is_refused_and_what_was_refused_stays():
    waiting = disputed(asked(received_order(), Kind.REFUND), actor=SUPPORT)
    assert decide_for_shop(waiting.pk, words="凭证不足", actor=OWNER).answer == "凭证不足"
    settled = disputed(refused_case(received_order()))
    decide_for_shop(settled.pk, words="签收视频完好", actor=OWNER)
    assert (state_of(waiting), state_of(settled)) == (State.REFUSED, State.REFUSED)
    assert not Refund.objects.exists()


def test_what_came_back_is_refunded_by_a_verdict_and_what_is_on_its_way_goes_on():
    back = disputed(taken_in(received_order()), actor=SUPPORT)
    assert decide_for_buyer(back.pk, words="验收无误", actor=OWNER).state == State.REFUNDING
    under_way = disputed(sent_back(received_order()), actor=SUPPORT)
    assert decide_for_buyer(under_way.pk, words="收到后退款", actor=OWNER).state == State.RETURNING


def test_goods_are_taken_in_while_it_is_disputed_but_nobody_settles_it():
    aftersale = disputed(sent_back(received_order()), actor=SUPPORT)
    pieces = dict(aftersale.lines.values_list("order_line_id", "pieces"))
    taken = take_in(aftersale.pk, restock=pieces, scrap={}, actor=STORE)
    assert (taken.state, taken.is_disputed) == (State.RECEIVED, True)
    assert decide_for_buyer(aftersale.pk, words="退款", actor=OWNER).state == State.REFUNDING


@pytest.mark.parametrize("act", [agree_refund, refuse_aftersale])
def test_nobody_else_decides_meanwhile(act):
    aftersale = disputed(asked(received_order(), Kind.REFUND), actor=SUPPORT)
    with refused("disputed"):
        act(aftersale.pk, actor=SUPPORT)
    settled = disputed(refused_case(received_order()))
    with refused("disputed"):
        reopen_aftersale(settled.pk, reason="再看", actor=OWNER)


def test_only_a_supervisor_decides_and_with_a_reason():
    aftersale = disputed(refused_case(received_order()))
    with refused("forbidden"):
        decide_for_buyer(aftersale.pk, words="同意", actor=SUPPORT)
    with refused("reason_required"):
        decide_for_shop(aftersale.pk, words=" ", actor=OWNER)


def test_buyers_dispute_what_was_refused_or_what_the_shop_has_not_done_in_time():
    order = received_order()
    aftersale = asked(order, Kind.REFUND)
    with refused("dispute_too_early"):
        disputed(aftersale)
    with clock.at(clock.now() + timedelta(hours=49)):
        assert disputed(aftersale).is_disputed


def test_a_verdict_is_final_and_what_was_withdrawn_may_be_brought_up_again():
    aftersale = disputed(refused_case(received_order()))
    withdraw_dispute(aftersale.pk, actor=cast.buyer(aftersale.order))
    disputed(aftersale)
    with refused("already_done"):
        disputed(aftersale)
    decide_for_shop(aftersale.pk, words="维持原判", actor=OWNER)
    with refused("dispute_decided"):
        disputed(aftersale)
    assert aftersale.disputes.count() == 2


def test_its_times_stand_still_and_go_on_afterwards():
    aftersale = asked(received_order(), Kind.REFUND)
    due_at, look_at = aftersale.due_at, aftersale.look_at
    disputed(aftersale, actor=SUPPORT)
    with clock.at(clock.now() + timedelta(days=5)):
        assert list_to_look_at(clock.now(), [], 10) == []
        look_at_aftersale(aftersale.pk)
        withdraw_dispute(aftersale.pk, actor=SUPPORT)
    aftersale.refresh_from_db()
    assert aftersale.due_at - due_at >= timedelta(days=5)
    assert aftersale.look_at - look_at == aftersale.due_at - due_at
    assert "near_due" not in verbs_of(aftersale)


def test_a_supervisor_is_reminded_once_before_and_once_when_the_time_is_over():
    aftersale = disputed(refused_case(received_order()))
    for days in (1, 2.1, 2.2, 3.1, 9):
        with clock.at(clock.now() + timedelta(days=days)):
            for dispute_id in list_disputes_to_look_at(clock.now(), [], 10):
                look_at_dispute(dispute_id)
    assert verbs_of(aftersale)[3:] == ["near_verdict", "be_undecided"]
    assert aftersale.disputes.get().state == DisputeState.OPEN


def test_whoever_gives_up_the_case_gives_up_the_dispute():
    aftersale = disputed(asked(received_order(), Kind.REFUND), actor=SUPPORT)
    withdrawn = withdraw_aftersale(aftersale.pk, actor=cast.buyer(aftersale.order))
    assert (withdrawn.state, withdrawn.dispute) == (State.WITHDRAWN, DisputeState.WITHDRAWN)


def test_the_buyer_is_asked_about_the_reason_and_answers_with_the_same_one_too():
    aftersale = asked(received_order(), Kind.REFUND)
    ask_correction(aftersale.pk, actor=SUPPORT)
    correct_reason(aftersale.pk, reason().pk, actor=cast.buyer(aftersale.order))
    aftersale.refresh_from_db()
    assert (aftersale.correction_asked_at, aftersale.is_quality) == (None, False)
    assert verbs_of(aftersale)[1:] == ["ask_correction", "correct_reason"]
