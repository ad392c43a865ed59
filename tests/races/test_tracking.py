"""Pushes that come at once: the news is written once and the parcel arrives once, with and without its lock."""

from datetime import timedelta

import pytest

from orders.shipping.models import Parcel
from orders.shipping.services.ship import arrive_parcel
from orders.tracking.models import Journey, Tracking
from orders.tracking.services.board import settle_tracking
from orders.tracking.services.effects import carry_to_parcel
from orders.tracking.services.following import follow_parcels
from orders.tracking.services.hearing import hear
from shop import clock
from shop.clients.tracking.news import News, Report, Where
from shop.events.models import Event
from tests import cast
from tests.races.conftest import codes_of, run_together
from tests.tracking.parcels import followed, troubled

pytestmark = pytest.mark.usefixtures("open_shop")


def report(tracking: Tracking, *where: Where) -> Report:
    start = clock.now() - timedelta(hours=9)
    told = tuple(News(start + timedelta(hours=n), f"{each}", "", each, "x") for n, each in enumerate(where))
    return Report(tracking.courier, tracking.tracking_no, told)


def count(verb: str) -> int:
    return Event.objects.filter(verb=verb).count()


def test_pushes_at_once_are_written_once_and_arrive_once():
    tracking = followed()
    whole = report(tracking, Where.COLLECTED, Where.IN_TRANSIT, Where.DELIVERED)

    def push() -> None:
        hear(tracking.pk, whole)
        carry_to_parcel(tracking.pk)

    assert set(codes_of(run_together([push] * 12))) == {"ok"}
    assert (count("tracking.delivered"), count("order.arrive"), tracking.news.count()) == (1, 1, 3)


def test_without_the_lock_the_same_news_collides(monkeypatch):
    """The negative control: rows are unique in the database, which the lock spares its users."""
    tracking = followed()
    whole = report(tracking, Where.COLLECTED, Where.IN_TRANSIT)
    monkeypatch.setattr(
        "orders.tracking.services.hearing.lock_row", lambda model, pk: model.objects.get(pk=pk)
    )
    told = codes_of(run_together([lambda: hear(tracking.pk, whole)] * 12))
    assert "ok" in told and set(told) != {"ok"}
    assert tracking.news.count() == 2


def test_a_hand_and_a_courier_at_once_are_one_arrival():
    tracking = followed()
    hear(tracking.pk, report(tracking, Where.DELIVERED))
    clerk = cast.actor_of(cast.make_staff("owner"))
    acts = [lambda: carry_to_parcel(tracking.pk), lambda: arrive_parcel(tracking.parcel_id, actor=clerk)]
    assert codes_of(run_together(acts))[-1] in ("ok", "parcel_arrived")
    assert count("order.arrive") == 1
    follow_parcels([tracking.parcel_id])
    assert not Tracking.objects.filter(ended_at=None).exists()


def test_a_shared_parcel_is_followed_once():
    order = cast.shipped_order()
    parcel = Parcel.objects.filter(lines__order_line__order=order).get()
    assert set(codes_of(run_together([lambda: follow_parcels([parcel.pk])] * 8))) == {"ok"}
    assert Tracking.objects.count() == 1 and count("tracking.begin") == 1


def test_settled_by_many_it_is_settled_once():
    tracking = troubled()
    actors = [cast.actor_of(cast.make_staff("owner")) for _ in range(4)]
    told = codes_of(run_together([lambda a=actor: settle_tracking(tracking.pk, actor=a) for actor in actors]))
    assert told.count("ok") == 1 and set(told) == {"ok", "nothing_wrong"}
    assert Tracking.objects.get().state == Journey.PROBLEM
