"""A worker killed while it asks for e-waybills: the provider's journal has one number for each parcel."""

import pytest

from orders.waybills.models import Waybill, WaybillState
from orders.waybills.services.asking import Wish, request_waybill
from shop import clock
from shop.couriers.models import CourierAccount, Provider, ProviderAccount
from shop.demo.standins import load_courier_credentials
from tests import cast
from tests.faults.conftest import FaultShop, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]
KILLS = 20
PATH = "/api/EOrderService"


def set_up(shop: FaultShop) -> None:
    made = load_courier_credentials(shop.processes.directory / "standins")
    account = {"customer": made.kdniao_business_id, "key": made.kdniao_api_key, "tested_at": clock.now()}
    ProviderAccount.objects.update_or_create(provider=Provider.KDNIAO, defaults=account)
    account = {
        "customer_name": "testzto",
        "customer_pwd": "testztopwd",
        "provider": Provider.KDNIAO,
    }
    CourierAccount.objects.get_or_create(code="ZTO", defaults=account)
    cast.make_sender()


def ask(order_id: int) -> Waybill:
    return request_waybill(order_id, wish=Wish("ZTO"), actor=cast.clerk("warehouse"))


def was_asked(shop: FaultShop, waybill: Waybill) -> bool:
    return bool(shop.told(waybill.code)["calls"].get(waybill.code))


def test_killed_twenty_times_it_buys_no_number_twice(shop: FaultShop) -> None:
    set_up(shop)
    shop.fail("late", PATH, times=KILLS, seconds=1.0)
    waybills = []
    for _ in range(KILLS):
        waybill = ask(cast.prepared_order().pk)
        waybills.append(waybill)
        wait_until(lambda w=waybill: was_asked(shop, w))
        shop.processes.restart("worker")
    shop.standin("faults")
    rows = Waybill.objects.filter(pk__in=[waybill.pk for waybill in waybills])
    # Their leases run out by themselves; that time is set forward instead of waited for.
    rows.filter(state=WaybillState.REQUESTED).update(lease_until=clock.now(), next_try_at=clock.now())
    wait_until(lambda: set(rows.values_list("state", flat=True)) == {WaybillState.ISSUED}, seconds=120)
    for row in rows:
        assert [made["number"] for made in shop.told(row.code)["waybills"]] == [row.tracking_no]
