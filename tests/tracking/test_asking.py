"""Asking about parcels: subscribed to once, asked seldom, within the day's limit, about the number that it has now."""

from datetime import timedelta
from typing import Any

import pytest

from orders.shipping.services.replacing import WhyReplaced, replace_number
from orders.shipping.services.ship import undo_ship
from orders.tracking.models import Journey, Tracking
from orders.tracking.selectors import list_due
from orders.tracking.services.asking import LEAST_WAIT, note_cut_off
from orders.tracking.services.following import follow_parcels
from orders.tracking.tasks import ask_tracker
from shop import clock
from shop.clients.errors import Rejected, Unknown
from shop.clients.tracking.news import Report, Where
from shop.couriers.models import CourierAccount, ProviderAccount
from tests import cast
from tests.expect import fresh
from tests.tracking.conftest import WAREHOUSE, ScriptedTracker, news, sent, tell


def ask(tracking: Tracking, *, after: timedelta = timedelta()) -> Tracking:
    with clock.at(clock.now() + after):
        ask_tracker(tracking.pk)
    return Tracking.objects.get(pk=tracking.pk)


def test_it_is_subscribed_to_once_with_the_phone_of_its_courier(tracker: ScriptedTracker) -> None:
    order, _parcel, tracking = sent()
    assert list_due(clock.now(), (), 9) == [tracking.pk]
    tracking = ask(tracking)
    (question,) = tracker.subscribed
    assert (question.courier, question.tracking_no) == ("SF", tracking.tracking_no)
    assert question.phone_tail == order.phone[-4:] and question.callback_url.endswith("/hooks/kdniao")
    assert tracking.subscribed_at and tracking.next_query_at
    ask(tracking, after=timedelta(days=1))
    assert len(tracker.subscribed) == 1 and len(tracker.asked) == 1


def test_where_no_push_comes_it_is_asked_ever_more_seldom(tracker: ScriptedTracker) -> None:
    _order, _parcel, tracking = sent()
    tracker.say(Rejected("700", "不支持的快递公司", 200))
    tracking = ask(tracking)
    assert tracking.is_unsubscribable and tracking.last_error == "不支持的快递公司"
    waits = []
    moment = clock.now()
    for _time in range(6):
        moment = tracking.next_query_at or moment
        with clock.at(moment):
            ask_tracker(tracking.pk)
        tracking.refresh_from_db()
        assert tracking.next_query_at
        waits.append(tracking.next_query_at - moment)
    assert waits == sorted(waits) and waits[0] >= LEAST_WAIT and waits[-1] == timedelta(hours=8)
    assert len(tracker.asked) == 6


def test_nobody_asks_twice_within_half_an_hour(tracker: ScriptedTracker) -> None:
    _order, _parcel, tracking = sent()
    Tracking.objects.update(is_unsubscribable=True)
    ask(tracking)
    ask(tracking, after=timedelta(minutes=29))
    assert len(tracker.asked) == 1
    ask(tracking, after=timedelta(minutes=31))
    assert len(tracker.asked) == 2


def test_the_day_has_its_limit(tracker: ScriptedTracker, settings: Any) -> None:
    settings.TRACKING_DAILY_QUERIES = 1
    _order, _parcel, one = sent()
    _order, _parcel, two = sent(cast.shipped_order())
    Tracking.objects.update(is_unsubscribable=True)
    ask(one)
    two = ask(two)
    assert len(tracker.asked) == 1 and two.next_query_at and two.next_query_at > clock.now()


def test_without_an_answer_nothing_changes_and_it_is_asked_again(tracker: ScriptedTracker) -> None:
    _order, _parcel, tracking = sent()
    Tracking.objects.update(is_unsubscribable=True)
    tracker.say(Unknown("timeout"))
    tracking = ask(tracking)
    assert (tracking.state, tracking.lease_until) == (Journey.NOTHING, None) and tracking.last_error
    assert tracking.next_query_at and tracking.next_query_at > clock.now()


def test_an_answer_is_news(tracker: ScriptedTracker) -> None:
    _order, _parcel, tracking = sent()
    Tracking.objects.update(is_unsubscribable=True)
    tracker.say(Report("SF", tracking.tracking_no, (news(0, Where.COLLECTED),)))
    assert ask(tracking).state == Journey.COLLECTED


def test_of_what_has_come_back_nobody_asks_any_more(tracker: ScriptedTracker) -> None:
    _order, _parcel, tracking = sent()
    tracking = ask(tell(tracking, news(1, Where.RETURNED)))
    assert tracking.next_query_at is None and not tracker.asked + tracker.subscribed


def test_a_new_number_is_followed_and_the_old_one_no_longer(tracker: ScriptedTracker) -> None:
    order, parcel, old = sent()
    replace_number(
        parcel.pk, courier="SF", tracking_no="SF9999999999999", why=WhyReplaced.TYPED, actor=WAREHOUSE
    )
    follow_parcels([parcel.pk])
    old.refresh_from_db()
    new = Tracking.objects.get(ended_at=None)
    assert (old.is_live, old.next_query_at, new.tracking_no) == (False, None, "SF9999999999999")
    assert tell(old, news(1, Where.DELIVERED)).state == Journey.DELIVERED
    assert fresh(order).arrived_at is None
    replace_number(
        parcel.pk, courier="SF", tracking_no=old.tracking_no, why=WhyReplaced.TYPED, actor=WAREHOUSE
    )
    follow_parcels([parcel.pk, parcel.pk])
    assert Tracking.objects.get(ended_at=None).pk == old.pk
    tell(old)
    assert fresh(order).arrived_at


def test_what_was_taken_back_is_followed_no_longer(tracker: ScriptedTracker) -> None:
    _order, parcel, tracking = sent()
    undo_ship(parcel.pk, actor=WAREHOUSE)
    follow_parcels([parcel.pk])
    tracking = ask(tracking)
    assert not tracking.is_live and not tracker.subscribed


def test_without_credentials_only_people_know(tracker: ScriptedTracker) -> None:
    ProviderAccount.objects.all().delete()
    _order, _parcel, tracking = sent()
    assert (tracking.provider, tracking.next_query_at, tracking.check_at) == ("", None, None)


def test_a_cut_off_subscription_is_made_anew_but_not_at_once(tracker: ScriptedTracker) -> None:
    _order, _parcel, tracking = sent()
    tracking = ask(tracking)
    note_cut_off(tracking.pk)
    tracking.refresh_from_db()
    assert tracking.subscribed_at is None and tracking.next_query_at
    assert tracking.next_query_at >= clock.now() + LEAST_WAIT - timedelta(seconds=5)


@pytest.mark.parametrize("hours", [10, 72])
def test_silence_is_waited_for_as_long_as_its_courier_may_take(hours: int) -> None:
    CourierAccount.objects.filter(code="SF").update(stuck_hours=hours)
    _order, _parcel, tracking = sent()
    tracking = tell(tracking, news(0, Where.IN_TRANSIT))
    assert tracking.news_at and tracking.check_at == tracking.news_at + timedelta(hours=hours)
