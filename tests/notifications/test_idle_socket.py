"""A real server keeps a socket open over which nobody says anything."""

import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from websockets.sync.client import connect

from harness.processes import ShopProcesses
from harness.servers import PrivateRedis
from tests.cast import make_staff, open_shop
from tests.databases import write_own_url
from tests.notifications.sessions import make_session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]
IDLE_S = 15.0
"""Three times what redis-py's own socket timeout once let a socket live."""


@pytest.fixture
def processes(transactional_db: None) -> Iterator[ShopProcesses]:
    with (
        PrivateRedis() as redis,
        ShopProcesses(database_url=write_own_url(), redis_url=redis.url) as shop,
    ):
        shop.start("web")
        yield shop


def test_an_idle_socket_stays_open_and_still_gets_hints(processes: ShopProcesses) -> None:
    open_shop()
    session_key = make_session(make_staff("owner"))
    address = processes.web_url().replace("http", "ws") + "/ws/alerts/"
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_key}"}
    with connect(address, additional_headers=headers, origin=processes.web_url()) as socket:
        assert socket.recv(timeout=5).startswith('{"type": "look"')
        end = time.monotonic() + IDLE_S
        while time.monotonic() < end:
            assert socket.recv(timeout=10) == '{"type": "beat"}'
        processes.manage("shell", "-v", "0", "-c", "from shop.push import push_hint; assert push_hint()")
        while (heard := socket.recv(timeout=10)) == '{"type": "beat"}':
            pass
        assert heard.startswith('{"type": "look"')
