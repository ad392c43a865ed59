"""`GET /console/alerts/open.json`: everything unhandled, by state."""

from datetime import datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from notifications.models import Alert, AlertKind
from notifications.services import handle_alerts
from notifications.voice.services import choose_voiced_kinds
from notifications.voice.words import is_quiet
from shop import clock
from shop.events.delivery import drain
from shop.store.models import StoreSettings
from tests.cast import clerk, make_staff, paid_order
from tests.console import browser
from tests.expect import count_queries

URL = "/console/alerts/open.json"
pytestmark = pytest.mark.django_db(transaction=True)


def test_it_tells_what_to_say_and_where_to_go() -> None:
    order = paid_order()
    drain()
    with clock.at(clock.now() + timedelta(seconds=90)):
        answer = browser("store_clerk").get(URL)
    body = answer.json()
    alert = body["alerts"][0]
    assert answer["Cache-Control"].startswith("max-age=0")
    assert body["count"] == 1
    assert (alert["kind"], alert["words"]) == ("new_order", "您有新的订单，请及时处理")
    assert (alert["number"], alert["url"]) == (order.number, f"/console/orders/{order.number}/")
    assert 89 <= alert["age_s"] <= 95
    assert alert["is_voiced"] is True
    assert body["phrases"]["new_order"]["many"] == "您有 {n} 笔新订单，请及时处理"
    assert body["settings"] == {"is_voice_on": True, "repeat_s": 30, "is_quiet": False, "quiet_until": ""}


def test_handled_ones_are_gone_and_the_newest_come_first(client: Client) -> None:
    orders = [paid_order() for _ in range(3)]
    drain()
    handle_alerts([Alert.objects.get(order=orders[1]).pk], actor=clerk())
    client.force_login(make_staff("owner"))
    numbers = [alert["number"] for alert in client.get(URL).json()["alerts"]]
    assert sorted(numbers) == sorted([orders[2].number, orders[0].number])
    ids = [alert["id"] for alert in client.get(URL).json()["alerts"]]
    assert ids == sorted(ids, reverse=True)


def test_nothing_personal_leaves() -> None:
    paid_order(remark="门铃坏了")
    drain()
    text = browser().get(URL).content.decode()
    assert not any(word in text for word in ("林晓燕", "13800005678", "文三路", "门铃"))


@pytest.mark.parametrize(
    ("voiced", "is_spoken"),
    [(set(AlertKind) - {AlertKind.NEW_ORDER}, False), ({AlertKind.NEW_ORDER}, True)],
)
def test_a_kind_that_is_not_spoken_is_shown_and_counted(voiced: set[AlertKind], is_spoken: bool) -> None:
    choose_voiced_kinds(voiced, actor=clerk("owner"))
    paid_order()
    drain()
    body = browser().get(URL).json()
    assert (body["count"], body["alerts"][0]["is_voiced"]) == (1, is_spoken)
    assert body["settings"]["is_voice_on"] is is_spoken


@pytest.mark.parametrize(
    ("start", "end", "at", "expected"),
    [
        ("22:00", "08:00", "21:59", False),
        ("22:00", "08:00", "22:00", True),
        ("22:00", "08:00", "03:00", True),
        ("22:00", "08:00", "08:00", False),
        ("12:00", "14:00", "13:00", True),
        ("12:00", "14:00", "14:00", False),
        ("09:00", "09:00", "09:00", False),
        ("", "08:00", "03:00", False),
    ],
)
def test_quiet_hours_are_the_stores_and_may_run_over_midnight(
    start: str, end: str, at: str, expected: bool
) -> None:
    store = StoreSettings(
        quiet_from=time.fromisoformat(start) if start else None, quiet_until=time.fromisoformat(end)
    )
    local = datetime.combine(datetime(2026, 11, 20), time.fromisoformat(at), timezone.get_default_timezone())
    assert is_quiet(store, local) is expected


def test_the_number_of_queries_does_not_grow() -> None:
    client, counts = browser(), []
    for _ in range(2):
        paid_order()
        drain()
        counts.append(count_queries(lambda: client.get(URL)))
    assert counts == [4, 4]


def test_strangers_are_sent_away_and_every_role_may_ask(client: Client) -> None:
    assert client.get(URL).status_code == 302
    client.force_login(make_staff("finance"))
    assert client.get(URL).status_code == 200
    assert client.post(URL).status_code == 405
