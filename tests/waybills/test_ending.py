"""What becomes of a number: used, taken back with its parcel, voided, or settled by a person."""

from datetime import timedelta

import pytest

from orders.models import Order
from orders.payments.timers import cancel_what_was_not_sent
from orders.shipping.models import Parcel
from orders.shipping.services.ship import NewParcel, ship_order, undo_ship
from orders.stages import CloseReason, Stage
from orders.waybills.handlers import enqueue_question
from orders.waybills.models import Waybill, WaybillState
from orders.waybills.services.ending import enter_number, give_up_waybill, note_printed, void_waybill
from orders.waybills.tasks import ask_provider
from shop import clock
from shop.clients.errors import Rejected, Unknown
from shop.events.models import Event
from shop.store.choices import OverdueRule
from tests import cast
from tests.expect import fresh, refused
from tests.waybills.conftest import WAREHOUSE, ScriptedProvider, answer, ask, issued, verbs


def ship(order, waybill, **kwargs):
    parcels = [NewParcel(waybill.courier, waybill.tracking_no, **kwargs)]
    return ship_order(order.pk, parcels=parcels, actor=WAREHOUSE)


def void(waybill):
    return void_waybill(waybill.pk, actor=WAREHOUSE)


def test_shipping_under_its_number_uses_it(provider):
    order = cast.prepared_order()
    waybill = issued(order)
    shipped = ship(order, waybill)
    waybill.refresh_from_db()
    assert (shipped.stage, shipped.has_label, waybill.state) == (Stage.SHIPPED, False, WaybillState.USED)


def test_what_was_answered_meanwhile_is_not_asked_again(provider, sent_tasks):
    done, open_ = issued(cast.prepared_order()), ask(cast.prepared_order())
    sent_tasks.clear()
    for waybill in (done, open_):
        enqueue_question(Event.objects.get(kind="waybill", subject_id=waybill.pk, verb="waybill.request"))
    assert sent_tasks == [("ask_provider", open_.pk)]


def test_undoing_the_parcel_keeps_it_for_the_next(provider):
    order = cast.prepared_order()
    waybill = issued(order)
    ship(order, waybill)
    undo_ship(Parcel.objects.get().pk, actor=WAREHOUSE)
    waybill.refresh_from_db()
    assert (fresh(order).has_label, waybill.state) == (True, WaybillState.ISSUED)
    assert ship(order, waybill).stage == Stage.SHIPPED


def test_the_number_of_another_order_is_not_used(provider):
    waybill = issued(cast.prepared_order())
    other = cast.prepared_order()
    with refused("label_of_other_order") as caught:
        ship(other, waybill)
    assert caught.value.extra["order"] == waybill.order.number


def test_a_number_is_not_left_behind_when_all_is_sent_under_another(provider):
    order = cast.prepared_order()
    issued(order)
    with refused("label_left"):
        ship_order(order.pk, parcels=[cast.parcel()], actor=WAREHOUSE)


def test_voiding_frees_the_order_once_the_courier_has_taken_it_back(provider):
    order = cast.prepared_order()
    waybill = issued(order)
    void(waybill)
    assert fresh(order).has_label
    assert answer(waybill).state == WaybillState.VOID
    assert (fresh(order).has_label, provider.voids) == (False, [waybill.tracking_no])


def test_after_voiding_the_next_one_has_a_new_code(provider):
    order = cast.prepared_order()
    waybill = issued(order)
    void(waybill)
    answer(waybill)
    again = issued(order)
    assert (again.code[-2:], again.tracking_no) == ("W2", "75000000000001")


def test_a_courier_that_does_not_take_it_back_is_asked_by_a_person(provider):
    order = cast.prepared_order()
    waybill = issued(order)
    provider.say(Rejected("105", "已揽收", 200))
    void(waybill)
    kept = answer(waybill)
    assert (kept.state, kept.last_error, fresh(order).has_label) == (WaybillState.ISSUED, "已揽收", True)


def test_voiding_goes_on_until_there_is_an_answer(provider):
    waybill = issued(cast.prepared_order())
    provider.say(Unknown("timeout"))
    void(waybill)
    assert answer(waybill).state == WaybillState.VOIDING
    assert answer(waybill).state == WaybillState.VOID


def test_a_number_being_voided_is_not_shipped(provider):
    order = cast.prepared_order()
    waybill = issued(order)
    void(waybill)
    with refused("label_not_ready"):
        ship(order, waybill)


class TestAPerson:
    @pytest.fixture
    def unknown(self, provider):
        provider.say(Unknown("timeout"))
        return answer(ask(cast.prepared_order()))

    def test_enters_what_the_provider_shows(self, unknown):
        entered = enter_number(unknown.pk, tracking_no=" 7500 0000 000099 ", actor=WAREHOUSE)
        assert (entered.state, entered.tracking_no) == (WaybillState.ISSUED, "75000000000099")

    def test_gives_it_up_with_a_reason(self, unknown):
        with refused("reason_required", 400):
            give_up_waybill(unknown.pk, reason=" ", actor=WAREHOUSE)
        give_up_waybill(unknown.pk, reason="后台没有这个单号", actor=WAREHOUSE)
        assert not fresh(unknown.order).has_label

    def test_is_not_surprised_by_a_number_that_comes_late(self, unknown, provider):
        """The worker had asked before the person gave up: its number is voided, and the order stays free."""
        Waybill.objects.filter(pk=unknown.pk).update(lease_until=None)

        def give_up_meanwhile(request):
            give_up_waybill(unknown.pk, reason="没有", actor=WAREHOUSE)
            return type(provider).issue(provider, request)

        provider.issue = give_up_meanwhile
        ask_provider(unknown.pk)
        late = Waybill.objects.get(pk=unknown.pk)
        assert (late.state, fresh(unknown.order).has_label) == (WaybillState.VOIDING, False)
        assert answer(late).state == WaybillState.VOID
        assert provider.voids == [late.tracking_no]

    def test_cannot_give_up_what_is_issued(self, provider):
        with refused("wrong_stage"):
            give_up_waybill(issued(cast.prepared_order()).pk, reason="x", actor=WAREHOUSE)


def test_each_print_is_counted(provider):
    waybill = issued(cast.prepared_order())
    note_printed(waybill.pk, actor=WAREHOUSE)
    assert note_printed(waybill.pk, actor=WAREHOUSE).prints == 2
    assert verbs(waybill)[-2:] == ["print", "print"]


class TestAnOrderThatClosesItself:
    @pytest.fixture
    def order(self, provider):
        cast.open_shop(overdue_rule=OverdueRule.CLOSE)
        order = cast.prepared_order()
        Order.objects.filter(pk=order.pk).update(ship_by=clock.now() - timedelta(hours=1))
        return order

    def test_has_its_number_voided_first(self, order):
        waybill = issued(order)
        cancel_what_was_not_sent(order.pk)
        assert fresh(order).stage == Stage.PREPARING
        answer(waybill)
        cancel_what_was_not_sent(order.pk)
        assert fresh(order).close_reason == CloseReason.OVERDUE

    def test_waits_for_a_person_where_the_courier_keeps_it(self, order, provider):
        waybill = issued(order)
        provider.say(Rejected("105", "已揽收", 200))
        cancel_what_was_not_sent(order.pk)
        answer(waybill)
        cancel_what_was_not_sent(order.pk)
        assert (fresh(order).stage, len(provider.voids)) == (Stage.PREPARING, 1)


def test_what_is_typed_about_it_is_sealed(provider):
    provider.say(Unknown("timeout"))
    waybill = answer(ask(cast.prepared_order()))
    give_up_waybill(waybill.pk, reason="问过客服", actor=WAREHOUSE)
    assert "问过客服" not in str(Event.objects.get(verb="waybill.give_up").data)


def test_one_that_comes_back_takes_another_place_where_its_own_is_taken(provider: ScriptedProvider) -> None:
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    line = order.lines.get().pk
    used = issued(order, contents={line: 1})
    ship_order(order.pk, parcels=[NewParcel("ZTO", used.tracking_no, {line: 1})], actor=WAREHOUSE)
    issued(order, contents={line: 1})
    undo_ship(Parcel.objects.get().pk, actor=WAREHOUSE)
    held = Waybill.objects.filter(state=WaybillState.ISSUED).order_by("pk")
    assert list(held.values_list("place", flat=True)) == [2, 1]
