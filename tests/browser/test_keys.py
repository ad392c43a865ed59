"""The order list without a mouse: "/" search, j and k, x, Enter, "?"."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Device, LiveShop, open_page
from tests.cast import place

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
CURSOR = "tr.is-cursor"


@pytest.fixture
def page(live_shop: LiveShop, device: Device) -> Page:
    """The list with three orders at least."""
    for _order in range(3):
        place()
    return open_page(device(), live_shop, "/console/orders/")


def rows(page: Page) -> list[str]:
    return [str(row.get_attribute("data-href")) for row in page.locator("tr[data-href]").all()]


def here(page: Page) -> str | None:
    """The row that the keys speak of, which must be seen and have the focus."""
    cursor = page.locator(CURSOR)
    assert cursor.count() == 1
    assert cursor.evaluate("row => row === document.activeElement")
    return cursor.get_attribute("data-href")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_j_and_k_go_from_row_to_row_and_stop_at_the_ends(page: Page) -> None:
    first, second, *_rest = rows(page)
    press(page, "j")
    assert here(page) == first
    press(page, "j")
    assert here(page) == second
    press(page, "k", "k", "k")
    assert here(page) == first
    press(page, *"j" * 60)
    assert here(page) == rows(page)[-1]


def test_the_row_is_seen(page: Page) -> None:
    press(page, *"j" * len(rows(page)))
    # The browser scrolls when it comes to it, a moment after the keys.
    page.wait_for_function(
        """() => {
          const box = document.querySelector("tr.is-cursor").getBoundingClientRect();
          return box.top >= 0 && box.bottom <= innerHeight;
        }""",
        timeout=10_000,
    )


def test_x_selects_and_takes_it_back(page: Page) -> None:
    press(page, "j", "x", "j", "x")
    assert "2" in str(page.locator("[data-bulk-count]").text_content())
    assert page.locator("tbody input[type=checkbox]:checked").count() == 2
    press(page, "x")
    assert page.locator("tr.is-selected").count() == 1
    assert here(page) == rows(page)[1]


def test_enter_opens_the_row_also_after_it_was_selected(page: Page) -> None:
    second = rows(page)[1]
    press(page, "j", "j", "x", "Enter")
    page.wait_for_url(f"**{second}")


def test_coming_back_the_keys_go_on(page: Page) -> None:
    first, second, *_rest = rows(page)
    press(page, "j", "Enter")
    page.wait_for_url(f"**{first}")
    page.go_back()
    page.wait_for_url("**/console/orders/")
    press(page, "j")
    assert here(page) in (first, second)


def test_a_question_mark_shows_the_keys_and_escape_goes_back_to_the_row(page: Page) -> None:
    press(page, "j", "?")
    assert page.locator("#help").is_visible()
    assert page.locator('#help a[href="/console/help/orders/"]').is_visible()
    press(page, "j", "x")
    assert page.locator("tr.is-selected").count() == 0
    press(page, "Escape")
    assert page.locator("#help").is_hidden()
    assert here(page) == rows(page)[0]
    press(page, "j")
    assert here(page) == rows(page)[1]


def test_keys_typed_into_the_search_are_letters(page: Page) -> None:
    press(page, "/", *"jkx?")
    assert page.input_value("#search") == "jkx?"
    assert page.locator(CURSOR).count() == 0
    press(page, "Escape", "j")
    assert here(page) == rows(page)[0]


def test_a_box_ticked_by_mouse_leaves_the_keys_on_its_row(page: Page) -> None:
    page.locator("tbody input[type=checkbox]").nth(1).click()
    press(page, "j")
    assert here(page) == rows(page)[2]
