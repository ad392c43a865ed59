"""Where parcels of an after-sale are: what couriers tell of those that come back, and of those that go out again."""

import pytest

from orders.collections.waiting import list_waiting
from orders.models import Order
from orders.notices.models import BuyerNotice
from orders.scope import ALL
from orders.shipping.models import Parcel, ParcelState
from orders.shipping.services.turning import turn_back
from orders.stages import Stage
from orders.timers import receive_overdue
from orders.tracking.models import Tracking
from orders.tracking.selectors import list_troubled
from orders.tracking.services.hearing import hear as take_in
from orders.wechat_report.wanted import describe_shipping
from shop import clock
from shop.clients.tracking.news import News, Report, Where
from shop.couriers.models import Provider, ProviderAccount
from shop.events.delivery import drain
from shop.events.models import Event
from tests import cast
from tests.expect import fresh, verbs_of
from tests.returns.cases import (
    BACK_NO,
    CASE,
    EXCHANGE_NO,
    WAREHOUSE,
    adopt,
    announce,
    exchange,
    received,
    renumber,
    take,
    undo,
    withdraw,
)
from tests.returns.test_take_back import settle
from tests.shipping.cash import parcel_of
from tests.tracking.conftest import news


@pytest.fixture(autouse=True)
def account(open_shop: object) -> ProviderAccount:
    """A provider knows where parcels are."""
    return ProviderAccount.objects.create(
        provider=Provider.KDNIAO, customer="1000000", key="test-key", tested_at=clock.now()
    )


def tracked(parcel: Parcel) -> Tracking:
    drain()
    return Tracking.objects.get(parcel=parcel, ended_at=None)


def hear(parcel: Parcel, *told: News) -> Parcel:
    """Its courier tells, and what follows from that is carried."""
    tracking = tracked(parcel)
    take_in(tracking.pk, Report(tracking.courier, tracking.tracking_no, told))
    drain()
    return Parcel.objects.get(pk=parcel.pk)


def arrivals(order: Order) -> list[tuple[int, str]]:
    events = Event.objects.filter(subject_id=order.pk, verb="order.return_arrive")
    return list(events.values_list("data__parcel", "data__case_number"))


class TestComingBack:
    def test_it_is_followed_and_its_arrival_told_once_with_its_case(self):
        order = received()
        parcel = announce(order)
        moved = hear(parcel, news(1, Where.IN_TRANSIT))
        assert moved.has_moved and verbs_of(order)[-1] == "return_announce"
        there = hear(parcel, news(2, Where.DELIVERED))
        assert there.state == ParcelState.ARRIVED and arrivals(order) == [(parcel.pk, CASE)]
        assert not Tracking.objects.filter(parcel=parcel, ended_at=None).exists()

    def test_nothing_else_of_the_order_follows_from_it(self):
        order = cast.shipped_order()
        due = order.receive_by
        hear(announce(order), news(1, Where.DELIVERED))
        now = fresh(order)
        assert (now.stage, now.receive_by, now.arrived_at, now.has_moved) == (Stage.SHIPPED, due, None, False)
        assert parcel_of(order).state == ParcelState.SENT

    def test_trouble_with_it_is_on_the_board_and_refuses_nothing(self):
        order = received()
        parcel = announce(order)
        after = hear(parcel, news(1, Where.REFUSED))
        assert after.turned_back_at is None and not fresh(order).is_coming_back
        (troubled,) = list_troubled(ALL)
        assert troubled.parcel == parcel

    def test_of_two_parcels_the_one_that_is_there_is_taken_in(self):
        order = received(basket={cast.make_sku().pk: 2})
        first, second = announce(order), announce(order, number="YT2")
        hear(first, news(1, Where.DELIVERED))
        take(order, 1)
        states = [Parcel.objects.get(pk=parcel.pk).state for parcel in (first, second)]
        assert states == [ParcelState.RETURNED, ParcelState.SENT]
        take(order, 1)
        assert Parcel.objects.get(pk=second.pk).state == ParcelState.RETURNED

    def test_with_another_number_that_one_is_followed(self):
        order = received()
        parcel = announce(order)
        first = tracked(parcel)
        renumber(order, parcel, "YT2")
        assert tracked(parcel).tracking_no == "YT2"
        first.refresh_from_db()
        assert not first.is_live

    @pytest.mark.parametrize("end", [withdraw, lambda order, _parcel: take(order)])
    def test_given_up_or_taken_in_it_is_followed_no_longer(self, end):
        order = received()
        parcel = announce(order)
        assert tracked(parcel).is_live
        end(order, parcel)
        drain()
        assert not Tracking.objects.filter(parcel=parcel, ended_at=None).exists()

    def test_at_an_order_that_is_closed_the_parcel_alone_changes(self):
        order = received(basket={cast.make_sku().pk: 1})
        parcel = announce(order)
        tracking = tracked(parcel)
        Parcel.objects.filter(pk=parcel.pk).update(case_number="AS-2")
        take(order)
        assert settle(order).stage == Stage.CLOSED
        take_in(tracking.pk, Report(tracking.courier, tracking.tracking_no, (news(1, Where.DELIVERED),)))
        drain()
        assert Parcel.objects.get(pk=parcel.pk).state == ParcelState.ARRIVED and arrivals(order) == []

    def test_its_buyer_gets_no_notice_and_wechat_hears_nothing(self):
        order = cast.shipped_order()
        before = describe_shipping(fresh(order))
        parcel = announce(order)
        drain()
        assert not BuyerNotice.objects.filter(parcel=parcel).exists()
        assert describe_shipping(fresh(order)) == before

    def test_no_courier_is_called_for_it(self):
        order = received()
        announce(order)
        assert BACK_NO not in {parcel.tracking_no for parcel in list_waiting(ALL)}


class TestARefusedParcel:
    def test_its_case_hears_when_it_is_back_once(self):
        order = cast.shipped_order()
        parcel = parcel_of(order)
        turn_back(parcel.pk, actor=WAREHOUSE)
        adopt(order, parcel)
        hear(parcel, news(1, Where.RETURNED))
        hear(parcel, news(2, Where.RETURNED))
        assert arrivals(order) == [(parcel.pk, CASE)]

    def test_also_where_it_was_back_before_it_was_its_return(self):
        order = cast.shipped_order()
        parcel = hear(parcel_of(order), news(1, Where.RETURNED))
        assert arrivals(order) == []
        adopt(order, parcel)
        drain()
        assert arrivals(order) == [(parcel.pk, CASE)]


class TestGoingOutAgain:
    @pytest.fixture
    def order(self) -> Order:
        order = received()
        take(order)
        return order

    def test_delivered_it_has_arrived_though_the_order_is_completed(self, order):
        parcel = hear(exchange(order), news(1, Where.DELIVERED))
        assert parcel.state == ParcelState.ARRIVED and verbs_of(order)[-1] == "exchange_arrive"

    def test_it_waits_for_its_courier_until_it_is_undone(self, order):
        parcel = exchange(order)
        assert [waiting.pk for waiting in list_waiting(ALL)] == [parcel.pk]
        undo(order, parcel)
        assert not list_waiting(ALL)
        drain()
        assert not Tracking.objects.filter(parcel=parcel, ended_at=None).exists()

    def test_wechat_is_not_told_that_the_payment_was_shipped_anew(self, order):
        before = describe_shipping(fresh(order))
        exchange(order)
        assert describe_shipping(fresh(order)) == before
        assert EXCHANGE_NO not in str(before)

    def test_it_leaves_no_notice_of_shipping(self, order):
        parcel = exchange(order)
        drain()
        assert not BuyerNotice.objects.filter(parcel=parcel).exists()

    def test_it_does_not_hold_the_receipt_of_the_order_up(self):
        order = cast.shipped_order()
        take(order)
        exchange(order)
        with clock.at(fresh(order).receive_by):
            receive_overdue(order.pk)
        assert fresh(order).stage == Stage.DONE
