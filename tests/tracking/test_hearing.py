"""News in any order, twice, and with holes: the same rows and the same state are left; the parcel and orders follow."""

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.services.steps import receive_order
from orders.shipping.models import Parcel, ParcelState
from orders.shipping.services.returning import close_returned
from orders.shipping.services.ship import arrive_parcel, ship_order, undo_ship
from orders.stages import Stage
from orders.tracking.models import Journey, Tracking, TrackingEvent, Trouble
from orders.tracking.services.following import follow_parcels
from orders.tracking.services.hearing import hear
from shop import clock
from shop.clients.tracking.news import MAX_NEWS, News, Report, Where
from shop.events.delivery import drain
from shop.events.models import Event
from tests import cast
from tests.expect import fresh, refused, verbs_of
from tests.shipping.cash import shipped_cod
from tests.tracking.conftest import WAREHOUSE, news, sent, tell


def fresh_parcel(parcel: Parcel) -> Parcel:
    return Parcel.objects.get(pk=parcel.pk)


def snapshot(tracking: Tracking) -> list[Any]:
    rows = tracking.news.order_by("at", "digest")
    state = Tracking.objects.get(pk=tracking.pk)
    return [state.state, state.news_at, [(row.at, row.words, row.state, row.code) for row in rows]]


def test_the_newest_by_its_own_time_says_where_it_is() -> None:
    _order, _parcel, tracking = sent()
    tracking = tell(tracking, news(5, Where.DELIVERING))
    tracking = tell(tracking, news(2, Where.IN_TRANSIT))
    assert (tracking.state, tracking.news.count()) == (Journey.DELIVERING, 2)
    assert tracking.news_at == news(5, Where.DELIVERING).at


def test_the_same_again_changes_nothing() -> None:
    _order, _parcel, tracking = sent()
    told = news(1, Where.COLLECTED)
    version = tell(tracking, told, told).version
    assert tell(tracking, told).version == version and tracking.news.count() == 1


def test_what_names_a_state_counts_more_than_what_names_none() -> None:
    _order, _parcel, tracking = sent()
    named, bare = news(1, Where.PROBLEM, "滞留"), news(1, Where.IN_TRANSIT, "滞留", code="")
    for first, second in ((named, bare), (bare, named)):
        TrackingEvent.objects.all().delete()
        tell(tracking, first)
        assert tell(tracking, second).state == Journey.PROBLEM


MOMENTS = st.integers(min_value=0, max_value=6)
TOLD = st.builds(
    lambda hour, where, words, code: news(hour, where, words, code=code),
    MOMENTS,
    st.sampled_from([where for where in Where if where != Where.NOTHING]),
    st.sampled_from(["快件已到达", "已签收", "派送中"]),
    st.sampled_from(["", "2", "304"]),
)


@given(told=st.lists(TOLD, min_size=1, max_size=8), seed=st.integers(0, 9))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_order_the_same_is_left(told: list[News], seed: int) -> None:
    order = cast.shipped_order()
    _order, _parcel, one = sent(order)
    _order, _parcel, two = sent(cast.shipped_order())
    hear(one.pk, Report(one.courier, one.tracking_no, tuple(told)))
    shuffled = [*told, *told]
    random.Random(seed).shuffle(shuffled)
    for each in shuffled:
        hear(two.pk, Report(two.courier, two.tracking_no, (each,)))
    assert snapshot(one) == snapshot(two)
    for tracking in (one, two):
        tell(tracking)


def test_of_too_many_the_oldest_go() -> None:
    _order, _parcel, tracking = sent()
    minutes = [
        News(clock.now() + timedelta(minutes=n), f"第{n}站", "", Where.IN_TRANSIT, "2")
        for n in range(MAX_NEWS + 5)
    ]
    tell(tracking, *minutes[:9], *minutes[9:])
    assert tracking.news.count() == MAX_NEWS
    assert tracking.news.order_by("at")[0].words == "第5站"


def test_the_first_movement_ends_undoing_and_handing_over() -> None:
    order, parcel, tracking = sent()
    tell(tracking, news(1, Where.COLLECTED))
    order = fresh(order)
    parcel.refresh_from_db()
    assert (parcel.has_moved, order.has_moved, verbs_of(order)[-1]) == (True, True, "set_off")
    with refused("parcel_moved"):
        undo_ship(parcel.pk, actor=WAREHOUSE)
    tell(tracking, news(2, Where.IN_TRANSIT))
    assert verbs_of(order).count("set_off") == 1


def test_delivered_arrives_and_starts_the_receive_clock() -> None:
    order, parcel, tracking = sent()
    tracking = tell(tracking, news(1, Where.DELIVERED))
    order = fresh(order)
    parcel.refresh_from_db()
    assert (parcel.state, order.stage) == (ParcelState.ARRIVED, Stage.SHIPPED)
    assert order.arrived_at and order.receive_by == order.arrived_at + timedelta(days=7)
    assert not tracking.is_live and tracking.next_query_at is None


def test_delivered_while_the_rest_is_being_prepared() -> None:
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    line = order.lines.get().pk
    ship_order(order.pk, parcels=[cast.parcel({line: 1})], actor=WAREHOUSE)
    order, parcel, tracking = sent(order)
    tell(tracking, news(1, Where.DELIVERED))
    assert fresh_parcel(parcel).state == ParcelState.ARRIVED and fresh(order).arrived_at is None


@pytest.mark.parametrize("where", [Where.REFUSED, Where.RETURNING, Where.RETURNED])
def test_what_was_refused_is_not_received_by_itself(where: Where) -> None:
    order, parcel, tracking = sent()
    tell(tracking, news(1, Where.IN_TRANSIT), news(2, where))
    tell(tracking, news(2, where))
    order = fresh(order)
    assert order.is_coming_back and order.receive_stopped_at is not None
    assert fresh_parcel(parcel).turned_back_at is not None
    assert Event.objects.filter(subject_id=order.pk, verb="order.turn_back").count() == 1
    tell(tracking, news(3, Where.DELIVERED))
    assert not fresh(order).is_coming_back


def test_after_receipt_the_parcel_alone_changes() -> None:
    order, parcel, tracking = sent()
    receive_order(order.pk, actor=cast.buyer(order))
    version = fresh(order).version
    tell(tracking, news(1, Where.DELIVERED))
    assert (fresh_parcel(parcel).state, fresh(order).version) == (ParcelState.ARRIVED, version)


def test_by_hand_it_is_followed_no_longer_and_late_news_does_nothing() -> None:
    order, parcel, tracking = sent()
    arrive_parcel(parcel.pk, actor=WAREHOUSE)
    follow_parcels([parcel.pk])
    version = fresh(order).version
    tracking = tell(tracking, news(1, Where.PROBLEM))
    assert (tracking.state, tracking.trouble, tracking.is_live) == (Journey.PROBLEM, "", False)
    assert fresh(order).version == version


@pytest.mark.parametrize(
    ("where", "trouble"),
    [
        (Where.PROBLEM, Trouble.PROBLEM),
        (Where.REFUSED, Trouble.BACK),
        (Where.RETURNING, Trouble.BACK),
        (Where.RETURNED, Trouble.RETURNED),
    ],
)
def test_what_goes_wrong_stands_on_the_board_until_it_moves_on(where: Where, trouble: Trouble) -> None:
    _order, _parcel, tracking = sent()
    tracking = tell(tracking, news(1, where))
    assert tracking.trouble == trouble
    tracking = tell(tracking, news(2, Where.DELIVERING))
    assert tracking.trouble == "" and tracking.check_at is not None


def test_the_same_trouble_rings_once() -> None:
    _order, _parcel, tracking = sent()
    for hour, where in ((1, Where.REFUSED), (2, Where.RETURNING), (3, Where.RETURNED)):
        tell(tracking, news(hour, where))
    events = Event.objects.filter(kind="tracking", subject_id=tracking.pk).order_by("pk")
    rings = [event.data["trouble"] for event in events if "trouble" in event.data]
    assert rings == ["back", "returned"]


def test_a_parcel_that_was_taken_back_in_is_followed_no_longer() -> None:
    order, _parcel, tracking = sent(shipped_cod())
    tracking = tell(tracking, news(1, Where.REFUSED), news(2, Where.RETURNED))
    assert tracking.trouble == Trouble.RETURNED
    close_returned(order.pk, scrapped={}, reason="拒收", actor=cast.clerk("manager"))
    drain()
    tracking.refresh_from_db()
    assert tracking.ended_at is not None and tracking.trouble == ""
