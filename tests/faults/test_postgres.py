"""PostgreSQL is restarted while orders come in."""

import threading
import time

import pytest

from orders.models import Order
from tests import cast
from tests.databases import disconnect
from tests.faults.conftest import FaultShop, wait_until

pytestmark = pytest.mark.fault

BACK_WITHIN_S = 10
AWAY_S = 2


def test_orders_meanwhile_are_told_to_come_back_and_none_is_half_done(shop: FaultShop) -> None:
    sku = cast.make_sku(on_hand=100_000)
    buyers = [shop.buyer() for _ in range(3)]
    answers: list[tuple[float, int, bool]] = []
    keys: list[tuple[int, str]] = []
    stopping = threading.Event()

    def keep_ordering(index: int) -> None:
        turn = 0
        while not stopping.is_set():
            turn += 1
            key = f"restart-{index}-{turn}"
            keys.append((index, key))
            answer = buyers[index].place(sku.pk, pay_method="cod", key=key)
            answers.append((time.monotonic(), answer.status, "Retry-After" in answer.headers))

    threads = [threading.Thread(target=keep_ordering, args=(index,)) for index in range(len(buyers))]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: len(answers) > 5)
        shop.postgres.stop()
        time.sleep(AWAY_S)
        shop.postgres.start()
        back_at = time.monotonic()
        wait_until(
            lambda: any(status == 201 and at > back_at for at, status, _ in answers), seconds=BACK_WITHIN_S
        )
    finally:
        stopping.set()
        for thread in threads:
            thread.join()

    disconnect()
    assert {status for _at, status, _retry in answers} == {201, 503}
    assert all(has_retry for _at, status, has_retry in answers if status == 503)
    assert repeat_until_placed(buyers, keys, sku.pk) == len(keys)


def repeat_until_placed(buyers, keys, sku_id: int) -> int:
    """Send every request again under its key, as a phone would; returns how many orders there are then."""
    for index, key in keys:
        wait_until(
            lambda i=index, k=key: buyers[i].place(sku_id, pay_method="cod", key=k).status == 201, seconds=45
        )
    return Order.objects.filter(client_key__startswith="restart-").count()
