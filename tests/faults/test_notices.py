"""A worker killed while it tells buyers: nobody is told twice, and what nobody knows is said."""

import pytest
import requests

from orders.notices.models import BuyerNotice, NoticeState
from orders.shipping.services.ship import ship_order
from shop import clock
from shop.demo.standins.wechat.messages import TEMPLATES
from shop.store.models import StoreSettings
from tests import cast
from tests.expect import wait_until
from tests.faults.conftest import FaultShop

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]
KILLS = 10
SEND = "/cgi-bin/message/subscribe/send"


def count_messages(shop: FaultShop, number: str) -> int:
    """How often the pretend WeChat was told of this order."""
    url = f"{shop.processes.standin_url}/_demo/state"
    return len(requests.get(url, params={"number": number}, timeout=10).json()["messages"])


def test_killed_ten_times_it_tells_nobody_twice(shop: FaultShop) -> None:
    StoreSettings.objects.update(template_shipped=next(iter(TEMPLATES)))
    shop.fail("late", SEND, times=KILLS, seconds=1.0)
    notices = []
    for _ in range(KILLS):
        order = cast.prepared_order()
        shop.standin("login-codes", openid=order.customer.openid)
        ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse"))
        wait_until(lambda pk=order.pk: BuyerNotice.objects.filter(order=pk, sent_at__isnull=False).exists())
        notices.append(BuyerNotice.objects.get(order=order).pk)
        shop.processes.restart("worker")
    shop.standin("faults")
    rows = BuyerNotice.objects.filter(pk__in=notices).select_related("order")
    # Their leases run out by themselves; that time is set forward instead of waited for.
    rows.filter(state=NoticeState.WAITING).update(lease_until=clock.now(), next_try_at=clock.now())
    ended = {NoticeState.SENT, NoticeState.UNKNOWN}
    wait_until(lambda: set(rows.values_list("state", flat=True)) <= ended, seconds=120)
    told = [count_messages(shop, row.order.number) for row in rows]
    assert max(told) == 1
    for row, times in zip(rows, told, strict=True):
        assert row.state == NoticeState.UNKNOWN or times == 1
    order = cast.prepared_order()
    shop.standin("login-codes", openid=order.customer.openid)
    ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse"))
    wait_until(lambda: BuyerNotice.objects.filter(order=order, state=NoticeState.SENT).exists())
    StoreSettings.objects.update(template_shipped="")
