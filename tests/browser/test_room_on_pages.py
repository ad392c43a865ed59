"""What stands where: no card is drawn half empty, and the red strip hides nothing that somebody is about to use."""

import pytest
from playwright.sync_api import Page, expect

from orders.services.steps import confirm_order
from tests.browser.conftest import Device, LiveShop, open_page
from tests.browser.look import NARROW, WIDE
from tests.cast import clerk, open_shop, paid_order

pytestmark = pytest.mark.browser
EMPTY_PX = """
() => [...document.querySelectorAll(".queue")].map((card) => {
  const [rows, foot] = [card.querySelector(".queue-rows"), card.querySelector(".queue-foot")];
  const end = foot ? foot.getBoundingClientRect().top : card.getBoundingClientRect().bottom;
  return Math.round(end - rows.getBoundingClientRect().bottom);
})
"""
HIDDEN = """
() => {
  const strip = document.querySelector(".banner:not([hidden])").getBoundingClientRect();
  const all = [...document.querySelectorAll("main :is(a, button, input):not(.banner *)")];
  scrollTo(0, 0);
  return all.filter((each) => {
    each.focus();
    return each.getBoundingClientRect().bottom > strip.top + 1;
  }).map((each) => each.textContent.trim().slice(0, 40));
}
"""

LONGEST_LINE = """
() => {
  const text = document.querySelector(".help-text");
  const width = Math.max(...[...text.querySelectorAll("p, li")].map((line) => line.getBoundingClientRect().width));
  return width / parseFloat(getComputedStyle(text).fontSize);
}
"""
"""In Chinese characters, each as wide as the type is high."""


def open_home(device: Device, live_shop: LiveShop, size: dict[str, int]) -> Page:
    open_shop()
    for number in range(6):
        order = paid_order()
        if number == 0:
            confirm_order(order.pk, actor=clerk())
    page = open_page(device(viewport=size, reduced_motion="reduce"), live_shop, "/console/")
    expect(page.locator("#alerts-silent")).to_be_visible()
    return page


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_card_is_as_high_as_what_it_holds(
    device: Device, live_shop: LiveShop, size: dict[str, int]
) -> None:
    empty = open_home(device, live_shop, size).evaluate(EMPTY_PX)
    assert len(empty) >= 2
    assert max(empty) <= 1


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_what_is_reached_by_the_keyboard_never_lies_under_the_strip(
    device: Device, live_shop: LiveShop, size: dict[str, int]
) -> None:
    assert open_home(device, live_shop, size).evaluate(HIDDEN) == []


def test_on_a_phone_the_strip_is_one_line_at_the_edge(device: Device, live_shop: LiveShop) -> None:
    page = open_home(device, live_shop, NARROW)
    box = page.locator("#alerts-silent").bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, NARROW["width"], NARROW["height"])
    assert box["height"] <= 56


def test_a_line_of_the_help_is_short_enough_to_be_read(device: Device, live_shop: LiveShop) -> None:
    page = open_page(device("store_clerk", viewport=WIDE), live_shop, "/console/help/order/")
    assert 30 <= page.evaluate(LONGEST_LINE) <= 38
