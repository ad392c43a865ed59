"""Parcels, their numbers and their goods are taken in one order, so that nobody waits in a ring."""

import pytest

from orders.shipping.models import Parcel
from orders.shipping.services.ship import NewParcel, ship_order
from orders.shipping.services.together import ship_together
from orders.waybills.services.asking import Wish, request_waybill
from orders.waybills.services.ending import note_prints
from orders.waybills.tasks import ask_provider
from tests import cast
from tests.races.conftest import codes_of, run_together
from tests.waybills.conftest import ScriptedProvider, set_up_couriers

ROUNDS = 12
LI = cast.clerk("warehouse", name="李四", id_=2)


def orders_of_one_buyer(count, pieces=1):
    customer, sku = cast.make_customer(), cast.make_sku(on_hand=100)
    return [cast.prepared_order(customer=customer, basket={sku.pk: pieces}) for _ in range(count)]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_orders_sent_together_and_a_third_under_the_same_number(_round):
    one, two, third = orders_of_one_buyer(3)
    parcel = NewParcel("ZTO", "75000000000001", may_join=True)
    results = run_together(
        [
            lambda: ship_together(one.pk, others=[two.pk], parcels=[parcel], actor=LI),
            lambda: ship_order(third.pk, parcels=[parcel], actor=LI),
        ]
    )
    assert codes_of(results) == ["ok", "ok"]
    assert Parcel.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_numbers_named_the_other_way_round(_round):
    one, two = orders_of_one_buyer(2, pieces=2)
    first, second = [NewParcel("ZTO", f"7500000000000{n}", may_join=True) for n in (1, 2)]

    def press(order, *parcels):
        line = order.lines.get().pk
        sent = [NewParcel(each.courier, each.tracking_no, {line: 1}, may_join=True) for each in parcels]
        return lambda: ship_order(order.pk, parcels=sent, actor=LI)

    assert codes_of(run_together([press(one, first, second), press(two, second, first)])) == ["ok", "ok"]
    assert Parcel.objects.count() == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_labels_printed_while_their_parcels_are_sent(_round, monkeypatch):
    set_up_couriers()
    provider = ScriptedProvider()
    monkeypatch.setattr("orders.waybills.tasks.open_provider", lambda _name: provider)
    (order,) = orders_of_one_buyer(1, pieces=2)
    line = order.lines.get().pk
    waybills = [
        request_waybill(order.pk, place=n, wish=Wish("ZTO", contents={line: 1}), actor=LI) for n in (1, 2)
    ]
    for waybill in waybills:
        ask_provider(waybill.pk)
        waybill.refresh_from_db()
    parcels = [NewParcel("ZTO", waybill.tracking_no, {line: 1}) for waybill in reversed(waybills)]
    results = run_together(
        [
            lambda: ship_order(order.pk, parcels=parcels, actor=LI),
            lambda: note_prints([waybill.pk for waybill in waybills], actor=LI),
        ]
    )
    assert codes_of(results) == ["ok", "ok"]
