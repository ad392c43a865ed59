"""A verifier's phone in a real browser: by touch and by keys, on small screens, on a network that comes and goes."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from orders.models import Order
from orders.payments.models import Payment
from orders.stages import Stage
from pickup.codes import make_code
from pickup.models import Verification, Verifier
from pickup.phone.session import COOKIE
from pickup.services.verifiers import change_stores
from shop.store.choices import PayMethod
from tests import cast
from tests.browser.axe import find_violations
from tests.browser.conftest import LiveShop
from tests.browser.look import NARROW, WATCH
from tests.browser.test_zoom import COVERED
from tests.expect import fresh
from tests.pickup.counter import appoint, hand_out, unpaid, waiting
from tests.pickup.phone.phones import link_of, sign

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SMALL = {"width": 320, "height": 568}
ZOOMED = {"width": 195, "height": 422}
"""What is left of NARROW at a zoom of 200 %."""
FEEL = """
window.felt = []; window.tones = [];
navigator.vibrate = (pattern) => { window.felt.push(pattern); return true; };
const begin = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { window.tones.push(this.type); return begin.call(this, at); };
"""
OUTCOME, HOLD, HINT = "main.outcome", "[data-hold]", "#handout-hint"
MOST_BYTES = 100_000


class Phone:
    """One verifier's browser."""

    def __init__(self, browser: Browser, shop: LiveShop, verifier: Verifier, **options: Any) -> None:
        self.shop = shop
        settings = {"locale": "en", "viewport": NARROW, "has_touch": True, "is_mobile": True}
        self.context: BrowserContext = browser.new_context(**{**settings, **options})
        for script in (WATCH, FEEL):
            self.context.add_init_script(script)
        cookie = {"name": COOKIE, "value": sign(verifier), "url": shop.url("")}
        self.context.add_cookies([cookie])  # type: ignore[list-item]
        self.page: Page = self.context.new_page()

    def open(self, path: str) -> Page:
        self.page.goto(self.shop.url(path))
        return self.page

    def hold(self, ms: int = 900) -> None:
        """With one finger."""
        box = self.page.locator(HOLD).bounding_box()
        assert box is not None
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        session = self.context.new_cdp_session(self.page)
        session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        self.page.wait_for_timeout(ms)
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def expect_outcome(self, tone: str, *words: str) -> None:
        outcome = self.page.locator(OUTCOME)
        expect(outcome).to_have_attribute("data-tone", tone, timeout=20_000)
        for each in words:
            expect(outcome).to_contain_text(each)


@pytest.fixture
def phone_for(chromium: Browser, live_shop: LiveShop) -> Iterator[Any]:
    phones: list[Phone] = []

    def make(*stores: Any, nickname: str = "", **options: Any) -> Phone:
        phones.append(Phone(chromium, live_shop, appoint(*stores, nickname=nickname), **options))
        return phones[-1]

    yield make
    for phone in phones:
        phone.context.close()


def long_named(order: Order) -> Order:
    """With the longest names that there are."""
    order.lines.update(product_name="W" * 60, sku_name="W" * 60)
    type(order.pickup_store).objects.filter(pk=order.pickup_store_id).update(name=f"{order.pk:W>40}")
    order.recipient, order.buyer_remark, order.seller_remark = "W" * 60, "W" * 60, "放在收银台下面"
    order.save()
    return order


@pytest.mark.parametrize("viewport", [NARROW, SMALL])
def test_from_the_code_to_done_by_one_held_finger(
    phone_for: Any, viewport: dict[str, int], live_shop: LiveShop
) -> None:
    order = waiting(remark="要两个袋子")
    phone = phone_for(order.pickup_store, viewport=viewport)
    page = phone.open(link_of(order))
    expect(page.locator("main")).to_contain_text("要两个袋子")
    phone.hold(200)
    expect(page.locator(HINT)).to_have_text("Hold the button until it is full.")
    assert Verification.objects.filter(order=order).count() == 0
    phone.hold()
    phone.expect_outcome("done", "Handed out", order.pickup_store.name)
    assert fresh(order).stage == Stage.DONE
    assert page.evaluate("[window.felt.length > 0, window.tones.every((tone) => tone === 'sine')]") == [
        True,
        True,
    ]
    page.locator("a", has_text="Next buyer").tap()
    expect(page.locator("h1")).to_contain_text("Today at")


def test_cash_is_two_presses_and_nothing_goes_without_saying_how(phone_for: Any, live_shop: LiveShop) -> None:
    order = unpaid(pay_method=PayMethod.COD)
    phone = phone_for(order.pickup_store)
    page = phone.open(link_of(order))
    phone.hold()
    expect(page.locator(HINT)).to_have_text("Say first how the money was received.")
    assert Payment.objects.filter(order=order).count() == 0
    page.locator("label", has_text="Cash").tap()
    phone.hold()
    phone.expect_outcome("done", "Cash", "¥45.00")
    assert Payment.objects.get(order=order).means == "cash"


def test_some_of_the_pieces_by_the_stepper(phone_for: Any, live_shop: LiveShop) -> None:
    order = waiting(basket={cast.make_sku(on_hand=9).pk: 3})
    phone = phone_for(order.pickup_store)
    page = phone.open(link_of(order))
    page.get_by_role("button", name="One more").tap()
    expect(page.locator(".phone-stepper input")).to_have_value("3")
    for _ in range(2):
        page.get_by_role("button", name="One less").tap()
    phone.hold()
    phone.expect_outcome("done", "Handed out in part", "2")
    assert fresh(order).pieces_to_send == 2


def test_by_the_keyboard_held_or_pressed_twice(phone_for: Any, live_shop: LiveShop) -> None:
    first, second = waiting(), waiting()
    phone = phone_for(first.pickup_store, second.pickup_store)
    page = phone.open(link_of(first))
    page.locator(HOLD).focus()
    page.keyboard.down("Enter")
    page.wait_for_timeout(1000)
    page.keyboard.up("Enter")
    phone.expect_outcome("done")
    page = phone.open(link_of(second))
    phone.expect_outcome("stop", "Wrong store")
    page.get_by_role("button", name="I am at").press("Enter")
    page.locator(HOLD).focus()
    page.keyboard.press("Space")
    expect(page.locator(HINT)).to_contain_text("Press once more")
    assert Verification.objects.filter(order=second).count() == 0
    page.keyboard.press("Space")
    phone.expect_outcome("done")
    assert {fresh(order).stage for order in (first, second)} == {Stage.DONE}


def test_enter_in_a_field_hands_nothing_out(phone_for: Any, live_shop: LiveShop) -> None:
    order = waiting()
    phone = phone_for(order.pickup_store)
    page = phone.open(link_of(order))
    for _ in range(3):
        page.locator(".phone-stepper input").press("Enter")
        page.wait_for_timeout(100)
    assert Verification.objects.filter(order=order).count() == 0


def test_a_network_that_is_cut_is_waited_for_and_nothing_is_done_twice(
    phone_for: Any, live_shop: LiveShop
) -> None:
    order = waiting(basket={cast.make_sku(on_hand=9).pk: 2})
    phone = phone_for(order.pickup_store)
    page = phone.open(link_of(order))
    page.get_by_role("button", name="One less").tap()
    sent: list[str] = []

    def lose(route: Route) -> None:
        sent.append(route.request.post_data or "")
        if len(sent) == 1:
            route.fetch()  # It is carried out, and the answer is lost.
        if len(sent) < 3:
            route.abort()
        else:
            route.continue_()

    page.route("**/verify/", lose)
    phone.hold()
    expect(page.locator(HINT)).to_contain_text("No network", timeout=10_000)
    phone.expect_outcome("done", "Handed out in part")
    assert len(sent) == 3 and len(set(sent)) == 1
    assert Verification.objects.filter(order=order).count() == 1
    assert fresh(order).pieces_to_send == 1


def test_offline_it_tries_again_as_soon_as_the_network_is_back(phone_for: Any, live_shop: LiveShop) -> None:
    order = waiting()
    phone = phone_for(order.pickup_store)
    page = phone.open(link_of(order))
    phone.context.set_offline(True)
    phone.hold()
    expect(page.locator(HINT)).to_contain_text("No network", timeout=10_000)
    phone.context.set_offline(False)
    phone.expect_outcome("done")
    assert Verification.objects.filter(order=order).count() == 1


def test_somebody_else_was_faster(phone_for: Any, live_shop: LiveShop) -> None:
    order = waiting()
    phone = phone_for(order.pickup_store)
    page = phone.open(link_of(order))
    hand_out(order, actor=cast.clerk("order_clerk", name="李四", id_=7))
    phone.hold()
    phone.expect_outcome("look", "Already handed out", "李四", order.pickup_store.name)
    assert page.evaluate("window.felt.length") > 0


def test_a_typed_code_and_the_end_of_a_phone_lead_to_the_card(phone_for: Any, live_shop: LiveShop) -> None:
    order = waiting()
    phone = phone_for(order.pickup_store)
    page = phone.open("/v/")
    code = make_code(order)
    assert code is not None
    page.locator("#find input[name=shown]").fill(code.short.lower().replace("-", " "))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("林晓燕")
    phone.open("/v/").locator("#find input[name=shown]").fill("5678")
    page.keyboard.press("Enter")
    page.locator(".phone-row", has_text="5678").first.tap()
    expect(page.locator(HOLD)).to_be_visible()


def test_without_scripts_it_is_asked_once_more(phone_for: Any, live_shop: LiveShop) -> None:
    order = waiting()
    phone = phone_for(order.pickup_store, java_script_enabled=False)
    page = phone.open(link_of(order))
    page.get_by_role("button", name="Hand out").tap()
    expect(page.locator("h1")).to_have_text("Hand the goods out?")
    assert Verification.objects.filter(order=order).count() == 0
    page.get_by_role("button", name="Hand out").tap()
    phone.expect_outcome("done")


@pytest.fixture
def roamer(phone_for: Any) -> Any:
    """A verifier of the longest name, who may cross stores, with a page of every kind to look at."""

    def make(locale: str) -> tuple[Phone, list[str]]:
        order, done, other = long_named(unpaid(pay_method=PayMethod.COD)), waiting(), waiting()
        Order.objects.filter(pk=done.pk).update(pickup_store=order.pickup_store)
        done.refresh_from_db()
        hand_out(done)
        stores = [order.pickup_store, cast.make_store()]
        phone = phone_for(*stores, nickname="W" * 60, locale=locale, has_touch=False, is_mobile=False)
        ids = [store.pk for store in stores]
        manager = cast.clerk("manager")
        change_stores(Verifier.objects.latest("pk").pk, store_ids=ids, crosses_stores=True, actor=manager)
        lists = ["/v/", "/v/done/", "/v/find/?shown=5678", "/v/none"]
        return phone, [*lists, link_of(order), link_of(other), f"{link_of(other)}?here=1"]

    return make


@pytest.mark.parametrize(("locale", "theme"), [("zh-CN", "light"), ("en", "dark")])
def test_nobody_is_barred_and_nothing_is_out_of_reach(
    roamer: Any, live_shop: LiveShop, locale: str, theme: str
) -> None:
    phone, paths = roamer(locale)
    phone.context.add_cookies([{"name": "theme", "value": theme, "url": live_shop.url("")}])
    problems: list[str] = []
    for path in paths:
        page = phone.open(path)
        problems += [f"{path}: {each}" for each in [*find_violations(page), *page.evaluate("window.broken")]]
        for size in (NARROW, SMALL, ZOOMED):
            page.set_viewport_size(size)
            problems += [f"{path}: {each}" for each in find_unreachable(page, size)]
    assert problems == []


def find_unreachable(page: Page, size: dict[str, int]) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = [f"{wide} px beyond {size['width']}"] if wide > 0 else []
    if size != ZOOMED:
        found += [f"covered {each}" for each in page.evaluate(COVERED, "body")]
        found += [f"small {each}" for each in page.evaluate(SMALL_TARGETS)]
    return found


SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, input:not([type=hidden])")]
  .filter((node) => node.checkVisibility()).map((node) => node.closest("label") ?? node)
  .filter((node) => { const { width, height } = node.getBoundingClientRect(); return width < 44 || height < 44; })
  .map((node) => node.outerHTML.slice(0, 100))"""


def test_pages_are_light_and_ask_nobody_else(phone_for: Any, live_shop: LiveShop) -> None:
    order = waiting()
    phone = phone_for(order.pickup_store)
    for path in ("/v/", link_of(order)):
        page = phone.context.new_page()
        fetched: list[tuple[str, int]] = []
        page.on("response", lambda answer, into=fetched: into.append((answer.url, len(answer.body()))))
        page.goto(live_shop.url(path), wait_until="networkidle")
        assert [url for url, _size in fetched if not url.startswith((live_shop.url(""), "data:"))] == []
        weight = sum(size for url, size in fetched if "/media/" not in url)
        assert weight < MOST_BYTES, fetched
        page.close()
