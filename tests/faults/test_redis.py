"""Redis dies or hangs: orders are taken and ring, and nothing is lost."""

import time

import pytest
import requests

from notifications.models import Alert, AlertKind
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.models import Refund, RefundState
from orders.stages import Stage
from tests import cast
from tests.faults.conftest import FaultShop, get_order, wait_until
from tests.notifications.sessions import make_session

pytestmark = pytest.mark.fault

PAGES = ("/healthz", "/console/staff/login/", "/api/v1/shop", "/api/v1/openapi.json")
ALERT_WITHIN_S = 15
AWAY_S = 12


@pytest.mark.parametrize("fault", ["killed", "hung"])
def test_orders_are_taken_and_ring_and_refunds_go_out_afterwards(shop: FaultShop, fault: str) -> None:
    sku, buyer = cast.make_sku(on_hand=1000), shop.buyer()
    before = buyer.placed(sku.pk)
    buyer.pay(before)
    wait_until(lambda: get_order(before).stage == Stage.TO_CONFIRM)

    (shop.redis.kill if fault == "killed" else shop.redis.freeze)()
    try:
        started_at = time.monotonic()
        cancel_paid(get_order(before).pk, reason="缺货", actor=cast.clerk())
        numbers = [take_order(shop, buyer, sku.pk, n) for n in range(8)]
        wait_until(lambda: count_alerts(numbers) == len(numbers), seconds=ALERT_WITHIN_S)
        for page in PAGES:
            assert requests.get(shop.processes.web_url() + page, timeout=10).status_code == 200
        assert shop.processes.health()["broker"] == "unavailable"
        time.sleep(max(0.0, AWAY_S - (time.monotonic() - started_at)))
        late = take_order(shop, buyer, sku.pk, 0)
        wait_until(lambda: count_alerts([late]) == 1, seconds=ALERT_WITHIN_S)
        assert Refund.objects.get(order__number=before).state == RefundState.COMMITTED
    finally:
        (shop.redis.start if fault == "killed" else shop.redis.thaw)()

    wait_until(lambda: Refund.objects.get(order__number=before).state == RefundState.DONE)
    assert len(shop.told(f"{before}R-1")["refunds"]) == 1


DESK = ("/console/", "/console/orders/", "/console/alerts/", "/console/customers/", "/console/jobs/")
PATIENT_S = 15
"""Far above the timeouts of a page's own calls, and far below waiting for ever."""


@pytest.mark.parametrize("fault", ["killed", "hung"])
def test_the_desk_looks_and_presses_buttons_meanwhile(shop: FaultShop, fault: str) -> None:
    number = shop.buyer().placed(cast.make_sku().pk, pay_method="cod")
    wait_until(lambda: count_alerts([number]) == 1)
    desk, console = sign_in_at_the_desk(), shop.processes.web_url()
    order_page = f"/console/orders/{number}/"

    (shop.redis.kill if fault == "killed" else shop.redis.freeze)()
    try:
        for page in (*DESK, order_page):
            assert desk.get(console + page, timeout=PATIENT_S).status_code == 200, page
        alerts = desk.get(f"{console}/console/alerts/open.json", timeout=PATIENT_S)
        assert number in alerts.text
        form = {"version": get_order(number).version, "csrfmiddlewaretoken": desk.cookies["csrftoken"]}
        pressed = desk.post(f"{console}{order_page}confirm/", form, timeout=PATIENT_S, allow_redirects=False)
        assert pressed.status_code == 302
        assert get_order(number).stage == Stage.CONFIRMED
    finally:
        (shop.redis.start if fault == "killed" else shop.redis.thaw)()


def sign_in_at_the_desk() -> requests.Session:
    desk = requests.Session()
    desk.cookies["sessionid"] = make_session(cast.make_staff("owner"))
    return desk


def take_order(shop: FaultShop, buyer, sku_id: int, n: int) -> str:
    """Every second one is paid by WeChat, with the gateway's callback."""
    if n % 2:
        return buyer.placed(sku_id, pay_method="cod")
    number = buyer.placed(sku_id)
    buyer.pay(number)
    return number


def count_alerts(numbers: list[str]) -> int:
    return Alert.objects.filter(kind=AlertKind.NEW_ORDER, order__number__in=numbers).count()
