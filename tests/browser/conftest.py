"""A real browser before a real shop: two web processes and a deliverer on a database of their own.

`live_shop` also points this process's ORM at that database, so a test makes its data with the factories of
`tests.cast` and sees what the pages wrote. Data stays until the package ends: a test must not count on an
empty shop. Both fixtures end with the package, since Playwright keeps an event loop running that other
tests would trip over.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from harness.processes import ShopProcesses
from harness.servers import PrivateRedis
from shop.staff.models import StaffUser
from tests.browser.ears import Ears
from tests.cast import make_staff, open_shop
from tests.databases import disconnect, own_database
from tests.expect import wait_until
from tests.notifications.sessions import make_session

Device = Callable[..., BrowserContext]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("Chromium is missing: apt-get install chromium fonts-wqy-zenhei (as root)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class LiveShop:
    """The running shop; `redis` is its own and may be stopped, frozen and started again."""

    processes: ShopProcesses
    redis: PrivateRedis

    def url(self, path: str = "/console/", *, web: str = "web") -> str:
        return self.processes.web_url(web) + path

    def sign_in(self, context: BrowserContext, user: StaffUser | str = "owner") -> StaffUser:
        """Give this context the session of a member of staff; a role makes a new one.

        The cookie is valid at every web process: cookies do not know ports.
        """
        staff = make_staff(user) if isinstance(user, str) else user
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": make_session(staff)}
        context.add_cookies([{**cookie, "url": self.processes.web_url()}])
        return staff


@pytest.fixture(scope="package")
def _running_shop(django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[LiveShop, str]]:
    with (
        own_database("shop_browser") as url,
        PrivateRedis() as redis,
        ShopProcesses(database_url=url, redis_url=redis.url) as processes,
    ):
        processes.migrate()
        processes.start("web", "web2", "deliver")
        yield LiveShop(processes, redis), url.rpartition("/")[2]


@pytest.fixture
def live_shop(
    _running_shop: tuple[LiveShop, str],
    django_db_blocker: DjangoDbBlocker,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[LiveShop]:
    """The open shop, with this process's ORM on its database."""
    shop, database = _running_shop
    # Playwright's event loop runs in this thread, which Django takes for asynchronous code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    disconnect()
    monkeypatch.setitem(connection.settings_dict, "NAME", database)
    try:
        with django_db_blocker.unblock():
            open_shop()
            yield shop
    finally:
        disconnect()


@pytest.fixture
def device(chromium: Browser, live_shop: LiveShop) -> Iterator[Device]:
    """Make devices: browser contexts with storage of their own, signed in as somebody.

    `device(role="owner", scripts=[…], **options)`; options go to `Browser.new_context`.
    """
    contexts: list[BrowserContext] = []

    def make(
        role: StaffUser | str = "owner", *, scripts: tuple[str, ...] = (), **options: Any
    ) -> BrowserContext:
        context = chromium.new_context(**{"locale": "zh-CN", **options})
        contexts.append(context)
        for script in scripts:
            context.add_init_script(script)
        live_shop.sign_in(context, role)
        return context

    yield make
    for context in contexts:
        context.close()


def open_page(
    context: BrowserContext, live_shop: LiveShop, path: str = "/console/alerts/", *, web: str = "web"
) -> Page:
    page = context.new_page()
    page.goto(live_shop.url(path, web=web))
    return page


def listening_page(
    device: Device,
    live_shop: LiveShop,
    user: StaffUser | str = "owner",
    path: str = "/console/alerts/",
    *,
    web: str = "web",
) -> tuple[Page, Ears]:
    """A device whose sound is on, and what it hears."""
    context = device(user)
    ears = Ears(context)
    page = open_page(context, live_shop, path, web=web)
    page.locator("#alerts-silent [data-alerts-unlock]").click()
    expect(page.locator("#sound-light .sound-light")).to_have_attribute("data-state", "speaking")
    wait_until(lambda: "声音已启用" in ears.heard, seconds=10, page=page)
    return page, ears
