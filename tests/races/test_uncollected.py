"""The board of what nobody came for, pressed by many: told once, reminded once."""

import pytest

from orders.models import Order
from pickup.uncollected.models import Waiting
from pickup.uncollected.services import note_uncollected, remind_pickup
from shop import clock
from shop.events.delivery import drain
from shop.events.models import Event
from tests import cast
from tests.races.conftest import codes_of, run_together

OF_ROUNDS = 4
PAIR = [cast.clerk("order_clerk"), cast.clerk("manager", name="王店长", id_=2)]


@pytest.fixture
def order() -> Order:
    cast.open_shop()
    order = cast.paid_pickup()
    drain()
    Waiting.objects.update(due_at=clock.now())
    return order


@pytest.mark.parametrize("_round", range(OF_ROUNDS))
def test_two_sweepers_tell_people_once(order, _round):
    codes = codes_of(run_together([lambda: note_uncollected(order.pk)] * 2))
    assert codes == ["not_due", "ok"]
    assert Event.objects.filter(verb="order.note_uncollected").count() == 1


@pytest.mark.parametrize("_round", range(OF_ROUNDS))
def test_two_people_remind_a_buyer_once(order, _round):
    codes = codes_of(run_together([lambda who=who: remind_pickup(order.pk, actor=who) for who in PAIR]))
    assert codes == ["ok", "reminded_lately"]
    assert Event.objects.filter(verb="order.remind_pickup").count() == 1


def test_without_the_lock_the_version_is_the_last_guard(order, switch_off_order_lock):
    switch_off_order_lock(2)
    codes = codes_of(run_together([lambda who=who: remind_pickup(order.pk, actor=who) for who in PAIR]))
    assert codes.count("ok") == 1
    assert set(codes) - {"ok"} <= {"IntegrityError", "stale"}
