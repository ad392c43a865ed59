"""What happens when a time is nearly over, and when it is."""

from datetime import timedelta

import pytest

from aftersales.choices import Kind, Overdue, State
from aftersales.services.deadlines import look_at_aftersale
from aftersales.terms.services.terms import change_terms
from aftersales.timers import list_to_look_at
from orders.payments.models import Refund
from shop import clock
from shop.events.models import Event
from tests import cast
from tests.aftersales.cases import OWNER, agreed_return, asked, received_order, state_of
from tests.expect import fresh

pytestmark = pytest.mark.django_db


def sweep(after: timedelta) -> list[str]:
    """Let the timer look, so much later; the verbs that it did."""
    before = Event.objects.filter(kind="aftersale").count()
    with clock.at(clock.now() + after):
        for aftersale_id in list_to_look_at(clock.now(), [], 10):
            look_at_aftersale(aftersale_id)
    events = Event.objects.filter(kind="aftersale").order_by("pk")[before:]
    return [event.verb for event in events]


def test_people_are_warned_once_and_told_once_that_it_is_over():
    aftersale = asked(received_order(), Kind.REFUND)
    assert sweep(timedelta(hours=23)) == []
    assert sweep(timedelta(hours=25)) == ["aftersale.near_due"]
    assert sweep(timedelta(hours=26)) == []
    assert sweep(timedelta(hours=49)) == ["aftersale.be_due"]
    assert sweep(timedelta(days=30)) == []
    assert state_of(aftersale) == State.ASKED


def test_the_terms_may_have_it_agreed_to():
    change_terms({"answer_overdue": Overdue.AGREE}, actor=OWNER)
    refund, back = asked(received_order(), Kind.REFUND), asked(received_order(), Kind.RETURN)
    sweep(timedelta(hours=25))
    assert sweep(timedelta(hours=49)) == ["aftersale.agree_refund", "aftersale.agree_return"]
    assert (state_of(refund), state_of(back)) == (State.REFUNDING, State.TO_RETURN)
    assert Refund.objects.get().decided_by_kind == "system"


def test_what_runs_keeps_what_was_said_when_it_began():
    aftersale = asked(received_order(), Kind.REFUND)
    change_terms({"answer_overdue": Overdue.AGREE, "answer_hours": 1}, actor=OWNER)
    sweep(timedelta(hours=25))
    assert sweep(timedelta(hours=49)) == ["aftersale.be_due"]
    assert state_of(aftersale) == State.ASKED


def test_what_is_never_sent_back_is_closed():
    order = received_order()
    aftersale = agreed_return(order)
    assert sweep(timedelta(days=6, hours=1)) == ["aftersale.near_due"]
    assert sweep(timedelta(days=7, hours=1)) == ["aftersale.lapse"]
    assert (state_of(aftersale), fresh(order).aftersale_mark) == (State.LAPSED, "none")


def test_what_cannot_be_agreed_to_by_itself_rings():
    change_terms({"answer_overdue": Overdue.AGREE}, actor=OWNER)
    order = received_order()
    aftersale = asked(order, Kind.REFUND)
    cast.refund_payment(
        order.payments.get().pk, amount_fen=order.paid_fen, reason="已另行退款", actor=cast.clerk()
    )
    sweep(timedelta(hours=25))
    assert sweep(timedelta(hours=49)) == ["aftersale.be_due"]
    assert state_of(aftersale) == State.ASKED
