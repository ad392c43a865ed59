"""`/ws/alerts/`: says "look again" to signed-in staff, and never stands open where no hint can come through."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from django.conf import settings
from django.db import OperationalError
from django.test import override_settings

from harness.servers import PrivateRedis
from notifications.kinds import Audience
from notifications.socket import consumers
from shop.push import CHECK_SESSION, push_hint
from shop.staff.models import StaffSession, StaffUser
from tests.cast import make_staff
from tests.notifications.page_socket import PageSocket
from tests.notifications.sessions import make_session

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("fresh_layers"),
]


@asynccontextmanager
async def socket(session_key: str = "", *, origin: str = "http://127.0.0.1") -> AsyncIterator[PageSocket]:
    page = PageSocket(origin=origin, cookie=f"{settings.SESSION_COOKIE_NAME}={session_key}")
    try:
        yield page
    finally:
        await page.leave()


async def sign_in(role: str = "owner") -> str:
    return await sync_to_async(make_session)(await sync_to_async(make_staff)(role))


@pytest.fixture
def private_redis() -> Iterator[PrivateRedis]:
    with PrivateRedis() as server:
        layers: dict[str, Any] = {
            name: {**layer, "CONFIG": {**layer["CONFIG"], "hosts": [{**layer["CONFIG"]["hosts"][0]}]}}
            for name, layer in settings.CHANNEL_LAYERS.items()
        }
        for layer in layers.values():
            layer["CONFIG"]["hosts"][0]["address"] = server.url
        with override_settings(CHANNEL_LAYERS=layers):
            yield server


async def test_strangers_are_refused() -> None:
    async with socket() as stranger:
        assert not await stranger.is_let_in()


async def test_a_page_of_another_site_is_refused() -> None:
    key = await sign_in()
    async with socket(key, origin="https://evil.example") as foreign:
        assert not await foreign.is_let_in()


async def test_somebody_who_was_dismissed_is_refused() -> None:
    user = await sync_to_async(make_staff)("owner")
    key = await sync_to_async(make_session)(user)
    await StaffUser.objects.filter(pk=user.pk).aupdate(is_active=False)
    async with socket(key) as page:
        assert not await page.is_let_in()


async def test_every_page_is_told_to_look_at_once_and_at_each_hint() -> None:
    async with socket(await sign_in()) as first, socket(await sign_in("finance")) as second:
        for page in (first, second):
            assert await page.is_let_in()
            assert await page.is_told_to_look()
        assert await sync_to_async(push_hint)()
        for page in (first, second):
            assert await page.is_told_to_look()


async def test_a_hint_of_one_process_reaches_the_pages_of_another() -> None:
    """The layer of the push thread and that of the socket meet in Redis alone."""
    async with socket(await sign_in()) as page:
        assert await page.is_let_in()
        await page.hear()
        channel_layers.backends.clear()
        assert push_hint()
        assert await page.is_told_to_look()


async def test_whatever_a_page_sends_is_left_unread() -> None:
    async with socket(await sign_in()) as page:
        assert await page.is_let_in()
        await page.hear()
        await page.send(text="{not json")
        await page.send(bytes=b"\x00\xff")
        assert await sync_to_async(push_hint)()
        assert await page.is_told_to_look()


async def test_a_hint_brings_what_is_unhandled_in_one_read_for_all_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads = []
    monkeypatch.setattr(
        "notifications.socket.reader.get_open_state", lambda _audience: reads.append(1) or {"alerts": []}
    )
    async with AsyncExitStack() as stack:
        key = await sign_in()
        pages = [await stack.enter_async_context(socket(key)) for _ in range(8)]
        for page in pages:
            assert await page.is_let_in()
            await page.hear()
        reads.clear()
        assert await sync_to_async(push_hint)()
        for page in pages:
            assert await page.is_told_to_look()
        assert 1 <= len(reads) <= 3


async def test_without_the_database_a_page_is_told_to_ask_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_audience: Audience) -> None:
        raise OperationalError("away")

    monkeypatch.setattr("notifications.socket.reader.get_open_state", fail)
    async with socket(await sign_in()) as page:
        assert await page.is_let_in()
        assert await page.hear() == {"type": "look"}


async def test_a_session_that_ended_closes_the_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "BEAT_S", 0.1)
    monkeypatch.setattr(consumers, "BEATS_PER_SESSION_CHECK", 2)
    key = await sign_in()
    async with socket(key) as page:
        assert await page.is_let_in()
        await page.hear()
        for _ in range(5):
            assert await page.hear() == {"type": "beat"}
        await sync_to_async(import_module(settings.SESSION_ENGINE).SessionStore(key).delete)()
        assert await close_code(page) == consumers.NOT_SIGNED_IN


async def close_code(page: PageSocket, *, seconds: float = 5) -> int:
    async with asyncio.timeout(seconds):
        while True:
            message = await page.receive_output(timeout=seconds)
            if message["type"] == "websocket.close":
                return int(message["code"])


@pytest.mark.fault
async def test_without_redis_a_socket_is_refused_at_once(private_redis: PrivateRedis) -> None:
    key = await sign_in()
    private_redis.kill()
    async with socket(key) as page:
        assert not await page.is_let_in()


@pytest.mark.fault
async def test_with_a_hung_redis_a_socket_is_refused_soon(private_redis: PrivateRedis) -> None:
    key = await sign_in()
    with private_redis.frozen():
        async with socket(key) as page:
            assert not await page.is_let_in()


@pytest.mark.fault
@pytest.mark.parametrize("fault", ["kill", "freeze"])
async def test_an_open_socket_closes_when_redis_goes(
    private_redis: PrivateRedis, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(consumers, "BEAT_S", 0.2)
    async with socket(await sign_in()) as page:
        assert await page.is_let_in()
        await page.hear()
        getattr(private_redis, fault)()
        assert await close_code(page) == consumers.TRY_LATER


async def test_a_session_that_ended_stops_hearing_at_the_hint_and_others_go_on() -> None:
    gone = await sign_in()
    async with socket(gone) as page, socket(await sign_in()) as other:
        for one in (page, other):
            assert await one.is_let_in()
            await one.hear()
        await StaffSession.objects.filter(pk=gone).adelete()
        assert await sync_to_async(push_hint)(hint=CHECK_SESSION)
        assert await close_code(page) == consumers.NOT_SIGNED_IN
        assert await sync_to_async(push_hint)()
        assert await other.is_told_to_look()
