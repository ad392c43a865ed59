"""Pushes that come at once: the news is written once and the parcel arrives once, with and without its lock."""

import json
from datetime import timedelta

import pytest

from orders.shipping.models import Parcel
from orders.shipping.services.ship import arrive_parcel
from orders.tracking.models import Journey, Tracking, TrackingEvent, TrackingPush
from orders.tracking.services.board import settle_tracking
from orders.tracking.services.effects import carry_to_parcel
from orders.tracking.services.following import follow_parcels
from orders.tracking.services.hearing import hear
from orders.tracking.services.pushes import keep_push, take_pushes
from shop import clock
from shop.clients.tracking.news import News, Report, Where
from shop.couriers.models import Provider, ProviderAccount
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
        "orders.tracking.services.hearing.lock_rows",
        lambda model, pks: list(model.objects.filter(pk__in=pks)),
    )
    told = codes_of(run_together([lambda: hear(tracking.pk, whole)] * 12))
    assert "ok" in told and set(told) != {"ok"}
    assert tracking.news.count() == 2


def push_all(trackings: list[Tracking]) -> list[int]:
    """Two pushes about each parcel, waiting to be read: told by halves, in the wrong order."""
    now = clock.now()
    for steps in (2, 1):
        for tracking in trackings:
            traces = [
                {
                    "AcceptTime": f"{now - timedelta(hours=9 - n):%Y-%m-%d %H:00:00}",
                    "AcceptStation": f"第 {n} 站",
                }
                for n in range(steps)
            ]
            parcel = {"ShipperCode": tracking.courier, "LogisticCode": tracking.tracking_no}
            data = [parcel | {"State": str(steps), "Success": True, "Traces": traces}]
            keep_push(Provider.KDNIAO, json.dumps({"EBusinessID": "1", "Data": data}))
    return list(TrackingPush.objects.order_by("pk").values_list("pk", flat=True))


def test_several_readers_share_the_pushes_and_write_each_step_once():
    ProviderAccount.objects.create(provider=Provider.KDNIAO, customer="1", key="test-key")
    trackings = [followed() for _ in range(4)]
    ids = push_all(trackings)
    half = len(ids) // 2
    shares = [ids, ids[::-1], ids[:half], ids[half:]]
    assert set(codes_of(run_together([lambda s=share: take_pushes(s) for share in shares]))) == {"ok"}
    take_pushes(ids)
    assert not TrackingPush.objects.exists() and TrackingEvent.objects.count() == 2 * len(trackings)
    assert set(Tracking.objects.values_list("state", flat=True)) == {Journey.IN_TRANSIT}


def test_readers_without_locks_collide(monkeypatch):
    """The negative control: of readers of one push that lock no parcel one writes, the database refuses the others."""
    ProviderAccount.objects.create(provider=Provider.KDNIAO, customer="1", key="test-key")
    ids = push_all([followed()])
    monkeypatch.setattr(
        "orders.tracking.services.hearing.lock_rows",
        lambda model, pks: list(model.objects.filter(pk__in=pks)),
    )
    monkeypatch.setattr(
        TrackingPush.objects.__class__, "select_for_update", lambda rows, **_options: rows.all()
    )
    told = codes_of(run_together([lambda: take_pushes(ids)] * 8))
    assert {*told} == {"IntegrityError", "ok"}
    assert TrackingEvent.objects.count() == 2


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
