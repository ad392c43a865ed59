"""WeChat is told once, however many workers would tell it, and whatever happens to the parcel meanwhile."""

import json
import threading
import time
from typing import Any

import pytest

from orders.models import Order
from orders.shipping.models import Parcel
from orders.shipping.services.replacing import WhyReplaced, replace_number
from orders.shipping.services.ship import undo_ship
from orders.wechat_report import tasks
from orders.wechat_report.models import ShippingReport
from orders.wechat_report.services.following import follow_order
from orders.wechat_report.services.pressing import retry_report
from orders.wechat_report.tasks import tell_wechat
from shop import clock
from shop.clients.wechat_mini import WeChatMini
from shop.clients.wechat_shipping import Upload
from shop.events.delivery import drain
from tests import cast
from tests.gateway import Gateway
from tests.races.conftest import codes_of, run_together
from tests.wechat_report.conftest import know, left, make_report, shipments, switch, tell, the_only

ROUNDS = 4
STAFF = [cast.clerk(name="王店长", id_=1), cast.clerk("warehouse", name="李四", id_=2)]


@pytest.fixture(autouse=True)
def wechat(open_shop: object, gateway: Gateway, settings: Any) -> Gateway:
    settings.WECHAT_MINI_URL = gateway.url
    gateway.server.world.ledger.write("DELETE FROM shipments")
    gateway.server.world.ledger.write("DELETE FROM trades")
    switch(wechat_report_on=True)
    return gateway


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> list[Upload]:
    """What WeChat is told, each call slow enough for all others to come meanwhile."""
    told: list[Upload] = []
    lock = threading.Lock()

    def keep(_client: WeChatMini, upload: Upload, *, token: str) -> None:
        with lock:
            told.append(upload)
        time.sleep(0.3)

    monkeypatch.setattr(tasks, "upload_shipping", keep)
    return told


def due() -> ShippingReport:
    report = the_only(cast.shipped_order())
    ShippingReport.objects.update(next_try_at=clock.now(), asked_at=clock.now())
    return report


def test_of_many_workers_one_tells_wechat(uploads: list[Upload]) -> None:
    report = due()
    run_together([lambda: tell_wechat(report.pk)] * 8)
    assert len(uploads) == 1
    report.refresh_from_db()
    assert report.state == "told"


def test_without_the_lease_several_of_them_would(
    uploads: list[Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    report = due()

    def read_only(report_id: int) -> ShippingReport:
        rows = ShippingReport.objects.select_related("order__customer", "payment__attempt")
        return rows.get(pk=report_id)

    monkeypatch.setattr(tasks, "lease_report", read_only)
    run_together([lambda: tell_wechat(report.pk)] * 4)
    assert len(uploads) > 1


def test_events_carried_at_once_leave_one_report() -> None:
    order = cast.shipped_order()
    assert codes_of(run_together([lambda: follow_order(order.pk)] * 8)) == ["ok"] * 8
    assert ShippingReport.objects.count() == 1


def test_without_the_locks_the_database_is_the_last_guard(switch_off_order_lock: Any) -> None:
    order = cast.shipped_order()
    switch_off_order_lock(2)
    told = codes_of(run_together([lambda: follow_order(order.pk)] * 2))
    assert told in (["IntegrityError", "ok"], ["ok", "ok"])
    assert ShippingReport.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_against_another_number_wechat_ends_with_what_is_true(_round: int, wechat: Gateway) -> None:
    report, number = due(), f"SF000000000090{_round}"
    know(Order.objects.get(pk=report.order_id), wechat)
    replace = {"courier": "SF", "tracking_no": number, "why": WhyReplaced.TYPED, "actor": STAFF[1]}

    def correct() -> None:
        replace_number(Parcel.objects.get().pk, **replace)
        follow_order(report.order_id)

    run_together([lambda: tell_wechat(report.pk), correct])
    drain()
    assert tell(report).state == "told"
    (row,) = shipments(wechat)
    assert json.loads(row["content"])["shipping_list"][0]["tracking_no"] == number


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_against_taking_back_nothing_stays_open(_round: int, wechat: Gateway) -> None:
    report = due()
    know(Order.objects.get(pk=report.order_id), wechat)

    def take_back() -> None:
        undo_ship(Parcel.objects.get().pk, actor=STAFF[1])
        follow_order(report.order_id)

    run_together([lambda: tell_wechat(report.pk), take_back])
    (report,) = left(Order.objects.get(pk=report.order_id))
    assert report.state == ("told" if shipments(wechat) else "dropped")


def test_pressed_by_many_it_is_sent_again_once() -> None:
    report = make_report(cast.paid_order())
    seen = report.version
    acts = [lambda n=n: retry_report(report.pk, actor=STAFF[n % 2], expected_version=seen) for n in range(6)]
    assert codes_of(run_together(acts)) == ["already_done"] * 5 + ["ok"]
