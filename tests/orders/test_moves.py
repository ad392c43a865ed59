"""The one door: what is locked, what is said when something was already done, and by whom."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from orders.models import Order
from orders.moves import find_available, list_available, lock_order, lock_row, move
from orders.payments.changes.cancelling import cancel_paid, cancel_unpaid
from orders.services.steps import confirm_order, hold_order, prepare_order, set_seller_remark
from orders.stages import Stage
from shop import clock
from shop.actor import SYSTEM
from shop.events.facts import FACTS
from tests import cast
from tests.expect import fresh, refused

NOON = timezone.make_aware(datetime(2026, 11, 28, 12, 30))


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.mark.django_db(transaction=True)
def test_an_order_is_locked_inside_a_transaction_only():
    order = cast.place()
    with pytest.raises(RuntimeError, match="inside a transaction"):
        lock_row(order.pk)


def test_an_order_that_is_not_there_is_not_found():
    with refused("not_found", 404):
        lock_row(999_999)
    with refused("not_found", 404):
        lock_order(999_999, "order.confirm", actor=cast.clerk("order_clerk"))


def test_another_buyers_order_is_not_there_either():
    order = cast.place()
    with refused("not_found", 404):
        lock_order(order.pk, "order.cancel_unpaid", actor=cast.buyer(cast.place()))
    assert lock_order(order.pk, "order.cancel_unpaid", actor=cast.buyer(order)) == order


def test_a_verb_is_for_whom_its_row_names_and_staff_need_its_capability():
    order = cast.paid_order()
    for actor in (cast.buyer(order), cast.clerk("finance")):
        with refused("forbidden", 403):
            lock_order(order.pk, "order.confirm", actor=actor)


def test_a_part_of_another_verb_is_for_who_may_do_that_one_and_never_by_itself():
    order, canceller = cast.paid_order(), cast.clerk("support")
    with refused("forbidden", 403):
        lock_order(order.pk, "order.refund", actor=canceller)
    with refused("forbidden", 403):
        move(lock_row(order.pk), "order.refund", actor=cast.clerk("store_clerk"))
    assert move(lock_row(order.pk), "order.refund", actor=canceller).verb == "order.refund"


def test_what_was_checked_for_one_verb_is_not_so_for_another():
    order = lock_order(cast.paid_order().pk, "order.confirm", actor=cast.clerk("order_clerk"))
    with refused("wrong_stage"):
        move(order, "order.prepare", actor=cast.clerk("order_clerk"))


def confirmed_at_noon():
    order = cast.paid_order()
    with clock.at(NOON):
        confirm_order(order.pk, actor=cast.clerk("order_clerk", name="王店长"))
    return order


def test_what_was_done_already_is_told_with_who_and_when():
    order = confirmed_at_noon()
    with refused("already_done", 409) as caught:
        confirm_order(order.pk, actor=cast.clerk("order_clerk", id_=2))
    assert str(caught.value) == "Already done by 王店长 at 11-28 12:30: Confirmed."
    assert caught.value.extra == {"verb": "order.confirm", "at": NOON.astimezone(UTC).isoformat()}


def cancelled_by(actor):
    order = cast.place()
    moment = order.pay_by if actor == SYSTEM else clock.now()
    with clock.at(moment):
        cancel_unpaid(order.pk, actor=actor if actor else cast.buyer(order))
    return order


def words_of_refusal(order, reader) -> str:
    with refused("already_done") as caught:
        cancel_unpaid(order.pk, actor=reader)
    return str(caught.value)


@pytest.mark.parametrize(
    ("by", "who"),
    [(None, "by you at"), (cast.clerk("order_clerk"), "by the shop at"), (SYSTEM, "by the system at")],
)
def test_buyers_are_not_told_the_names_of_staff(by, who):
    order = cancelled_by(by)
    assert who in words_of_refusal(order, cast.buyer(order))


def test_staff_are_told_names_and_where_there_is_none_what_it_was():
    assert "by 王店长 at" in words_of_refusal(
        cancelled_by(cast.clerk("order_clerk")), cast.clerk("order_clerk", id_=2)
    )
    assert "by the system at" in words_of_refusal(cancelled_by(SYSTEM), cast.clerk("order_clerk"))
    assert "by staff at" in words_of_refusal(
        cancelled_by(cast.clerk("order_clerk", name="")), cast.clerk("order_clerk", id_=2)
    )


def test_a_verb_that_does_not_fit_the_stage_is_told_with_both():
    order = cast.place()
    with refused("wrong_stage", 409) as caught:
        confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    told = f"The present state is “{Stage.UNPAID.label}”: “Confirm” is not possible."
    assert (str(caught.value), caught.value.extra) == (told, {"stage": Stage.UNPAID})


def test_what_left_the_stage_as_it_was_is_not_called_done():
    order = cast.paid_order()
    for _ in range(2):
        set_seller_remark(order.pk, text="先别发", actor=cast.clerk("order_clerk"))
    with refused("wrong_stage"):
        prepare_order(order.pk, actor=cast.clerk("order_clerk"))


def test_a_closed_order_is_not_called_confirmed_though_it_once_was():
    order = confirmed_at_noon()
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    with refused("wrong_stage"):
        confirm_order(order.pk, actor=cast.clerk("order_clerk"))


def test_moving_writes_its_columns_and_one_event_with_both_stages(monkeypatch):
    monkeypatch.setitem(FACTS, "order.confirm", {"x": int})
    order = lock_order(cast.paid_order().pk, "order.confirm", actor=cast.clerk("order_clerk"))
    version = order.version
    event = move(
        order, "order.confirm", actor=cast.clerk("order_clerk"), changes={"is_short": True}, data={"x": 1}
    )
    now = fresh(order)
    assert (now.stage, now.version, now.is_short) == (Stage.CONFIRMED, version + 1, True)
    assert (event.before, event.after, event.data) == (Stage.TO_CONFIRM, Stage.CONFIRMED, {"x": 1})
    Order.objects.filter(pk=order.pk).update(is_short=False)


def test_a_verb_of_another_stage_or_somebody_elses_is_not_offered():
    order = cast.paid_order()
    assert find_available(order, "order.confirm", cast.clerk("order_clerk")).is_possible
    assert find_available(order, "order.prepare", cast.clerk("order_clerk")) is None
    assert find_available(order, "order.confirm", cast.buyer(order)) is None
    assert find_available(order, "order.confirm", cast.clerk("finance")) is None
    offered = list_available(order, cast.clerk("order_clerk"))
    assert "order.confirm" in offered and "order.prepare" not in offered
    unpaid = cast.place()
    assert find_available(unpaid, "order.cancel_unpaid", cast.buyer(unpaid)).is_possible


def test_one_that_something_stands_against_is_offered_with_the_reason():
    order = hold_order(cast.prepared_order().pk, reason="等", actor=cast.clerk("order_clerk"))
    found = find_available(order, "order.ship", cast.clerk("order_clerk"))
    assert (found.is_possible, found.refused.code) == (False, "held")
