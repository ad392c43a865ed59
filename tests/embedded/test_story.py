"""One order's whole life on the embedded set-up, over HTTP, while every process in turn is killed."""

import contextlib
import re
import sqlite3

import pytest
import requests

from tests.embedded.opened_shop import assert_books_balance, last_order_id, next_start
from tests.embedded.run_command import RunCommand, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600)]

OWNER = re.compile(r"^owner: (\S+) / (\S+)$", re.MULTILINE)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
VERSION = re.compile(r'name="version" value="(\d+)"')
PIECES = re.compile(r'<input[^>]* name="parcel-0-(line_\d+)"[^>]*>')
VALUE = re.compile(r' value="(\d+)"')
HEADLINES = re.compile(r'<div class="timeline-head">\s*<span>([^<×]+)')
# An order of a buyer that rings, is paid, goes by courier, and is enough for two parcels.
FIND_ORDER = """
SELECT o.number FROM orders_order o JOIN notifications_alert a ON a.order_id = o.id
WHERE o.id > ? AND a.handled_at IS NULL AND o.stage = 'to_confirm' AND o.delivery = 'express'
AND o.pay_method = 'wechat' AND NOT o.is_short AND o.pieces > 1 ORDER BY o.id LIMIT 1
"""


class Desk:
    """A member of staff with a browser that is no more than HTTP."""

    def __init__(self, run: RunCommand) -> None:
        self.base_url = f"http://127.0.0.1:{run.port}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Accept-Language"] = "en"

    def sign_in(self, output: str) -> None:
        login = OWNER.search(output)
        assert login, output
        username, password = login.groups()
        html = self.press(
            "/console/staff/login/", self.read("/console/staff/login/"), username=username, password=password
        )
        assert "console/staff/logout/" in html

    def read(self, path: str) -> str:
        answer = self.session.get(self.base_url + path, timeout=30)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def press(self, path: str, html: str, **fields: str) -> str:
        """Send a form of this page with its token; returns the page it leads to."""
        token = TOKEN.search(html)
        assert token, html
        data = {"csrfmiddlewaretoken": token.group(1), **fields}
        headers = {"Referer": self.base_url + path}
        answer = self.session.post(self.base_url + path, data=data, headers=headers, timeout=30)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:2000])
        return answer.text

    def move(self, number: str, action: str, **fields: str) -> str:
        """Open the order, then send one of its forms as it stands there."""
        html = self.read(f"/console/orders/{number}/")
        version = VERSION.search(html)
        assert version, html
        return self.press(f"/console/orders/{number}/{action}/", html, version=version.group(1), **fields)

    def open_numbers(self) -> list[str]:
        """Numbers of the orders that ring."""
        answer = self.session.get(f"{self.base_url}/console/alerts/open.json", timeout=30).json()
        return [alert["number"] for alert in answer["alerts"]]


def test_an_order_lives_through_the_death_of_every_process(first_start: RunCommand) -> None:
    last_seeded = last_order_id(first_start)
    with next_start(first_start, "--buyers", "30") as run:
        number = wait_for_order(run, last_seeded)
        desk = Desk(run)
        desk.sign_in(run.output)
        assert number in desk.open_numbers()
        assert number in desk.read("/console/alerts/")
        kill_and_wait(run, "deliver")
        desk.move(number, "confirm", note="先核对地址")
        wait_until(lambda: number not in desk.open_numbers(), "it no longer rings")
        kill_and_wait(run, "web")
        desk.move(number, "prepare")
        kill_and_wait(run, "redis")
        ship_in_two_parcels(desk, number)
        kill_and_wait(run, "worker")
        desk.move(number, "receive")
        kill_and_wait(run, "standins")
        html = desk.read(f"/console/orders/{number}/")
        assert [words.strip() for words in HEADLINES.findall(html)][::-1] == [
            *("Order placed", "Paid", "Confirmed", "Preparing", "Shipped", "Received")
        ]
        for words in ("先核对地址", "SF", "YT", "林山野"):
            assert words in html
        assert run.process.poll() is None, run.output
        assert_books_balance(run)


def wait_for_order(run: RunCommand, last_seeded: int) -> str:
    found: list[str] = []

    def is_found() -> bool:
        with contextlib.closing(sqlite3.connect(run.data_dir / "shop.sqlite3", timeout=20)) as connection:
            found[:] = [row[0] for row in connection.execute(FIND_ORDER, [last_seeded])]
        return bool(found)

    wait_until(is_found, "a buyer's order rings", 120)
    return found[0]


def kill_and_wait(run: RunCommand, name: str) -> None:
    run.wait_back(name, run.kill(name))
    wait_until(lambda: run.health_status() == 200, f"the shop is healthy after {name} was killed")


def ship_in_two_parcels(desk: Desk, number: str) -> None:
    """One piece goes into the first parcel, everything else into the second."""
    html = desk.read(f"/console/orders/{number}/ship/")
    fields = {field.group(1): int(VALUE.search(field.group(0)).group(1)) for field in PIECES.finditer(html)}  # type: ignore[union-attr]
    first = next(iter(fields))
    data = {"parcel-TOTAL_FORMS": "2", "parcel-INITIAL_FORMS": "0"}
    for parcel, tracking_no in enumerate((f"SF{number[:13]}", f"YT{number[:13]}")):
        data[f"parcel-{parcel}-tracking_no"] = tracking_no
        for line, left in fields.items():
            in_first = 1 if line == first else 0
            data[f"parcel-{parcel}-{line}"] = str(left - in_first if parcel else in_first)
    html = desk.move(number, "ship", **data)
    assert html.count('class="parcel"') == 2
