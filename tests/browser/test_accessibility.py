"""The console without a mouse: what the keyboard reaches, and that one sees where it is; and what a look finds."""

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.axe import TARGETS, find_violations
from tests.browser.conftest import Device, LiveShop, open_page
from tests.browser.look import INSPECT, NARROW
from tests.cast import open_shop, place, prepared_order

pytestmark = pytest.mark.browser
STOPS = 30
BARRED = {
    "color-contrast": "<p style='color: #999; background: #fff'>pale</p>",
    "label-content-name-mismatch": "<a href='/' aria-label='Alerts'>18</a>",
    "empty-table-header": "<table><tr><th></th></tr><tr><td>1</td></tr></table>",
    "landmark-unique": "<nav><a href='/'>one</a></nav><nav><a href='/'>two</a></nav>",
    "link-in-text-block": "<p>the <a href='/' style='color: #222; text-decoration: none'>link</a> here</p>",
    "heading-order": "<main><h1>one</h1><h3>three</h3></main>",
    "label": "<input>",
    TARGETS: "<button style='width: 9px; height: 9px'>a</button><button style='width: 9px; height: 9px'>b</button>",
}
# What is drawn around the focused element, told apart from what is drawn without the focus.
SHOWN = """() => {
  const node = document.activeElement;
  if (node === document.body) return "body";
  const looks = () => ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "backgroundColor", "borderColor"]
    .map((part) => getComputedStyle(node)[part]).join();
  const focused = looks();
  const holder = node.closest(".top-search") || node;
  const around = getComputedStyle(holder).outlineStyle !== "none" || getComputedStyle(holder).boxShadow !== "none";
  node.blur();
  const changed = focused !== looks() || (holder !== node && around);
  node.focus({ focusVisible: true, preventScroll: true });
  return changed ? "" : node.outerHTML.slice(0, 120);
}"""


@pytest.fixture
def order_page(device: Device, live_shop: LiveShop) -> Page:
    open_shop()
    return open_page(device("owner"), live_shop, f"/console/orders/{prepared_order().number}/")


def test_the_first_stop_skips_to_the_content(order_page: Page) -> None:
    order_page.keyboard.press("Tab")
    link = order_page.locator(".skip-link")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    order_page.keyboard.press("Enter")
    expect(order_page.locator("#main")).to_be_focused()


def test_one_sees_where_the_keyboard_is(order_page: Page) -> None:
    hidden = []
    for _ in range(STOPS):
        order_page.keyboard.press("Tab")
        order_page.wait_for_timeout(30)
        if unseen := order_page.evaluate(SHOWN):
            hidden.append(unseen)
    assert hidden == []


def test_a_dialog_takes_the_keyboard_and_gives_it_back(order_page: Page) -> None:
    opener = order_page.locator('.next-step [data-dialog-open="#dialog-ship"]')
    opener.focus()
    order_page.keyboard.press("Enter")
    expect(order_page.locator("#dialog-ship [data-tracking-no]").first).to_be_focused()
    order_page.keyboard.press("Escape")
    expect(order_page.locator("#dialog-ship")).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_menu_gives_way_to_its_dialog_and_gets_the_focus_back(order_page: Page) -> None:
    menu, dialog = order_page.locator(".order-menu"), order_page.locator("#dialog-hold")
    menu.locator("summary").click()
    menu.locator('[data-dialog-open="#dialog-hold"]').click()
    expect(dialog).to_be_visible()
    expect(menu).not_to_have_attribute("open", "")
    order_page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


@pytest.mark.parametrize("way", ["Escape", "outside"])
def test_a_menu_closes_without_a_choice(order_page: Page, way: str) -> None:
    menu = order_page.locator(".order-menu")
    menu.locator("summary").click()
    expect(menu.locator(".menu-panel")).to_be_visible()
    if way == "Escape":
        order_page.keyboard.press("Tab")
        order_page.keyboard.press("Escape")
        expect(menu.locator("summary")).to_be_focused()
    else:
        order_page.locator("h1").click()
    expect(menu.locator(".menu-panel")).to_be_hidden()


def test_an_amount_in_a_dialog_is_typed_over(order_page: Page) -> None:
    order_page.goto(order_page.url.replace(order_page.url.split("/")[-2], place().number))
    order_page.locator('.next-step [data-dialog-open="#dialog-change_price"]').click()
    goods = order_page.locator("#dialog-change_price [name=goods]")
    freight = order_page.locator("#dialog-change_price [name=freight]")
    expect(goods).to_be_focused()
    order_page.keyboard.type("60")
    freight.click()
    order_page.keyboard.type("7")
    expect(goods).to_have_value("60")
    expect(freight).to_have_value("7")
    freight.click()
    order_page.keyboard.type("5")
    assert freight.input_value() in ("57", "75")  # The second press puts the caret where one points.


def test_what_is_scanned_before_the_dialog_is_there_is_not_lost(order_page: Page) -> None:
    def arrive_late(route: Route) -> None:
        order_page.wait_for_timeout(700)
        route.continue_()

    order_page.route("**/ship/", arrive_late)
    opener = order_page.locator('.next-step [data-dialog-open="#dialog-ship"]')
    opener.evaluate("opener => opener.click()")
    order_page.keyboard.type("SF1234567890123")
    field = order_page.locator("#dialog-ship [data-tracking-no]").first
    expect(field).to_have_value("SF1234567890123")
    expect(field).to_be_focused()
    expect(order_page.locator("#dialog-ship [data-guess]").first).not_to_be_empty()


def test_select_all_before_the_dialog_is_there_replaces_what_its_field_holds(order_page: Page) -> None:
    def arrive_late(route: Route) -> None:
        order_page.wait_for_timeout(700)
        route.continue_()

    order_page.goto(order_page.url.replace(order_page.url.split("/")[-2], place().number))
    order_page.route("**/change-price/", arrive_late)
    order_page.locator('.next-step [data-dialog-open="#dialog-change_price"]').evaluate(
        "opener => opener.click()"
    )
    order_page.keyboard.press("Control+A")
    order_page.keyboard.type("45")
    expect(order_page.locator("#dialog-change_price [name=goods]")).to_have_value("45")


def test_the_look_sees_what_bars_people(chromium: Browser) -> None:
    page = chromium.new_page(viewport=NARROW)
    page.goto("about:blank")
    for rule, html in BARRED.items():
        page.evaluate("html => { document.body.innerHTML = html; }", html)
        assert any(problem.startswith(f"{rule}:") for problem in find_violations(page)), rule
    page.evaluate(INSPECT, [])
    assert page.evaluate("window.findSmallTargets()") == page.evaluate("window.findOverflow()") == []
    page.evaluate(
        "document.body.innerHTML = `<button class='btn' style='height: 43px; width: 900px'>low, wide</button>`"
    )
    assert page.evaluate("window.findSmallTargets()") and page.evaluate("window.findOverflow()")
    page.close()
