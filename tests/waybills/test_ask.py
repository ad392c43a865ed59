"""Asking for an e-waybill: one per parcel, under one code, whatever the provider answers."""

import pytest

from orders.payments.changes.addressing import change_address
from orders.payments.changes.cancelling import cancel_paid
from orders.services.place import Recipient
from orders.services.steps import hold_order
from orders.waybills.models import Waybill, WaybillLabel, WaybillState
from orders.waybills.services.asking import Wish, request_waybill
from shop.actor import ActorKind
from shop.clients.errors import Rejected, Unknown, Unreachable
from shop.clients.waybills import AlreadyUsed
from shop.couriers.models import CourierAccount, Sender
from shop.events.models import Event
from shop.events.words import describe_actor
from shop.store.choices import Delivery
from tests import cast
from tests.expect import fresh, refused
from tests.waybills.conftest import answer, ask, issued, verbs


def test_it_holds_the_order_and_names_one_code():
    order = cast.prepared_order()
    waybill = ask(order)
    assert (waybill.state, waybill.code) == (WaybillState.REQUESTED, f"{order.number}-W1")
    assert fresh(order).has_label


def test_the_number_comes_with_its_label_sealed(provider):
    waybill = issued(cast.prepared_order())
    assert (waybill.state, waybill.tracking_no) == (WaybillState.ISSUED, "75000000000000")
    assert WaybillLabel.objects.select_related("waybill__order__customer").get().html == "<p>label</p>"


def test_it_asks_for_what_the_order_says(provider):
    sku = cast.make_sku()
    order = cast.prepared_order(basket={sku.pk: 3})
    issued(order, weight_g=750, remark="轻放 & <易碎>")
    (request,) = provider.requests
    assert (request.receiver.name, request.receiver.province) == (order.recipient, order.province)
    assert (request.sender.postcode, request.weight_g) == ("310013", 750)
    assert [goods.quantity for goods in request.goods] == [3]
    assert "<" not in request.remark and "&" not in request.remark


def test_a_second_press_gets_the_same_waybill():
    order = cast.prepared_order()
    assert ask(order).pk == ask(order).pk
    assert Waybill.objects.count() == 1


def test_another_parcel_has_a_code_of_its_own(provider):
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    (line,) = order.lines.values_list("pk", flat=True)
    first, second = ask(order, contents={line: 1}), ask(order, place=2, contents={line: 1})
    assert [first.code[-2:], second.code[-2:]] == ["W1", "W2"]


@pytest.mark.parametrize("error", [Unknown("no answer"), AlreadyUsed("which one?")])
def test_without_a_believable_answer_no_other_code_is_ever_asked_for(provider, error):
    provider.say(error, error)
    order = cast.prepared_order()
    waybill = answer(ask(order), times=2)
    assert waybill.state in (WaybillState.UNKNOWN, WaybillState.DISPUTED)
    assert ask(order).pk == waybill.pk
    assert set(provider.asked) == {waybill.code}
    assert fresh(order).has_label


def test_an_unknown_one_gets_its_number_by_its_own_code(provider):
    provider.say(Unknown("timeout"))
    waybill = answer(ask(cast.prepared_order()), times=2)
    assert (waybill.state, provider.asked) == (WaybillState.ISSUED, [waybill.code] * 2)
    assert verbs(waybill) == ["request", "lose", "issue"]


def test_a_no_frees_the_order_and_the_code_is_good_for_another_try(provider):
    provider.say(Rejected("105", "业务错误[没有可用套餐]", 200))
    order = cast.prepared_order()
    waybill = answer(ask(order))
    assert (waybill.state, waybill.last_error) == (WaybillState.FAILED, "业务错误[没有可用套餐]")
    assert not fresh(order).has_label
    again = answer(ask(order))
    assert (again.pk, again.state, again.code) == (waybill.pk, WaybillState.ISSUED, waybill.code)


def test_a_no_after_a_try_without_an_answer_proves_nothing(provider):
    provider.say(Unknown("timeout"), Rejected("105", "没有可用套餐", 200))
    order = cast.prepared_order()
    waybill = answer(ask(order), times=2)
    assert waybill.state == WaybillState.UNKNOWN
    assert fresh(order).has_label


def test_a_no_after_nobody_was_reached_is_a_no(provider):
    provider.say(Unreachable("no route"), Rejected("105", "没有可用套餐", 200))
    assert answer(ask(cast.prepared_order()), times=2).state == WaybillState.FAILED


def test_while_nobody_can_be_reached_it_stays_asked_for(provider):
    provider.say(Unreachable("no route"))
    waybill = answer(ask(cast.prepared_order()))
    assert waybill.state == WaybillState.REQUESTED
    assert waybill.next_try_at and waybill.last_error and waybill.sent_at is None


def test_a_number_that_another_parcel_has_needs_a_person(provider):
    first = issued(cast.prepared_order())
    provider.say(first.tracking_no)
    second = issued(cast.prepared_order())
    assert (second.state, second.tracking_no) == (WaybillState.DISPUTED, "")
    assert first.tracking_no in second.last_error


def test_the_provider_is_named_by_its_events(provider):
    waybill = issued(cast.prepared_order())
    event = Event.objects.get(verb="waybill.issue")
    assert (event.actor_kind, event.actor_name) == (ActorKind.GATEWAY, waybill.provider)
    assert describe_actor(event) == waybill.get_provider_display()


def test_one_lease_at_a_time(provider):
    waybill = ask(cast.prepared_order())
    answer(waybill)
    answer(waybill)
    assert provider.asked == [waybill.code]


CLERK = cast.clerk("order_clerk")


class TestIsRefused:
    def test_for_own_delivery(self):
        cast.open_shop(local_on=True, local_fee_fen=0, local_phone="13900000000", local_area="城区")
        with refused("no_label_needed"):
            ask(cast.prepared_order(delivery=Delivery.LOCAL))

    def test_while_held(self):
        order = cast.prepared_order()
        hold_order(order.pk, reason="等客户", actor=cast.clerk())
        with refused("held"):
            ask(order)

    def test_before_it_is_confirmed(self):
        with refused("wrong_stage"):
            ask(cast.paid_order())

    def test_by_a_courier_without_its_fields(self):
        with refused("courier_not_set_up", 400):
            ask(cast.prepared_order(), courier="STO")

    def test_by_a_courier_that_is_switched_off(self):
        CourierAccount.objects.filter(code="ZTO").update(is_on=False)
        with refused("courier_not_set_up"):
            ask(cast.prepared_order())

    def test_without_a_sender(self):
        Sender.objects.update(is_default=False, is_in_use=False)
        with refused("no_sender", 400):
            ask(cast.prepared_order())

    @pytest.mark.parametrize("postcode", ["", "12345", "abcdef", "1234567", "١٢٣٤٥٦"])
    def test_without_the_postcode_that_this_courier_wants(self, postcode):
        with refused("postcode_required", 400):
            ask(cast.prepared_order(), courier="EMS", postcode=postcode)

    def test_for_more_than_is_left(self):
        order = cast.prepared_order()
        (line,) = order.lines.values_list("pk", flat=True)
        with refused("more_than_left"):
            ask(order, contents={line: 2})

    def test_to_who_may_not_ship(self):
        order = cast.prepared_order()
        with refused("forbidden", 403):
            request_waybill(order.pk, wish=Wish("ZTO"), actor=cast.clerk("finance"))


class TestWhileItWaits:
    def test_the_address_stands(self):
        order = cast.prepared_order()
        ask(order)
        with refused("has_label"):
            change_address(
                order.pk, to=Recipient("李", "13800000000", "浙江省", "杭州市", "西湖区", "x"), actor=CLERK
            )

    def test_the_order_is_not_cancelled(self):
        order = cast.prepared_order()
        ask(order)
        with refused("has_label"):
            cancel_paid(order.pk, reason="x", actor=cast.clerk())
