"""Fixtures that every test may use; each area keeps its own beside its tests."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection
from django.test import TransactionTestCase
from django.test.signals import template_rendered
from django.utils import translation
from hypothesis import HealthCheck, settings
from jinja2 import Template
from pytest_django import DjangoDbBlocker

from harness.servers import PrivateRedis
from shop.backup.snapshot import one_moment
from shop.demo.standins import StandInServer, run_in_thread
from shop.events.delivery import drain
from shop.events.pause import resume_outside
from shop.invariants import INVARIANTS
from tests import cast
from tests.databases import empty_filled_tables, leave_lost_connection, sweep_dead_rows
from tests.gateway import AlipayGateway, Gateway
from tests.sharing import find_place, order_slow_first, pytest_xdist_make_scheduler

__all__ = ["pytest_xdist_make_scheduler"]

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Tests in a browser wait for it on a machine that may be busy: they get a second try, told as RERUN. Those that
    kill, cut and race get none: a second try would hide what goes wrong once in ten times.

    The slow folders come first, whatever order others, as pytest-django, have put the tests in.
    """
    for item in items:
        if find_place(item.nodeid) == "browser":
            item.add_marker(pytest.mark.flaky(reruns=1))
    yield
    order_slow_first(items)


def pytest_configure() -> None:
    """Workers share a Redis: what each caches has a name of its own."""
    django_settings.CACHES["default"]["KEY_PREFIX"] = os.environ.get("PYTEST_XDIST_WORKER", "")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """A test that loses its connection fails alone: what it left half open is not the next one's transaction."""
    try:
        yield
    finally:
        leave_lost_connection()


@pytest.fixture(autouse=True, scope="session")
def _contexts_are_seen() -> Iterator[None]:
    """`response.context` of Django's test client: its own engine tells what a page was given, Jinja2's does not."""
    draw = Template.render

    def draw_and_tell(self: Template, *args: Any, **kwargs: Any) -> str:
        template_rendered.send(sender=self, template=self, context=dict(*args, **kwargs))
        return draw(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", draw_and_tell)
        yield


@pytest.fixture(autouse=True, scope="session")
def _tables_are_emptied_fast() -> Iterator[None]:
    """As `TransactionTestCase` empties them, but only those with rows; where there is one database, PostgreSQL."""
    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "postgresql":
            patch.setattr(TransactionTestCase, "_fixture_teardown", empty_filled_tables)
        yield


@pytest.fixture(autouse=True, scope="module")
def _dead_rows_are_swept(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """After each file of tests: what it rolled back lies in the tables, and every query would read over it."""
    yield
    if connection.vendor == "postgresql" and connection.connection and not connection.in_atomic_block:
        # A test of faults may have taken its server with it.
        with django_db_blocker.unblock(), suppress(DatabaseError):
            sweep_dead_rows()


@pytest.fixture(autouse=True)
def _shops_language() -> None:
    """A page read in English by one test leaves its thread in English: every test begins in the shop's language."""
    translation.deactivate()


@pytest.fixture
def private_redis() -> Iterator[PrivateRedis]:
    with PrivateRedis() as server:
        yield server


@pytest.fixture
def in_english() -> Iterator[None]:
    """What the shop says to people is in English, so that the test can read it."""
    with translation.override("en"):
        yield


def find_broken_books() -> list[str]:
    """Every broken invariant with the row that breaks it; what `manage.py check_books` would print."""
    broken = []
    for book in INVARIANTS:
        with one_moment():
            broken += [f"{book.code} {row}" for row in book.find()]
    return broken


@pytest.fixture
def books_are_clean(db: None) -> Iterator[None]:
    """After the test, with everything delivered, every book balances, whatever was done or refused."""
    yield
    drain()
    assert find_broken_books() == []


def _open_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every queue has room, whatever broker runs beside the tests."""
    resume_outside()
    for module in ("sweeping", "delivery"):
        monkeypatch.setattr(f"shop.events.{module}.has_room", lambda _queue: True)


@pytest.fixture
def sent_tasks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Keep enqueued tasks (name, id) instead of sending them to the broker."""
    _open_queues(monkeypatch)
    sent: list[tuple[str, int]] = []

    def keep(task: object, args: tuple[int, ...] = (), *_args: object, **_kwargs: object) -> None:
        sent.append((task.name.rsplit(".", 1)[-1], args[0]))  # type: ignore[attr-defined]

    monkeypatch.setattr("celery.app.task.Task.apply_async", keep)
    return sent


@pytest.fixture
def tasks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Carry out enqueued tasks at once, in this process."""
    _open_queues(monkeypatch)

    def run(task: Callable[..., None], args: tuple[int, ...] = (), *_args: object, **_kwargs: object) -> None:
        task(*args)

    monkeypatch.setattr("celery.app.task.Task.apply_async", run)
    monkeypatch.setattr("orders.payments.tasks.wait_for_turn", lambda _mchid: None)


@pytest.fixture(scope="session")
def standin_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInServer]:
    with run_in_thread(tmp_path_factory.mktemp("gateway"), retry_delays=()) as server:
        yield server


@pytest.fixture
def gateway(standin_server: StandInServer, settings: Any, db: None) -> Gateway:
    """A shop whose WeChat Pay is the strict stand-in."""
    gateway = Gateway(standin_server)
    gateway.reset()
    settings.WECHAT_PAY_URL = gateway.url
    settings.ALIPAY_URL = f"{gateway.url}/gateway.do"
    cast.open_shop()
    gateway.lend_credentials()
    return gateway


@pytest.fixture
def alipay(gateway: Gateway) -> AlipayGateway:
    """A shop whose Alipay is the strict stand-in too."""
    alipay = AlipayGateway(gateway.server)
    alipay.lend_credentials()
    return alipay


@pytest.fixture(params=["wechat", "alipay"])
def either(request: pytest.FixtureRequest, gateway: Gateway) -> Gateway:
    """For what holds at every gateway: each of them in turn."""
    return gateway if request.param == "wechat" else request.getfixturevalue("alipay")
