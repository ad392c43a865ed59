"""PostgreSQL is restarted while orders come in."""

import time
from functools import partial

import pytest

from tests.databases import disconnect
from tests.faults.conftest import FaultShop, Ordering, wait_until
from tests.threads import meanwhile

pytestmark = pytest.mark.fault
AWAY_S = 2


def test_orders_meanwhile_are_told_to_come_back_and_none_is_half_done(shop: FaultShop) -> None:
    ordering = Ordering("restart")
    with meanwhile(*(partial(ordering.place, shop.buyer()) for _ in range(3))):
        wait_until(lambda: len(ordering.answers) > 5)
        shop.postgres.stop()
        time.sleep(AWAY_S)
        shop.postgres.start()
        ordering.wait_taken()

    disconnect()
    assert {answer.status for _at, answer in ordering.answers} == {201, 503}
    assert all("Retry-After" in answer.headers for _at, answer in ordering.answers if answer.status == 503)
    assert ordering.repeat_until_placed() == len(ordering.sent)
