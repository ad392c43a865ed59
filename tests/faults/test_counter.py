"""A web process dies (SIGKILL) at the counter, around the moment at which money and goods change hands."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest
import requests
from django.conf import settings
from django.db import connection, transaction

from orders.models import Order
from orders.payments.models import Payment
from orders.stages import Stage
from pickup.models import Verification
from shop.customers.models import Customer
from shop.store.choices import PayMethod
from tests import cast
from tests.console import sign_in
from tests.expect import fresh
from tests.faults.conftest import FaultShop, in_background, wait_until
from tests.faults.dead_wire import DeadWire

pytestmark = pytest.mark.fault


@dataclass
class Desk:
    """A clerk's browser with the dialog of verifying open; `base` is how it reaches the shop."""

    shop: FaultShop
    order: Order
    session: requests.Session = field(default_factory=requests.Session)
    form: dict[str, str] = field(default_factory=dict)

    def open(self) -> "Desk":
        client = sign_in(cast.make_staff("order_clerk"))
        name = settings.SESSION_COOKIE_NAME
        self.session.cookies.set(name, client.cookies[name].value)
        page = self.session.get(self.address(self.shop.processes.web_url()), timeout=30).text
        self.form = {name: self._read(page, name) for name in ("csrfmiddlewaretoken", "version", "owed")}
        line = self.order.lines.get()
        self.form |= {f"line_{line.pk}": str(line.quantity), "verifier": "", "means": "cash"}
        return self

    def address(self, base: str) -> str:
        return f"{base}/console/orders/{self.order.number}/verify/"

    def press(self, base: str = "") -> requests.Response:
        address = self.address(base or self.shop.processes.web_url())
        return self.session.post(address, data=self.form, timeout=30, headers={"Referer": address})

    def _read(self, page: str, name: str) -> str:
        dialog = page[page.index('id="dialog-verify"') :]
        found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', dialog)
        assert found, name
        return found[1]


@pytest.fixture
def desk(shop: FaultShop) -> Desk:
    order = cast.to_pick_up(cast.place(pay_method=PayMethod.COD))
    return Desk(shop, fresh(order)).open()


@contextmanager
def held_before_its_end(order: Order) -> Iterator[None]:
    """Whoever collects money of this buyer waits here, with all else done and nothing committed."""
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=order.customer_id)
        yield


def is_somebody_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def count_made(order: Order) -> tuple[int, int]:
    """Of this order: what earlier tests left unpaid may be paid meanwhile."""
    return Payment.objects.filter(order=order).count(), Verification.objects.filter(order=order).count()


def test_killed_before_it_is_written_nothing_was_taken_and_a_new_press_takes_it_once(
    shop: FaultShop, desk: Desk
) -> None:
    with held_before_its_end(desk.order):
        pressing = in_background(desk.press)
        wait_until(is_somebody_waiting)
        shop.processes.kill("web")
        pressing.join()
    assert count_made(desk.order) == (0, 0)
    assert fresh(desk.order).stage == Stage.TO_CONFIRM
    shop.processes.start("web")
    assert desk.press().status_code == 200
    assert count_made(desk.order) == (1, 1)
    assert (fresh(desk.order).stage, fresh(desk.order).owed_fen) == (Stage.DONE, 0)


def test_killed_between_collecting_and_the_answer_a_new_press_takes_nothing_twice(
    shop: FaultShop, desk: Desk
) -> None:
    wire = DeadWire(("127.0.0.1", shop.processes.port("web")))
    try:
        with held_before_its_end(desk.order):
            pressing = in_background(partial(desk.press, f"http://127.0.0.1:{wire.port}"))
            wait_until(is_somebody_waiting)
            wire.cut()
        wait_until(lambda: count_made(desk.order) == (1, 1))
        shop.processes.kill("web")
    finally:
        wire.close()
    pressing.join()
    shop.processes.start("web")
    told = desk.press()
    assert "order_clerk 王" in told.text
    assert count_made(desk.order) == (1, 1)
    assert Payment.objects.get(order=desk.order).amount_fen == fresh(desk.order).paid_fen
