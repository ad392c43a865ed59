"""/console/: what waits, most urgent first, and whether the machinery runs."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from notifications.models import Alert, AlertKind
from notifications.services import handle_alerts, raise_alert
from orders.desk.home.queues import SHOWN, list_queues
from orders.desk.list.counts import count_tabs
from orders.models import Order
from orders.payments.models import Payment, Refund, RefundState
from orders.services.steps import confirm_order, hold_order
from shop import clock
from shop.actor import SYSTEM
from shop.events.models import Event, Heartbeat
from shop.events.sweeping import SWEEP_HEARTBEAT, sweep
from shop.store.models import WeChatAccount
from tests.cast import clerk, make_sku, open_shop, paid_order, place, prepared_order
from tests.console import browser

pytestmark = pytest.mark.django_db
HOME = "/console/"


@pytest.fixture(autouse=True)
def shop() -> None:
    open_shop()


def waiting() -> dict[str, list[int]]:
    """Queue → ids of the orders in it, without the empty queues."""
    queues = list_queues(count_tabs(SYSTEM), SYSTEM)
    assert [queue.count for queue in queues] == [len(queue.first) for queue in queues]
    return {queue.name: [item.order_id for item in queue.first] for queue in queues if queue.count}


def later(**span: Any) -> Any:
    return clock.at(clock.now() + timedelta(**span))


def at_noon() -> Any:
    """Late in the evening what is due in a day's time is due on the next day already, which is a queue of its own."""
    return clock.at(clock.start_of_day(timezone.localdate()) + timedelta(hours=12))


def refund(order: Order, state: RefundState) -> Refund:
    payment = Payment.objects.get(order=order)
    return Refund.objects.create(
        payment=payment,
        order=order,
        number=f"{order.number}R-{state}",
        amount_fen=100,
        reason="test",
        state=state,
        created_at=clock.now(),
    )


def test_a_paid_order_waits_to_be_confirmed_then_to_be_shipped() -> None:
    order = paid_order()
    assert waiting() == {"to_confirm": [order.pk]}
    confirm_order(order.pk, actor=clerk())
    assert waiting() == {"ship_later": [order.pk]}


def test_the_oldest_deadline_comes_first() -> None:
    with later(hours=-5):
        first = paid_order()
    with later(hours=-9):
        most_urgent = paid_order()
    assert waiting()["to_confirm"] == [most_urgent.pk, first.pk]


@pytest.mark.parametrize(("hours", "queue"), [(23, "ship_later"), (25, "within_24h"), (49, "overdue")])
def test_an_order_to_ship_becomes_urgent_as_its_deadline_nears(hours: int, queue: str) -> None:
    with at_noon():
        order = prepared_order()
        with later(hours=hours):
            assert waiting() == {queue: [order.pk]}


@pytest.mark.parametrize(("hours", "queue"), [(25, "within_24h"), (49, "overdue")])
def test_so_does_one_that_nobody_has_confirmed(hours: int, queue: str) -> None:
    """The rule for late orders closes it unseen otherwise."""
    with at_noon():
        order = paid_order()
        with later(hours=hours):
            assert waiting() == {queue: [order.pk], "to_confirm": [order.pk]}


def test_an_order_on_hold_is_only_in_its_own_queue() -> None:
    order = prepared_order()
    hold_order(order.pk, reason="等买家回复", actor=clerk())
    assert waiting() == {"held": [order.pk]}
    assert "等买家回复" in browser().get(HOME).content.decode()


def test_an_unpaid_order_is_shown_ten_minutes_before_it_closes() -> None:
    order = place()
    assert waiting() == {}
    with later(minutes=21):
        assert waiting() == {"closing_soon": [order.pk]}


def test_an_order_short_of_stock_is_shown() -> None:
    order = paid_order()
    Order.objects.filter(pk=order.pk).update(is_short=True)
    assert waiting()["short"] == [order.pk]


def test_refunds_that_need_somebody_are_shown_and_others_are_not() -> None:
    failed, by_hand, running = paid_order(), paid_order(), paid_order()
    refund(failed, RefundState.FAILED)
    refund(by_hand, RefundState.TO_PAY_OUT)
    refund(running, RefundState.PROCESSING)
    stuck = paid_order()
    Refund.objects.filter(pk=refund(stuck, RefundState.PROCESSING).pk).update(stuck_at=clock.now())
    found = waiting()
    assert (found["refund_failed"], found["to_pay_out"]) == ([failed.pk, stuck.pk], [by_hand.pk])


def test_an_open_alert_is_shown_until_it_is_handled() -> None:
    order = paid_order()
    raise_alert(AlertKind.NEW_ORDER, Event.objects.get(order_id=order.pk, verb="order.pay"))
    assert waiting()["alerts"] == [order.pk]
    handle_alerts(list(order.alerts.values_list("pk", flat=True)), actor=clerk())
    assert "alerts" not in waiting()


def test_a_card_shows_the_first_rows_and_the_whole_count() -> None:
    sku = make_sku()
    for _ in range(SHOWN + 2):
        paid_order(basket={sku.pk: 1})
    response = browser().get(HOME)
    card = response.context["cards"][0]
    assert (card.queue.count_words, len(card.rows)) == (str(SHOWN + 2), SHOWN)
    assert card.queue.url == "/console/orders/?tab=to_confirm"


def test_a_count_beyond_the_cap_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    sku = make_sku()
    for _ in range(3):
        paid_order(basket={sku.pk: 1})
    monkeypatch.setattr("orders.desk.list.counts.CAP", 2)
    queues = {queue.name: queue for queue in list_queues(count_tabs(SYSTEM), SYSTEM)}
    assert queues["to_confirm"].count_words == "2+"


def test_every_card_leads_to_a_page_that_exists() -> None:
    prepared_order()
    paid_order()
    with later(minutes=25):
        place()
    client = browser()
    for card in client.get(HOME).context["cards"]:
        assert client.get(card.queue.url).status_code == 200
        for row in card.rows:
            assert client.get(f"/console/orders/{row.order.number}/").status_code == 200


def test_nobody_is_named_in_full() -> None:
    paid_order()
    page = browser().get(HOME).content.decode()
    assert "林**" in page
    assert "林晓燕" not in page
    assert "13800005678" not in page


def test_queues_with_nothing_in_them_are_named_together() -> None:
    paid_order()
    response = browser().get(HOME)
    assert [card.queue.name for card in response.context["cards"]] == ["to_confirm"]
    assert len(response.context["clear"]) == 27


def test_a_refund_is_shown_with_its_own_amount() -> None:
    refund(paid_order(), RefundState.FAILED)
    assert "Refund ¥1.00" in browser().get(HOME).content.decode()


def test_an_empty_shop_says_that_nothing_waits() -> None:
    assert "Nothing waits" in browser().get(HOME).content.decode()


def test_somebody_who_is_not_signed_in_is_asked_to() -> None:
    response = Client().get(HOME)
    assert response.headers["Location"] == "/console/staff/login/?next=/console/"


def health_words() -> list[tuple[str, bool]]:
    return [(line.words, line.is_ok) for line in browser().get(HOME).context["health"]]


def test_timers_that_never_ran_are_said() -> None:
    assert ("Timers have never run. Start the process “deliver”.", False) in health_words()


def test_timers_that_run_are_well() -> None:
    sweep()
    assert ("Timers run.", True) in health_words()


def test_timers_that_stand_still_are_said_with_what_it_means() -> None:
    Heartbeat.objects.create(name=SWEEP_HEARTBEAT, at=clock.now() - timedelta(minutes=5))
    words = "Timers have stood still for 5 min: orders neither close nor complete by themselves."
    assert (words, False) in health_words()


def test_a_broker_that_is_away_is_said(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    words = "Redis is away: pages learn of news a little later. Nothing is lost."
    assert (words, False) in health_words()


def test_wechat_pay_that_is_switched_on_and_not_offered_is_said() -> None:
    words = "Buyers cannot pay by WeChat now: the credentials have not passed their test."
    assert (words, False) not in health_words()
    WeChatAccount.objects.update(tested_at=None)
    assert (words, False) in health_words()
    assert words in browser().get("/console/settings/").content.decode()


GB = 1024**3


def usage(monkeypatch: pytest.MonkeyPatch, *, free: int, total: int) -> None:
    monkeypatch.setattr(
        "shop.events.health.shutil.disk_usage", lambda _path: SimpleNamespace(free=free, total=total)
    )


def test_the_disk_is_said_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    usage(monkeypatch, free=30 * GB, total=100 * GB)
    words = "30.0\xa0GB of 100.0\xa0GB disk space are free."
    assert (words, True) in health_words()
    assert Client().get("/healthz").json()["disk"] == "ok"


@pytest.mark.parametrize(("free", "total"), [(9 * GB, 100 * GB), (GB, 5 * GB)])
def test_a_disk_that_fills_up_is_said_before_it_is_full(
    monkeypatch: pytest.MonkeyPatch, free: int, total: int
) -> None:
    usage(monkeypatch, free=free, total=total)
    line = browser().get(HOME).context["health"][-1]
    assert line.words.startswith("Little disk space is left")
    assert (line.is_ok, line.is_soon) == (False, True)
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["disk"]) == (200, "low")


def test_a_disk_that_cannot_be_measured_is_left_out(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DATA_DIR = settings.DATA_DIR / "nowhere"
    assert not any("disk" in words for words, _is_ok in health_words())
    assert Client().get("/healthz").json()["disk"] == "unknown"


@pytest.mark.parametrize("orders", [1, 8])
def test_the_page_keeps_to_its_queries(
    orders: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(orders):
        hold_order(paid_order().pk, reason="等", actor=clerk())
        prepared_order()
        refund(paid_order(), RefundState.FAILED)
    client = browser()
    with django_assert_num_queries(40):
        client.get(HOME)


def test_an_alert_about_the_shop_stands_on_top_and_is_no_order() -> None:
    event = Event.objects.create(
        kind="gateway", subject_id=1, number=1, verb="gateway.silent", at=clock.now()
    )
    raise_alert(AlertKind.GATEWAY_SILENT, event)
    low = Event.objects.create(kind="sku", subject_id=1, number=1, verb="sku.run_low", at=clock.now())
    raise_alert(AlertKind.LOW_STOCK, low)
    order = paid_order()
    raise_alert(AlertKind.NEW_ORDER, Event.objects.get(order_id=order.pk, verb="order.pay"))
    page = browser().get(HOME)
    assert page.context["about_shop"] == ["WeChat Pay does not answer"]
    card = next(card for card in page.context["cards"] if card.queue.name == "alerts")
    assert (card.queue.count, [row.order.pk for row in card.rows]) == (3, [order.pk])
    assert "WeChat Pay does not answer" in page.content.decode()


@pytest.mark.parametrize("kind", [AlertKind.LOW_STOCK, AlertKind.URGE])
def test_many_alerts_crowd_out_neither_that_of_the_shop_nor_those_of_orders(kind: AlertKind) -> None:
    order, now = paid_order(), clock.now()
    about: dict[str, Any] = {"subject_kind": "sku"} if kind == AlertKind.LOW_STOCK else {"order": order}
    Alert.objects.bulk_create(
        Alert(kind=kind, event_id=-n, event_number=1, raised_at=now, **about) for n in range(1, 121)
    )
    silent = Event.objects.create(kind="gateway", subject_id=1, number=1, verb="gateway.silent", at=now)
    raise_alert(AlertKind.GATEWAY_SILENT, silent)
    raise_alert(AlertKind.NEW_ORDER, Event.objects.get(order_id=order.pk, verb="order.pay"))
    page = browser().get(HOME)
    assert page.context["about_shop"] == ["WeChat Pay does not answer"]
    card = next(card for card in page.context["cards"] if card.queue.name == "alerts")
    assert (card.queue.count, [row.order.pk for row in card.rows]) == (122, [order.pk])
