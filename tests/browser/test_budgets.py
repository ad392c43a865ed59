"""A clerk's day is measured: how many clicks, words and scans a task takes in a real browser."""

from itertools import count

import pytest
from playwright.sync_api import Page, expect

from notifications.models import Alert, HandledHow
from orders.models import Order
from shop import clock
from shop.staff.models import StaffUser
from tests.browser.conftest import Device, LiveShop, listening_page, open_page
from tests.cast import make_sku, open_shop, paid_order, place, prepared_order

pytestmark = pytest.mark.browser
_numbers = count(1)


class Clerk:
    """A clerk who does nothing without being counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = self.words = self.scans = self.steps = 0

    @property
    def effort(self) -> int:
        return self.clicks + self.words + self.scans + self.steps

    def click(self, selector: str) -> None:
        self.clicks += 1
        self.page.locator(selector).click()

    def type(self, word: str) -> None:
        """Type one word where the keyboard is."""
        self.words += 1
        self.page.keyboard.type(word)

    def go_on(self) -> None:
        """To the next field."""
        self.steps += 1
        self.page.keyboard.press("Tab")

    def enter(self, word: str) -> None:
        """Type one word and Enter, which belongs to it."""
        self.type(word)
        self.page.keyboard.press("Enter")

    def scan(self, code: str) -> None:
        """A scanner types the code at once and ends it with Enter."""
        self.scans += 1
        self.page.keyboard.insert_text(code)
        self.page.keyboard.press("Enter")


@pytest.fixture
def clerk(device: Device, live_shop: LiveShop) -> Clerk:
    """A clerk whose sound is on and who has nothing unhandled."""
    Alert.objects.filter(handled_at=None).update(handled_at=clock.now(), handled_how=HandledHow.OVER)
    open_shop(voice_repeat_seconds=600, quiet_from=None, quiet_until=None)
    return Clerk(listening_page(device, live_shop, "order_clerk", "/console/orders/")[0])


def sf_number() -> str:
    return f"SF1339{next(_numbers):09d}"


def yto_number() -> str:
    return f"YT8827{next(_numbers):09d}"


def open_order(clerk: Clerk, live_shop: LiveShop, order: Order) -> None:
    """Where a task begins on the order's page; getting there is another task."""
    clerk.page.goto(live_shop.url(f"/console/orders/{order.number}/"))


@pytest.mark.parametrize("path", ["/console/", "/console/orders/", "/console/alerts/", "/console/products/"])
def test_hear_a_new_order_and_open_it(clerk: Clerk, live_shop: LiveShop, path: str) -> None:
    clerk.page.goto(live_shop.url(path))
    clerk.page.locator("h1").wait_for()
    clerk.page.wait_for_timeout(1000)
    order = paid_order()
    expect(clerk.page.locator("#unhandled-alerts")).to_have_text("1")
    clerk.click("[data-alerts-newest]")
    clerk.page.wait_for_url(f"**/{order.number}/")
    assert clerk.effort == 1


def test_the_offer_to_open_an_order_goes_when_a_colleague_takes_it(clerk: Clerk) -> None:
    clerk.page.wait_for_timeout(1000)
    order = paid_order()
    expect(clerk.page.locator("[data-alerts-newest]")).to_contain_text(order.number[-4:])
    Alert.objects.filter(order=order).update(handled_at=clock.now(), handled_how=HandledHow.OVER)
    clerk.page.evaluate("document.dispatchEvent(new Event('alerts-look'))")
    expect(clerk.page.locator("[data-alerts-newest]")).to_be_hidden()


def test_find_an_order_by_the_last_four_digits_of_the_phone(clerk: Clerk) -> None:
    order = paid_order()
    clerk.page.keyboard.press("/")
    clerk.enter(order.phone[-4:])
    expect(clerk.page.locator(f'tr[data-href$="/{order.number}/"]')).to_be_visible()
    assert (clerk.words, clerk.effort) == (1, 1)


@pytest.mark.parametrize("way", ["typed", "scanned"])
def test_ship_one_order(clerk: Clerk, live_shop: LiveShop, way: str) -> None:
    order = prepared_order()
    clerk.page.goto(live_shop.url(f"/console/orders/?q={order.number}"))
    clerk.click(f'tr[data-href$="/{order.number}/"] .cell-action .btn')
    clerk.page.locator("#dialog-ship[open]").wait_for()
    if way == "typed":
        clerk.type(sf_number())
        clerk.click("#dialog-ship .dialog-foot .btn-primary")
    else:
        clerk.scan(yto_number())
    clerk.page.locator("#parcels").wait_for()
    assert clerk.effort == (3 if way == "typed" else 2)
    order.refresh_from_db()
    assert order.stage == "shipped"
    assert order.lines.get().parcel_lines.get().parcel.courier == ("SF" if way == "typed" else "YTO")


def test_ship_in_two_parcels_at_once(clerk: Clerk, live_shop: LiveShop) -> None:
    """Not a budget of its own, but the numbers are scanned one after the other, without a click between."""
    order = prepared_order(basket={make_sku().pk: 3})
    open_order(clerk, live_shop, order)
    clerk.click('.next-step [data-dialog-open="#dialog-ship"]')
    clerk.click("[data-parcel-add]")
    page = clerk.page
    pieces = page.locator("#dialog-ship .quantities input")
    for field, wanted in zip(pieces.all(), ("1", "2"), strict=True):
        field.fill(wanted)
    page.locator("#dialog-ship [data-tracking-no]").first.focus()
    clerk.scan(sf_number())
    clerk.scan(yto_number())
    page.locator("#parcels").wait_for()
    sent = order.lines.get().parcel_lines.order_by("pk").values_list("parcel__courier", "quantity")
    assert list(sent) == [("SF", 1), ("YTO", 2)]


def test_change_the_price_of_an_unpaid_order(clerk: Clerk, live_shop: LiveShop) -> None:
    order = place(basket={make_sku(price_fen=50_00).pk: 1})
    open_order(clerk, live_shop, order)
    clerk.click('.next-step [data-dialog-open="#dialog-change_price"]')
    clerk.page.locator("#dialog-change_price[open]").wait_for()
    clerk.type("45")
    with clerk.page.expect_navigation():
        clerk.click("#dialog-change_price .dialog-foot .btn-primary")
    order.refresh_from_db()
    assert order.payable_fen - order.freight_fen == 45_00
    assert (clerk.clicks, clerk.words, clerk.effort) == (2, 1, 3)


def test_hire_a_clerk(device: Device, live_shop: LiveShop) -> None:
    owner = Clerk(open_page(device(), live_shop, "/console/staff/people/"))
    username = f"hired-{next(_numbers)}"
    owner.click('.page-actions [href$="/hire/"]')
    owner.page.wait_for_url("**/hire/")
    owner.type("孙晓雨")
    owner.go_on()
    owner.enter(username)
    expect(owner.page.locator(".password-once")).to_be_visible()
    assert owner.effort == 4
    owner.click(".form-foot .btn-primary")
    expect(owner.page.locator("h1")).to_contain_text("孙晓雨")
    assert owner.effort == 5
    assert StaffUser.objects.get(username=username).role == "order_clerk"
