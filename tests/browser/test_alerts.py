"""Voice alerts in a real browser: who is heard when, and that nothing is missed or said twice."""

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, WebSocketRoute, expect

from notifications.models import Alert, AlertKind, HandledHow
from orders.services.steps import confirm_order, urge_order
from shop import clock
from tests.browser.conftest import Device, LiveShop, listening_page, open_page
from tests.browser.ears import NEW_ORDER, Ears
from tests.cast import buyer, clerk, open_shop, paid_order
from tests.expect import wait_until

pytestmark = pytest.mark.browser
ALERTS = "/console/alerts/"
LONG = 600


@pytest.fixture(autouse=True)
def calm(live_shop: LiveShop) -> None:
    """Nothing is unhandled, and nothing is repeated within a test unless it says so."""
    Alert.objects.filter(handled_at=None).update(handled_at=clock.now(), handled_how=HandledHow.OVER)
    open_shop(voice_repeat_seconds=LONG, quiet_from=None, quiet_until=None)


def enable_sound(page: Page) -> None:
    page.locator("#alerts-silent [data-alerts-unlock]").click()
    expect_light(page, "speaking")


def expect_light(page: Page, state: str) -> None:
    expect(page.locator("#sound-light .sound-light")).to_have_attribute("data-state", state)


def expect_count(page: Page, count: int, *, seconds: float = 5) -> None:
    words = str(count) if count else ""
    expect(page.locator("#unhandled-alerts")).to_have_text(words, timeout=seconds * 1000)


def order_rings(ears: Ears, page: Page, sentences: list[str], *, seconds: float = 6) -> None:
    """Exactly these sentences so far, the last of them within `seconds`, and no more for a while."""
    wait_until(lambda: len(ears.sentences) >= len(sentences), seconds=seconds, page=page)
    page.wait_for_timeout(1500)
    assert ears.sentences == sentences


def test_until_somebody_presses_the_button_a_red_strip_says_that_nobody_hears(
    device: Device, live_shop: LiveShop
) -> None:
    context = device()
    ears = Ears(context)
    page = open_page(context, live_shop)
    expect(page.locator("#alerts-silent")).to_be_visible()
    expect_light(page, "silent")
    paid_order()
    expect_count(page, 1)
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    assert ears.heard == []


def test_the_button_proves_the_sound_and_the_strip_goes(device: Device, live_shop: LiveShop) -> None:
    page, ears = listening_page(device, live_shop)
    expect(page.locator("#alerts-silent")).to_be_hidden()
    assert ears.heard == ["chime", "声音已启用"]


def test_the_strip_is_put_away_for_a_while_and_the_light_tells_of_what_was_not_heard(
    device: Device, live_shop: LiveShop
) -> None:
    page = open_page(device(), live_shop, "/console/orders/")
    light, strip = page.locator("#sound-light"), page.locator("#alerts-silent")
    strip.locator("[data-alerts-later]").click()
    expect(strip).to_be_hidden()
    expect(light.locator("button")).to_be_focused()
    page.reload()
    expect_light(page, "silent")
    expect(strip).to_be_hidden()
    expect(light).not_to_have_attribute("data-unheard", "")
    paid_order()
    expect(light).to_have_attribute("data-unheard", "")
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    assert strip.is_hidden()
    for minutes, is_back in ((29, False), (-1, True), (29, False), (31, True)):
        page.evaluate("rest => { localStorage['alerts.away_until'] = Date.now() + rest * 60000; }", minutes)
        expect(strip).to_be_visible(visible=is_back)


def test_nothing_waits_for_a_socket_that_never_opens(device: Device, live_shop: LiveShop) -> None:
    """Neither what the page shows nor what it does; a change is asked for instead."""
    never = "window.WebSocket = class extends EventTarget { readyState = 0; send() {} close() {} };"
    paid_order()
    page = open_page(device(scripts=(never,)), live_shop, "/console/orders/")
    expect_count(page, 1, seconds=3)
    expect_light(page, "silent")
    page.locator(".alerts-hint, #alerts-silent").first.wait_for(timeout=3000)
    paid_order()
    expect_count(page, 2, seconds=15)


def test_an_order_is_said_once_though_two_tabs_are_open(device: Device, live_shop: LiveShop) -> None:
    first, ears = listening_page(device, live_shop)
    second = open_page(first.context, live_shop)
    expect_light(second, "elsewhere")
    expect(second.locator("#alerts-silent")).to_be_hidden()
    second.locator("h1").click()
    paid_order()
    for page in (first, second):
        expect_count(page, 1)
    order_rings(ears, first, [NEW_ORDER])
    first.close()
    expect_light(second, "speaking")
    order_rings(ears, second, [NEW_ORDER])
    paid_order()
    order_rings(ears, second, [NEW_ORDER, NEW_ORDER])


def test_a_device_without_web_locks_takes_turns_by_a_lease(device: Device, live_shop: LiveShop) -> None:
    """So is every console that is opened over http on the shop's own network."""
    context = device(scripts=("Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });",))
    ears = Ears(context)
    first = open_page(context, live_shop)
    enable_sound(first)
    second = open_page(context, live_shop)
    second.locator("h1").click()
    expect_light(second, "elsewhere")
    paid_order()
    order_rings(ears, first, [NEW_ORDER])
    first.close()
    expect_light(second, "speaking")
    order_rings(ears, second, [NEW_ORDER])
    paid_order()
    order_rings(ears, second, [NEW_ORDER, NEW_ORDER])


def test_a_page_made_anew_does_not_repeat_what_was_said(device: Device, live_shop: LiveShop) -> None:
    page, ears = listening_page(device, live_shop)
    paid_order()
    order_rings(ears, page, [NEW_ORDER])
    page.goto(live_shop.url("/console/orders/"))
    page.locator("h1").click()
    expect_light(page, "speaking")
    order_rings(ears, page, [NEW_ORDER])


def test_the_order_list_says_that_there_is_more(device: Device, live_shop: LiveShop) -> None:
    page = open_page(device(), live_shop, "/console/orders/")
    expect_count(page, 0)
    page.wait_for_timeout(1000)
    paid_order()
    expect(page.locator("[data-alerts-hint]")).to_contain_text("1")


def test_every_device_says_it(device: Device, live_shop: LiveShop) -> None:
    first, first_ears = listening_page(device, live_shop)
    second, second_ears = listening_page(device, live_shop, web="web2")
    paid_order()
    order_rings(first_ears, first, [NEW_ORDER])
    order_rings(second_ears, second, [NEW_ORDER])


def test_it_is_repeated_until_handled_in_one_place_and_then_silent_everywhere(
    device: Device, live_shop: LiveShop
) -> None:
    open_shop(voice_repeat_seconds=2)
    first, first_ears = listening_page(device, live_shop)
    second, second_ears = listening_page(device, live_shop, web="web2")
    paid_order()
    for page, ears in ((first, first_ears), (second, second_ears)):
        wait_until(lambda ears=ears: ears.sentences.count(NEW_ORDER) >= 2, seconds=10, page=page)
    first.locator("[data-alerts-hint]").click()
    first.locator("#alerts-table .cell-action button").click()
    for page in (first, second):
        expect_count(page, 0, seconds=3)
    said = (list(first_ears.sentences), list(second_ears.sentences))
    second.wait_for_timeout(5000)
    assert (first_ears.sentences, second_ears.sentences) == said


def test_taking_the_order_on_silences_it_too(device: Device, live_shop: LiveShop) -> None:
    page, ears = listening_page(device, live_shop)
    order = paid_order()
    order_rings(ears, page, [NEW_ORDER])
    confirm_order(order.pk, actor=clerk())
    expect_count(page, 0)


def test_a_list_says_that_there_is_more_and_does_not_jump(device: Device, live_shop: LiveShop) -> None:
    page, _ears = listening_page(device, live_shop)
    rows = page.locator("[data-alert-id]")
    expect(page.locator("[data-alerts-hint]")).to_be_hidden()
    paid_order()
    expect(page.locator("[data-alerts-hint]")).to_be_visible()
    assert rows.count() == 0
    page.locator("[data-alerts-hint]").click()
    expect(rows).to_have_count(1)
    expect(page.locator("[data-alerts-hint]")).to_be_hidden()
    expect_light(page, "speaking")


def ring_more(count: int) -> None:
    """So many more alerts of one order, as if its buyer never stopped urging."""
    order = paid_order()
    taken = Alert.objects.count() + 1_000_000
    Alert.objects.bulk_create(
        Alert(kind=AlertKind.URGE, order=order, event_id=taken + n, event_number=1, raised_at=clock.now())
        for n in range(count)
    )


def test_what_stands_on_older_pages_is_not_called_new(device: Device, live_shop: LiveShop) -> None:
    ring_more(60)
    page = open_page(device(), live_shop)
    hint, rows = page.locator("[data-alerts-hint]"), page.locator("[data-alert-id]")
    wait_until(lambda: Alert.objects.filter(handled_at=None).count() == 61, seconds=5, page=page)
    page.reload()
    expect(rows).to_have_count(50)
    expect_count(page, 61)
    expect(hint).to_be_hidden()
    page.locator(".pager [rel=next]").click()
    expect(rows).to_have_count(11)
    expect_count(page, 61)
    page.wait_for_timeout(500)
    expect(hint).to_be_hidden()
    paid_order()
    expect(hint).to_contain_text("1")
    hint.click()
    expect(page).to_have_url(live_shop.url(ALERTS))
    expect(rows).to_have_count(50)


def test_marking_all_leaves_what_rang_after_it_was_asked(device: Device, live_shop: LiveShop) -> None:
    ring_more(2)
    wait_until(lambda: Alert.objects.filter(handled_at=None).count() == 3, seconds=5)
    page = open_page(device(locale="en-US"), live_shop)
    opener, dialog = page.locator("[data-dialog-anew]"), page.locator("#dialog-handle-all")
    opener.click()
    expect(dialog.locator(".btn-primary")).to_contain_text("3")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    ring_more(1)
    wait_until(lambda: Alert.objects.filter(handled_at=None).count() == 5, seconds=5, page=page)
    opener.click()
    expect(dialog.locator(".btn-primary")).to_contain_text("5")
    paid_order()
    expect_count(page, 6)
    dialog.locator(".btn-primary").click()
    expect(page.locator("[data-alert-id]")).to_have_count(1)
    expect_count(page, 1)


def test_without_a_voice_the_chime_and_the_clip_are_played(device: Device, live_shop: LiveShop) -> None:
    context = device()
    ears = Ears(context, is_mute=True)
    page = open_page(context, live_shop)
    enable_sound(page)
    wait_until(lambda: ears.heard == ["chime", "chime"], seconds=5, page=page)
    paid_order()
    wait_until(lambda: ears.heard == ["chime", "chime", "chime", "clip"], seconds=8, page=page)


def test_a_kind_with_its_own_sound_rings_with_it_and_is_said_apart(
    device: Device, live_shop: LiveShop
) -> None:
    page, ears = listening_page(device, live_shop)
    page.goto(live_shop.url("/console/settings/voice/urge/"))
    with set_own_sound(page, "new-order-zh.wav"):
        order = paid_order()
        wait_until(lambda: ears.heard[-2:] == ["chime", NEW_ORDER], seconds=8, page=page)
        urge_order(order.pk, actor=buyer(order))
        wait_until(lambda: ears.heard[-2:] == ["clip", "有买家催单，请及时处理"], seconds=8, page=page)


@contextmanager
def set_own_sound(page: Page, shipped: str) -> Iterator[None]:
    """On the page of a kind: one of the shipped files is its sound meanwhile."""
    page.get_by_label("自定义铃声").set_input_files(settings.BASE_DIR / "static/audio" / shipped)
    page.get_by_role("button", name="使用该铃声").click()
    yield
    page.get_by_role("button", name="恢复统一铃声").click()
    expect(page.get_by_role("button", name="恢复统一铃声")).to_have_count(0)


def test_quiet_hours_show_but_do_not_speak(device: Device, live_shop: LiveShop) -> None:
    local = timezone.localtime()
    open_shop(
        voice_repeat_seconds=LONG,
        quiet_from=(local - timedelta(hours=1)).time(),
        quiet_until=(local + timedelta(hours=1)).time(),
    )
    page, ears = listening_page(device, live_shop)
    paid_order()
    expect_count(page, 1)
    order_rings(ears, page, [])
    expect(page.locator('#sound-light [data-alerts-word="quiet"]')).to_be_visible()


def test_a_socket_cut_again_and_again_and_half_deaf_loses_and_doubles_nothing(
    device: Device, live_shop: LiveShop
) -> None:
    context = device()
    ears = Ears(context)
    routes: list[WebSocketRoute] = []
    dropped = 0

    def be_half_deaf(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        routes.append(route)
        heard = 0

        def pass_on(message: str | bytes) -> None:
            nonlocal heard, dropped
            heard += 1
            if heard % 2:
                route.send(message)
            else:
                dropped += 1

        server.on_message(pass_on)

    context.route_web_socket("**/ws/alerts/", be_half_deaf)
    page = open_page(context, live_shop)
    enable_sound(page)
    orders = 0
    for _ in range(4):
        for _ in range(2):
            paid_order()
            orders += 1
            page.wait_for_timeout(900)
        routes[-1].close()
        expect_count(page, orders, seconds=3)
        sockets = len(routes)
        wait_until(lambda sockets=sockets: len(routes) > sockets, seconds=12, page=page)
    page.wait_for_timeout(2500)
    assert dropped > 0
    assert count_said(ears) == orders


def count_said(ears: Ears) -> int:
    """How many orders the sentences speak of; a digest names its number."""
    numbers = ["".join(filter(str.isdigit, sentence)) for sentence in ears.sentences]
    return sum(int(number or 1) for number in numbers)


def test_a_laptop_that_slept_shows_all_within_three_seconds_and_says_one_digest(
    device: Device, live_shop: LiveShop
) -> None:
    page, ears = listening_page(device, live_shop)
    paid_order()
    order_rings(ears, page, [NEW_ORDER])
    with asleep():
        for _ in range(3):
            paid_order()
        live_shop.processes.restart("web")
        wait_until(lambda: Alert.objects.filter(handled_at=None).count() == 4, seconds=5)
        time.sleep(6)
    expect_count(page, 4, seconds=3)
    order_rings(ears, page, [NEW_ORDER, "您有 3 笔新订单，请及时处理"])


@contextmanager
def asleep() -> Iterator[None]:
    """All of this test's Chromium stands still, as when the lid is closed."""
    pids = [pid for pid in descendants(os.getpid()) if "chrom" in Path(f"/proc/{pid}/cmdline").read_text()]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def descendants(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return [*children, *(pid for child in children for pid in descendants(child))]


@pytest.mark.fault
@pytest.mark.parametrize("fault", ["kill", "freeze"])
def test_without_redis_an_order_is_said_by_polling(device: Device, live_shop: LiveShop, fault: str) -> None:
    page, ears = listening_page(device, live_shop)
    getattr(live_shop.redis, fault)()
    try:
        for said in (1, 2):
            paid_order()
            wait_until(lambda said=said: len(ears.sentences) == said, seconds=15, page=page)
        page.goto(live_shop.url(ALERTS))
        expect_count(page, 2)
    finally:
        live_shop.redis.thaw() if fault == "freeze" else live_shop.redis.start()
    paid_order()
    expect_count(page, 3, seconds=15)


def test_a_page_that_is_signed_out_says_so_and_is_silent(device: Device, live_shop: LiveShop) -> None:
    page, ears = listening_page(device, live_shop)
    page.context.clear_cookies()
    page.evaluate("document.dispatchEvent(new Event('alerts-look'))")
    expect(page.locator("#alerts-signed-out")).to_be_visible()
    expect(page.locator("#alerts-silent")).to_be_hidden()
    paid_order()
    page.wait_for_timeout(2500)
    assert ears.sentences == []
