"""A page hears of what it shows and may see, and of nothing else, through the one socket of its tab."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction

from notifications.hearing import list_heard
from notifications.socket import consumers, listening
from notifications.socket.consumers import AlertsConsumer
from orders.models import Order
from orders.services.steps import hold_order
from shop import clock, live
from shop.events.delivery import drain
from shop.jobs.registry import Subject
from shop.jobs.services import cancel_job, make_job
from shop.live import hint_changed, keep_audible
from shop.push import CHECK_SESSION, push_hint
from shop.staff.models import StaffSession, StaffUser
from shop.staff.services import staff_actor
from tests.caching import forget_cached
from tests.cast import clerk, make_staff, paid_order
from tests.notifications.page_socket import PageSocket
from tests.notifications.sessions import make_session

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("fresh_layers"),
]
SILENCE_S = 0.4


@asynccontextmanager
async def page_of(user: StaffUser) -> AsyncIterator[PageSocket]:
    """A socket that is let in and has been told what is unhandled."""
    key = await sync_to_async(make_session)(user)
    page = PageSocket(origin="http://127.0.0.1", cookie=f"{settings.SESSION_COOKIE_NAME}={key}")
    try:
        assert await page.is_let_in()
        assert await page.is_told_to_look()
        yield page
    finally:
        await page.leave()


async def listen(page: PageSocket, *topics: object) -> dict[str, object]:
    await page.send(text=json.dumps({"listen": topics}))
    return await hear(page)


async def hear(page: PageSocket) -> dict[str, object]:
    """The next message about topics; what is unhandled may be told at any time."""
    while (message := await page.hear())["type"] == "look":
        pass
    answer: dict[str, object] = message
    return answer


async def hears_nothing(page: PageSocket, *, seconds: float = SILENCE_S) -> bool:
    while not await page.receive_nothing(seconds):
        if (await page.hear())["type"] != "look":
            return False
    return True


staff = sync_to_async(make_staff)
new_order = sync_to_async(paid_order)


@sync_to_async
def change(order: Order) -> None:
    hold_order(order.pk, reason="等电话", actor=clerk())


async def test_a_change_reaches_the_readers_of_that_order_and_nobody_else() -> None:
    orders = [await new_order() for _ in range(3)]
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(page_of(await staff("owner"))) for _ in range(4)]
        for page, order in zip(pages, [*orders, orders[0]], strict=True):
            topic = f"order:{order.pk}"
            assert await listen(page, topic) == {"type": "listening", "topics": [topic], "refused": []}
        await change(orders[0])
        for page in (pages[0], pages[3]):
            assert await hear(page) == {"type": "changed", "topic": f"order:{orders[0].pk}"}
        for page in (pages[1], pages[2]):
            assert await hears_nothing(page)


async def test_what_does_not_exist_or_may_not_be_heard_is_refused_and_the_socket_stays_open() -> None:
    order = await new_order()
    topic = f"order:{order.pk}"
    odd = [
        "order:999999",
        "money:1",
        "order:-1",
        "order:１",
        "order:" + "9" * 30,
        "alerts",
        "live.order.1",
        "",
    ]
    async with page_of(await staff("finance")) as page:
        answer = await listen(page, topic, *odd)
        assert (answer["topics"], answer["refused"]) == ([topic], odd)
        await change(order)
        assert (await hear(page))["topic"] == topic


async def test_somebody_elses_job_is_not_heard() -> None:
    maker, other = await staff("order_clerk"), await staff("order_clerk")
    order = await new_order()
    subjects = [Subject(order.pk, order.number)]
    job = await sync_to_async(make_job)(
        "order.confirm", actor=staff_actor(maker), key="k1", subjects=subjects
    )
    topic = f"job:{job.pk}"
    async with page_of(maker) as own, page_of(other) as foreign:
        assert (await listen(own, topic))["topics"] == [topic]
        assert (await listen(foreign, topic))["refused"] == [topic]
        await sync_to_async(cancel_job)(job.pk, actor=staff_actor(maker))
        assert await hear(own) == {"type": "changed", "topic": topic}
        assert await hears_nothing(foreign)


async def test_the_last_list_counts_and_is_bounded() -> None:
    orders = [await new_order() for _ in range(2)]
    topics = [f"order:{order.pk}" for order in orders]
    async with page_of(await staff("owner")) as page:
        await listen(page, topics[0])
        assert (await listen(page, topics[1]))["topics"] == [topics[1]]
        await change(orders[0])
        assert await hears_nothing(page)
        many = [f"order:{n}" for n in range(10, 10 + 3 * listening.MOST_TOPICS)]
        answer = await listen(page, *many)
        assert len(answer["topics"]) + len(answer["refused"]) == listening.MOST_TOPICS  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "frame",
    [
        {"text": "{not json"},
        {"text": "[" * 1900},
        {"text": '{"listen": "order:1"}'},
        {"text": '{"listen": [1, null, {}]}'},
        {"text": json.dumps({"listen": [f"order:{n}" for n in range(10_000)]})},
        {"bytes": b"\x00\xff{}"},
    ],
)
async def test_garbage_changes_nothing(frame: dict[str, str | bytes]) -> None:
    order = await new_order()
    async with page_of(await staff("owner")) as page:
        await listen(page, f"order:{order.pk}")
        await page.send(**frame)
        assert await hears_nothing(page, seconds=SILENCE_S / 4)
        await change(order)
        assert (await hear(page))["type"] == "changed"


async def test_what_comes_too_fast_is_left_unread() -> None:
    async with page_of(await staff("owner")) as page:
        for _ in range(50):
            await page.send(text='{"listen": []}')
        answers = 0
        while not await page.receive_nothing(SILENCE_S):
            answers += (await page.hear())["type"] == "listening"
        assert 1 <= answers < 20


async def test_permission_that_is_taken_away_ends_listening(monkeypatch: pytest.MonkeyPatch) -> None:
    order = await new_order()
    topic = f"order:{order.pk}"
    async with page_of(await staff("owner")) as page:
        await listen(page, topic)
        monkeypatch.setitem(live.TOPICS, "order", lambda _actor, _ids: set())
        assert await sync_to_async(push_hint)(hint=CHECK_SESSION)
        assert await hear(page) == {"type": "listening", "topics": [], "refused": [topic]}
        await change(order)
        assert await hears_nothing(page)


async def test_a_look_at_the_session_does_not_undo_what_the_page_asks_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    orders = [await new_order() for _ in range(2)]
    old, new = [f"order:{order.pk}" for order in orders]
    load, reads, is_read, may_go = AlertsConsumer._load_user, count(1), asyncio.Event(), asyncio.Event()

    async def load_slowly(self: AlertsConsumer) -> Any:
        """The second time that a look reads who is signed in, it has taken the topics to ask for."""
        if asyncio.current_task() is self._beating and next(reads) == 2:
            is_read.set()
            await may_go.wait()
        return await load(self)

    monkeypatch.setattr(AlertsConsumer, "_load_user", load_slowly)
    monkeypatch.setattr(consumers, "BEATS_PER_SESSION_CHECK", 1)
    monkeypatch.setattr(consumers, "BEAT_S", 0.2)
    async with page_of(await staff("owner")) as page:
        await listen(page, old)
        await is_read.wait()
        await page.send(text=json.dumps({"listen": [new]}))
        await asyncio.sleep(SILENCE_S)
        may_go.set()
        await asyncio.sleep(SILENCE_S)
        await change(orders[1])
        async with asyncio.timeout(5):
            while await page.hear() != {"type": "changed", "topic": new}:
                pass


async def test_another_role_is_shown_its_own_kinds_at_once() -> None:
    user = await staff("owner")
    await new_order()
    await sync_to_async(drain)()
    async with page_of(user) as page:
        await sync_to_async(StaffUser.objects.filter(pk=user.pk).update)(role="finance")
        assert await sync_to_async(push_hint)(hint=CHECK_SESSION)
        message = await page.hear()
        assert (message["type"], message["state"]["count"]) == ("look", 0)


async def test_who_signed_out_hears_nothing_more() -> None:
    order = await new_order()
    async with page_of(await staff("owner")) as page:
        await listen(page, f"order:{order.pk}")
        await StaffSession.objects.all().adelete()
        answer = await listen(page, f"order:{order.pk}")
        assert answer["topics"] == []


@pytest.mark.parametrize("role", ["owner", "finance", "store_clerk"])
async def test_permission_is_read_from_the_database(role: str) -> None:
    order, user = await new_order(), await staff(role)
    asked = [f"order:{order.pk}", "job:999999"]
    assert await sync_to_async(keep_audible)(staff_actor(user), asked) == {asked[0]}


async def test_a_rolled_back_change_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(live, "push_soon", lambda group, _message: sent.append(group))
    await sync_to_async(_hint_in_vain)()
    assert sent == ["live.order.2"]


def _hint_in_vain() -> None:
    for pk, is_lost in ((1, True), (2, False)):
        with transaction.atomic():
            hint_changed("order", pk)
            transaction.set_rollback(is_lost)


async def test_a_page_that_can_be_heard_says_so_for_its_role_while_it_is_open() -> None:
    user = await sync_to_async(make_staff)("finance")
    await sync_to_async(forget_cached)()
    heard = sync_to_async(list_heard)
    async with page_of(user) as page:
        assert await heard(clock.now()) == set()
        await page.send(text=json.dumps({"heard": "perhaps"}))
        await listen(page)
        assert await heard(clock.now()) == set()
        await page.send(text=json.dumps({"heard": True}))
        await listen(page)
        assert "refund_failed" in await heard(clock.now())
        assert "new_order" not in await heard(clock.now())
