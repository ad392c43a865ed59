"""The network to PostgreSQL drops every packet: no refusal, no reset, only silence (F3)."""

import threading
import time
from collections.abc import Iterator

import pytest

from harness.processes import ShopProcesses
from orders.models import Order
from tests import cast
from tests.faults.conftest import Buyer, FaultShop, wait_until
from tests.faults.dead_wire import DeadWire, dead_wire

pytestmark = pytest.mark.fault
BACK_WITHIN_S = 10
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
    sku = cast.make_sku(on_hand=100_000)
    buyers = [Buyer(far_shop, near.openid, near.token) for near in (shop.buyer() for _ in range(BUYERS))]
    answers: list[tuple[float, int]] = []
    keys: list[tuple[int, str]] = []
    stopping = threading.Event()

    def keep_ordering(index: int) -> None:
        turn = 0
        while not stopping.is_set():
            turn += 1
            key = f"cut-{away_s}-{index}-{turn}"
            keys.append((index, key))
            answer = buyers[index].place(sku.pk, pay_method="cod", key=key)
            answers.append((time.monotonic(), answer.status))

    threads = [threading.Thread(target=keep_ordering, args=(index,)) for index in range(BUYERS)]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: len(answers) > 8)
        wire.cut()
        time.sleep(away_s)
        wire.mend()
        back_at = time.monotonic()
        wait_until(
            lambda: any(status == 201 and at > back_at for at, status in list(answers)),
            seconds=BACK_WITHIN_S,
        )
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
    assert {status for _at, status in answers} == {201, 503}
    for index, key in keys:
        wait_until(lambda i=index, k=key: buyers[i].place(sku.pk, pay_method="cod", key=k).status == 201)
    assert Order.objects.filter(client_key__startswith=f"cut-{away_s}-").count() == len(keys)
