"""The e-waybill of one of many orders: everything left to send, in one parcel, and what waits already is the answer."""

import pytest

from orders.models import Order
from orders.shipping.services.labelled import ship_labelled
from orders.shipping.services.ship import NewParcel, ship_order
from orders.shipping.services.ship import undo_ship as take_back
from orders.stages import Stage
from orders.waybills.models import Waybill, WaybillState
from orders.waybills.services.asking import MAX_WEIGHT_G, Wish
from orders.waybills.services.whole import request_whole
from shop.catalog.models import Sku
from shop.clients.errors import Rejected, Unknown
from shop.clients.waybills import AlreadyUsed
from shop.couriers.models import CourierAccount, Provider
from shop.errors import Refused
from tests import cast
from tests.expect import fresh
from tests.waybills.conftest import WAREHOUSE, ScriptedProvider, answer, ask, settled


def whole(order: Order, courier: str = "ZTO") -> Waybill:
    return request_whole(order.pk, wish=Wish(courier), actor=WAREHOUSE)


def order_of(*grams: int, pieces: int = 2) -> Order:
    skus = [cast.make_sku() for _ in grams]
    for sku, weight_g in zip(skus, grams, strict=True):
        Sku.objects.filter(pk=sku.pk).update(weight_g=weight_g)
    return cast.prepared_order(basket={sku.pk: pieces for sku in skus})


def refusal(order: Order, courier: str = "ZTO") -> str:
    with pytest.raises(Refused) as refused:
        whole(order, courier)
    return refused.value.code


def test_it_holds_all_that_is_left_and_weighs_what_that_weighs() -> None:
    order = order_of(250, 500)
    first, second = order.lines.order_by("id")
    ship_order(order.pk, parcels=[cast.parcel({first.pk: 1})], actor=WAREHOUSE)
    waybill = whole(order)
    assert waybill.contents == {str(first.pk): 1, str(second.pk): 2}
    assert waybill.weight_g == 1250


@pytest.mark.parametrize("grams", [(250, 0), (MAX_WEIGHT_G, 1)])
def test_a_weight_that_is_not_known_is_none(grams: tuple[int, ...]) -> None:
    assert whole(order_of(*grams, pieces=1)).weight_g == 0


@pytest.mark.parametrize("state", ["requested", "issued", "unknown", "disputed"])
def test_whatever_waits_is_the_answer_also_at_another_place(state: str) -> None:
    order = cast.prepared_order()
    waiting = settled(order, WaybillState(state), tracking_no="7500000099" if state == "issued" else "")
    Waybill.objects.filter(pk=waiting.pk).update(place=2)
    assert whole(order).pk == waiting.pk
    assert Waybill.objects.count() == 1


def test_one_that_was_refused_is_asked_for_under_its_own_code(provider: ScriptedProvider) -> None:
    order = cast.prepared_order()
    provider.say(Rejected("106", "余额不足", 200))
    failed = answer(ask(order))
    waybill = whole(order)
    assert (waybill.pk, waybill.code, waybill.state) == (failed.pk, failed.code, WaybillState.REQUESTED)


def test_a_courier_that_wants_the_weight_gets_it_or_the_row_is_refused(provider: ScriptedProvider) -> None:
    CourierAccount.objects.create(
        code="DBLKY", provider=Provider.KDNIAO, position=9, customer_name="x", delivery_method=3
    )
    assert refusal(order_of(0), "DBLKY") == "weight_required"
    assert whole(order_of(250), "DBLKY").weight_g == 500
    typed = order_of(0)
    provider.say(Rejected("106", "余额不足", 200))
    answer(ask(typed, courier="DBLKY", weight_g=900))
    assert whole(typed, "DBLKY").weight_g == 900


def test_one_that_was_sent_lends_its_postcode_to_no_other(provider: ScriptedProvider) -> None:
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    line = order.lines.get()
    used = answer(ask(order, courier="EMS", postcode="310013", contents={line.pk: 1}))
    parcel = NewParcel(used.courier, used.tracking_no, {line.pk: 1})
    ship_order(order.pk, parcels=[parcel], actor=WAREHOUSE)
    assert refusal(order, "EMS") == "postcode_required"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (cast.shipped_order, "already_done"),
        (lambda: cast.prepared_order(delivery="local"), "no_label_needed"),
    ],
)
def test_what_needs_none_is_refused(make, code: str) -> None:
    with pytest.raises(Refused) as refused:
        whole(make())
    assert refused.value.code in (code, "wrong_stage")


def test_shipping_sends_a_parcel_for_each_label_with_what_it_was_asked_for(
    provider: ScriptedProvider,
) -> None:
    order = cast.prepared_order(basket={cast.make_sku().pk: 3})
    line = order.lines.get()
    first = answer(ask(order, contents={line.pk: 1}))
    second = answer(ask(order, place=2, contents={line.pk: 2}))
    ship_labelled(order.pk, actor=WAREHOUSE)
    sent = [(row.parcel.tracking_no, row.quantity) for row in line.parcel_lines.order_by("parcel")]
    assert sent == [(first.tracking_no, 1), (second.tracking_no, 2)]
    assert (fresh(order).stage, fresh(order).has_label) == (Stage.SHIPPED, False)
    assert set(Waybill.objects.values_list("state", flat=True)) == {WaybillState.USED}


def test_a_label_for_a_part_ships_that_part(provider: ScriptedProvider) -> None:
    order = cast.prepared_order(basket={cast.make_sku().pk: 3})
    answer(ask(order, contents={order.lines.get().pk: 1}))
    ship_labelled(order.pk, actor=WAREHOUSE)
    assert (fresh(order).stage, fresh(order).pieces_shipped) == (Stage.PREPARING, 1)


@pytest.mark.parametrize("state", ["requested", "unknown", "disputed", "failed", "void"])
def test_without_a_number_nothing_is_sent(state: str, provider: ScriptedProvider) -> None:
    order = cast.prepared_order()
    waybill = ask(order)
    if state in ("failed", "void"):
        provider.say(Rejected("106", "余额不足", 200))
    if state == "unknown":
        provider.say(Unknown("timeout"))
    if state == "disputed":
        provider.say(AlreadyUsed("which number?"))
    if state != "requested":
        answer(waybill)
    with pytest.raises(Refused) as refused:
        ship_labelled(order.pk, actor=WAREHOUSE)
    assert refused.value.code == ("label_missing" if state in ("failed", "void") else "label_not_ready")
    assert fresh(order).stage == Stage.PREPARING


def test_one_label_without_a_number_keeps_the_whole_order_back(provider: ScriptedProvider) -> None:
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    line = order.lines.get()
    answer(ask(order, contents={line.pk: 1}))
    ask(order, place=2, contents={line.pk: 1})
    with pytest.raises(Refused) as refused:
        ship_labelled(order.pk, actor=WAREHOUSE)
    assert refused.value.code == "label_not_ready"
    assert fresh(order).pieces_shipped == 0


def test_one_that_is_being_voided_is_not_used(provider: ScriptedProvider) -> None:
    order = cast.prepared_order()
    settled(order, WaybillState.VOIDING, tracking_no="75000000000001")
    with pytest.raises(Refused) as refused:
        ship_labelled(order.pk, actor=WAREHOUSE)
    assert refused.value.code == "label_not_ready"


def test_a_parcel_taken_back_is_sent_again_under_its_label(provider: ScriptedProvider) -> None:
    order = cast.prepared_order()
    answer(whole(order))
    ship_labelled(order.pk, actor=WAREHOUSE)
    take_back(order.lines.get().parcel_lines.get().parcel_id, actor=WAREHOUSE)
    ship_labelled(order.pk, actor=WAREHOUSE)
    assert fresh(order).stage == Stage.SHIPPED
    assert Waybill.objects.get().state == WaybillState.USED


def test_who_may_not_ship_does_neither() -> None:
    order, support = cast.prepared_order(), cast.clerk("support")
    for verb in (
        lambda: request_whole(order.pk, wish=Wish("ZTO"), actor=support),
        lambda: ship_labelled(order.pk, actor=support),
    ):
        with pytest.raises(Refused) as refused:
            verb()
        assert refused.value.code == "forbidden"
