"""What the demo tells of parcels in its past: they move, but for those whose number says that they get stuck."""

from datetime import timedelta

from orders.shipping.services.ship import NewParcel, ship_order
from orders.tracking.models import Journey, Tracking
from seeding.journeys import ASKED_AFTER, COLLECTED_AFTER, SILENT_FOR, keep_moving
from shop import clock
from shop.demo.standins.couriers.journeys import find_fate
from tests import cast
from tests.tracking.conftest import WAREHOUSE, sent


def ship_one_that(fate: str) -> Tracking:
    """A parcel that is followed, under a number with this fate."""
    number = next(number for number in (f"SF{n:013d}" for n in range(10**6)) if find_fate(number) == fate)
    order = cast.prepared_order()
    ship_order(order.pk, parcels=[NewParcel("SF", number)], actor=WAREHOUSE)
    return sent(order)[2]


def test_a_parcel_whose_number_says_so_gets_stuck_and_others_go_on() -> None:
    stuck, moving = ship_one_that("stuck"), ship_one_that("arrives")
    with clock.at(clock.now() + ASKED_AFTER + timedelta(hours=1)):
        keep_moving()
    for tracking in (stuck, moving):
        tracking.refresh_from_db()
        assert (tracking.state, tracking.news_at) == (Journey.COLLECTED, tracking.began_at + COLLECTED_AFTER)
    later = clock.now() + SILENT_FOR + timedelta(hours=24)
    with clock.at(later):
        keep_moving()
    moving.refresh_from_db()
    assert (moving.state, moving.news_at) == (Journey.IN_TRANSIT, later - timedelta(hours=1))
    stuck.refresh_from_db()
    assert (stuck.state, stuck.news.count()) == (Journey.COLLECTED, 1)
