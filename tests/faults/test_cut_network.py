"""The network to PostgreSQL drops every packet: no refusal, no reset, only silence (F3)."""

import time
from collections.abc import Iterator
from functools import partial

import pytest

from harness.processes import ShopProcesses
from tests.faults.conftest import Buyer, FaultShop, Ordering, wait_until
from tests.faults.dead_wire import DeadWire, dead_wire
from tests.threads import meanwhile

pytestmark = pytest.mark.fault
BUYERS = 4


@pytest.fixture
def wire(shop: FaultShop) -> Iterator[DeadWire]:
    with dead_wire("127.0.0.1", shop.postgres.port) as wire:
        yield wire


@pytest.fixture
def far_shop(shop: FaultShop, wire: DeadWire) -> Iterator[FaultShop]:
    """One more web process, whose database is at the other end of the wire."""
    url = f"postgres://postgres@127.0.0.1:{wire.port}/{shop.postgres.database}"
    environment = {
        "STANDIN_URL": shop.processes.standin_url,
        "WECHAT_PAY_URL": shop.processes.standin_url,
        "WECHAT_MINI_URL": shop.processes.standin_url,
        "KDNIAO_URL": shop.processes.standin_url,
        "KUAIDI100_URL": shop.processes.standin_url,
        # A shorter patience than in production, so that the test is not all waiting.
        "DATABASE_PATIENCE_S": "3",
    }
    with ShopProcesses(
        database_url=url, redis_url=shop.redis.url, extra_environment=environment
    ) as processes:
        processes.start("web")
        yield FaultShop(shop.postgres, shop.redis, processes)


@pytest.mark.parametrize("away_s", [1, 8])
def test_a_silent_network_is_a_503_and_the_shop_is_back_within_seconds(
    shop: FaultShop, far_shop: FaultShop, wire: DeadWire, away_s: int
) -> None:
    buyers = [Buyer(far_shop, near.openid, near.token) for near in (shop.buyer() for _ in range(BUYERS))]
    ordering = Ordering(f"cut-{away_s}")
    with meanwhile(*(partial(ordering.place, buyer) for buyer in buyers)):
        wait_until(lambda: len(ordering.answers) > 8)
        wire.cut()
        time.sleep(away_s)
        wire.mend()
        ordering.wait_taken()
    assert {answer.status for _at, answer in ordering.answers} == {201, 503}
    assert ordering.repeat_until_placed() == len(ordering.sent)
