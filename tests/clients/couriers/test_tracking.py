"""Asking both pretend providers where a parcel is, subscribing, and being pushed to; every fault is “unknown”."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shop.clients import kdniao as waybills_of_kdniao
from shop.clients.errors import BadCredentials, BadSignature, ClientError, Rejected, Unknown
from shop.clients.tracking import kdniao, kuaidi100
from shop.clients.tracking.kdniao import KdNiaoTracker
from shop.clients.tracking.kuaidi100 import Kuaidi100Tracker
from shop.clients.tracking.news import Question, Where
from shop.demo.standins import StandInServer
from shop.demo.standins.couriers.journeys import WAYS
from shop.demo.standins.couriers.tracking import push_due, write_kdniao_push, write_kuaidi100_push
from shop.demo.standins.faults import Fault

SF = Question("SF", "shunfeng", "SF1234567890123", "5678", "http://127.0.0.1:9/hooks/x", "salt")
FAULTS = ("error_500", "html", "truncated", "gbk")


@pytest.fixture
def of_kdniao(standins: StandInServer) -> KdNiaoTracker:
    known = standins.world.couriers
    credentials = waybills_of_kdniao.Credentials(known.kdniao_business_id, known.kdniao_api_key)
    site = waybills_of_kdniao.Site(standins.base_url)
    return KdNiaoTracker(credentials, site=site, timeout=2)


@pytest.fixture
def of_kuaidi100(standins: StandInServer) -> Kuaidi100Tracker:
    known = standins.world.couriers
    credentials = kuaidi100.Credentials(known.kuaidi100_key, known.kuaidi100_customer)
    return Kuaidi100Tracker(credentials, base_url=standins.base_url, timeout=2)


@pytest.fixture(params=["of_kdniao", "of_kuaidi100"])
def tracker(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def travel(standins: StandInServer, stops: int, fate: str = "arrives") -> Any:
    """Let the journey that was begun be so many stops further."""
    ledger = standins.world.ledger
    ledger.set_behaviour({"journey_seconds": 60})
    ledger.write("UPDATE journeys SET fate = ?, made_at = made_at - ?", fate, 60 * stops + 1)
    return ledger.find("SELECT * FROM journeys")


def test_nothing_yet_is_no_failure(tracker: Any) -> None:
    assert tracker.ask(SF).news == ()


@pytest.mark.parametrize(
    ("stops", "fate", "where"),
    [
        (1, "arrives", Where.COLLECTED),
        (2, "arrives", Where.IN_TRANSIT),
        (4, "arrives", Where.DELIVERING),
        (5, "arrives", Where.DELIVERED),
        (5, "locker", Where.IN_LOCKER),
        (6, "locker", Where.DELIVERED),
        (4, "problem", Where.PROBLEM),
        (5, "back", Where.REFUSED),
        (7, "back", Where.RETURNED),
    ],
)
def test_both_tell_the_same_journey(
    tracker: Any, standins: StandInServer, stops: int, fate: str, where: Where
) -> None:
    tracker.ask(SF)
    travel(standins, stops, fate)
    report = tracker.ask(SF)
    assert (report.news[-1].where, len(report.news)) == (where, stops)
    assert [news.words for news in report.news] == [stop.words for stop in WAYS[fate][:stops]]
    assert report.tracking_no == SF.tracking_no and report.news[0].at.tzinfo is not None


def test_without_the_phone_that_the_courier_wants_it_is_refused(tracker: Any) -> None:
    with pytest.raises(Rejected):
        tracker.ask(Question("SF", "shunfeng", SF.tracking_no))


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("act", ["ask", "subscribe"])
def test_an_answer_that_makes_no_sense_is_none(
    tracker: Any, standins: StandInServer, kind: str, act: str
) -> None:
    tracker.ask(SF)
    travel(standins, 2)
    for path in ("/poll", "/api/dist", "/Ebusiness"):
        standins.world.faults.add(Fault(path, kind, 1, 0))
    try:
        getattr(tracker, act)(SF)
    except ClientError as error:
        assert isinstance(error, Unknown)
    else:
        # Without a letter beyond ASCII the answer is the same in either encoding.
        assert (kind, act) == ("gbk", "subscribe")


def test_no_answer_in_time_is_none(tracker: Any, standins: StandInServer) -> None:
    for path in ("/poll", "/Ebusiness"):
        standins.world.faults.add(Fault(path, "timeout_before", 1, 5))
    with pytest.raises(Unknown):
        tracker.ask(SF)


def test_a_wrong_key_is_refused(standins: StandInServer) -> None:
    known = standins.world.couriers
    wrong = waybills_of_kdniao.Credentials(known.kdniao_business_id, "other")
    with pytest.raises(Rejected):
        KdNiaoTracker(wrong, site=waybills_of_kdniao.Site(standins.base_url)).ask(SF)
    other = Kuaidi100Tracker(kuaidi100.Credentials("other", "x"), base_url=standins.base_url)
    with pytest.raises(Rejected):
        other.ask(SF)
    with pytest.raises(Rejected):
        other.subscribe(SF)
    with pytest.raises(BadCredentials):
        Kuaidi100Tracker(kuaidi100.Credentials("k"), base_url=standins.base_url).ask(SF)


def test_the_same_subscription_again_is_as_good(tracker: Any) -> None:
    tracker.subscribe(SF)
    tracker.subscribe(SF)


def test_a_refused_subscription_is_one(tracker: Any, standins: StandInServer) -> None:
    standins.world.ledger.set_behaviour({"subscription_refusal": "不支持的快递公司"})
    with pytest.raises(Rejected, match="不支持"):
        tracker.subscribe(SF)


def test_without_a_salt_nothing_is_subscribed_to(of_kuaidi100: Kuaidi100Tracker) -> None:
    with pytest.raises(BadCredentials):
        of_kuaidi100.subscribe(Question("SF", "shunfeng", SF.tracking_no, "5678", "http://x/"))


def test_what_is_pushed_is_believed_with_its_signature_alone(
    of_kdniao: KdNiaoTracker, of_kuaidi100: Kuaidi100Tracker, standins: StandInServer
) -> None:
    known, now = standins.world.couriers, datetime.now(UTC)
    credentials = waybills_of_kdniao.Credentials(known.kdniao_business_id, known.kdniao_api_key)
    of_kdniao.subscribe(SF)
    row = travel(standins, 5)
    body = write_kdniao_push(standins.world, row)
    (report,) = kdniao.read_push(kdniao.open_push(body, credentials), credentials, now)
    assert (report.tracking_no, report.news[-1].where) == (SF.tracking_no, Where.DELIVERED)
    with pytest.raises(BadSignature):
        kdniao.open_push(body.replace(b"SF123", b"SF124"), credentials)
    assert push_due(standins.world) == [0], "nobody listens there: it is pushed again"
    standins.world.ledger.write("DELETE FROM journeys")
    of_kuaidi100.subscribe(SF)
    body = write_kuaidi100_push(standins.world, travel(standins, 5))
    (report,) = kuaidi100.read_push(kuaidi100.open_push(body, "salt"), now)
    assert (report.news[-1].where, report.is_over) == (Where.DELIVERED, True)
    with pytest.raises(BadSignature):
        kuaidi100.open_push(body, "other salt")
