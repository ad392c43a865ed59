"""Stopping or redirecting a parcel that is on its way: a task that people do, and that ends with its parcel."""

from datetime import timedelta
from typing import Any

import pytest

from orders.desk.api.buyer import list_timeline
from orders.models import Note, Order
from orders.services.steps import extend_receipt, receive_order
from orders.shipping.models import Intercept, InterceptKind, InterceptState, Parcel
from orders.shipping.selectors import get_intercept, list_open_intercepts
from orders.shipping.services.intercepting import (
    Wish,
    ask_intercept,
    fail_intercept,
    finish_intercept,
    withdraw_intercept,
)
from orders.shipping.services.ship import arrive_parcel, undo_ship
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.customers.erasure import GRACE, ask_erasure, erase_when_due, list_obstacles
from shop.events.delivery import drain
from shop.events.models import Event
from tests import cast
from tests.expect import fresh, refused, verbs_of
from tests.shipping.test_shared_parcels import share_parcel

WAREHOUSE = cast.clerk("warehouse")
ELSEWHERE = {
    "recipient": "李雷",
    "phone": "13800002222",
    "province": "浙江省",
    "city": "宁波市",
    "district": "",
    "detail": "中山路9号",
}


def asked(
    order: Order | None = None,
    kind: str = "redirect",
    *,
    actor: Actor = WAREHOUSE,
    called: str = "客服小陈",
    **to: Any,
) -> Intercept:
    """A task of the only parcel of an order."""
    order = order or cast.shipped_order()
    parcel = Parcel.objects.filter(lines__order_line__order=order).distinct().get()
    wish = Wish(InterceptKind(kind), cast.Recipient(**ELSEWHERE | to), called)
    return ask_intercept(parcel.pk, order_id=order.pk, wish=wish, actor=actor, seen={order.pk: order.version})


@pytest.fixture
def order() -> Order:
    return cast.shipped_order()


def state_of(intercept: Intercept) -> str:
    intercept.refresh_from_db()
    return intercept.state


def test_the_task_is_made_and_the_order_stays_as_it_was(order):
    intercept = get_intercept(asked(order).pk, actor=WAREHOUSE)
    now = fresh(order)
    assert (intercept.state, intercept.recipient, intercept.detail) == ("asked", "李雷", "中山路9号")
    assert (now.recipient, now.address_detail) == (order.recipient, order.address_detail)
    assert now.version == order.version + 1 and verbs_of(order)[-1] == "intercept"
    assert list_open_intercepts("all").get() == intercept


def test_an_internal_note_is_left_and_the_buyer_hears_of_it(order):
    asked(order)
    note = Note.objects.select_related("order__customer").get()
    assert "客服小陈" in note.text and note.author_name == WAREHOUSE.name
    assert list_timeline(fresh(order))[-1].verb == "intercept"


def test_to_stop_a_parcel_no_address_is_kept(order):
    intercept = asked(order, "stop")
    assert (intercept.recipient, intercept.province, intercept.region) == ("", "", "")


@pytest.mark.parametrize("name", ["recipient", "phone", "city", "detail"])
def test_elsewhere_has_to_be_a_whole_address(order, name):
    with refused("address_required", 400):
        asked(order, **{name: ""})


def test_a_parcel_has_one_open_task(order):
    first = asked(order)
    with refused("already_asked"):
        asked(fresh(order), "stop")
    withdraw_intercept(first.pk, actor=WAREHOUSE)
    assert asked(fresh(order), "stop").state == InterceptState.ASKED


def test_it_ends_well_or_badly_once(order):
    done = finish_intercept(asked(order).pk, note="已拦下", actor=WAREHOUSE)
    assert (done.state, done.outcome) == ("done", "已拦下") and done.ended_at
    for end in (finish_intercept, withdraw_intercept):
        with refused("already_done" if end is finish_intercept else "wrong_stage"):
            end(done.pk, actor=WAREHOUSE)
    failed = fail_intercept(asked(fresh(order)).pk, reason="已派送", actor=WAREHOUSE)
    assert (failed.state, failed.outcome) == ("failed", "已派送")


def test_why_it_failed_is_asked(order):
    with refused("reason_required", 400):
        fail_intercept(asked(order).pk, reason=" ", actor=WAREHOUSE)


@pytest.mark.parametrize("act", [undo_ship, arrive_parcel])
def test_it_ends_with_its_parcel(order, act):
    intercept = asked(order)
    act(intercept.parcel_id, actor=WAREHOUSE)
    assert state_of(intercept) == InterceptState.LAPSED
    assert not list_open_intercepts("all").exists()


def test_one_that_is_over_stays_as_it_is(order):
    intercept = finish_intercept(asked(order).pk, actor=WAREHOUSE)
    arrive_parcel(intercept.parcel_id, actor=WAREHOUSE)
    assert state_of(intercept) == InterceptState.DONE


def test_a_parcel_that_is_there_is_not_stopped(order):
    arrive_parcel(Parcel.objects.get().pk, actor=WAREHOUSE)
    with refused("parcel_arrived"):
        asked(fresh(order))


def test_a_page_that_is_too_old_asks_for_nothing(order):
    extend_receipt(order.pk, days=3, actor=cast.clerk("order_clerk", id_=9))
    with refused("already_done"):
        asked(order)
    assert not Intercept.objects.exists()


def test_all_orders_of_a_shared_parcel_are_told():
    orders = [cast.prepared_order() for _ in range(2)]
    share_parcel(*orders)
    assert asked(fresh(orders[1])).order_id == orders[1].pk
    assert [verbs_of(order)[-1] for order in orders] == ["intercept"] * 2


def test_an_order_that_has_nothing_in_the_parcel_asks_for_nothing(order):
    other = cast.shipped_order()
    parcel = Parcel.objects.get(lines__order_line__order=order)
    with refused("not_found", 404):
        ask_intercept(parcel.pk, order_id=other.pk, wish=Wish(InterceptKind.STOP), actor=WAREHOUSE)


def test_staff_need_the_capability_and_buyers_have_none(order):
    support, buyer = cast.clerk("support"), cast.buyer(order)
    for actor in (support, buyer):
        with refused("forbidden", 403):
            asked(order, actor=actor)
    intercept = asked(order)
    for act in (finish_intercept, withdraw_intercept):
        with refused("forbidden", 403):
            act(intercept.pk, actor=support)
    with refused("not_found", 404):
        finish_intercept(intercept.pk, actor=cast.buyer(cast.place()))


def test_while_one_is_open_its_buyer_is_not_erased_and_afterwards_nothing_opens(order):
    intercept = asked(order)
    receive_order(order.pk, actor=cast.buyer(order))
    ask_erasure(order.customer_id, actor=cast.clerk())
    assert [str(words) for words in list_obstacles(order.customer)]
    finish_intercept(intercept.pk, note="已拦下", actor=WAREHOUSE)
    with clock.at(clock.now() + GRACE * 2):
        erase_when_due(order.customer_id)
    gone = get_intercept(intercept.pk, actor=WAREHOUSE)
    kept = {gone.recipient, gone.phone, gone.detail, gone.called, gone.outcome}
    assert not kept & {"李雷", "13800002222", "中山路9号", "客服小陈", "已拦下"}


class TestReceived:
    def test_who_has_the_goods_needs_no_task(self, order):
        intercept = asked(order)
        receive_order(order.pk, actor=cast.buyer(order))
        drain()
        assert state_of(intercept) == "lapsed"
        assert Event.objects.filter(kind="intercept").latest("number").verb == "intercept.lapse"

    def test_that_its_clock_ran_out_says_nothing_of_where_it_is(self, order):
        intercept = asked(order)
        with clock.at(fresh(order).receive_by + timedelta(minutes=1)):
            receive_order(order.pk, actor=SYSTEM)
            drain()
        assert state_of(intercept) == "asked"

    def test_a_shared_parcel_is_received_when_all_have_it(self):
        orders = [cast.prepared_order() for _ in range(2)]
        shared = share_parcel(*orders)
        wish = Wish(InterceptKind.STOP)
        intercept = ask_intercept(shared.pk, order_id=orders[0].pk, wish=wish, actor=WAREHOUSE)
        states = []
        for each in orders:
            receive_order(each.pk, actor=cast.buyer(each))
            drain()
            states.append(state_of(intercept))
        assert states == ["asked", "lapsed"]
