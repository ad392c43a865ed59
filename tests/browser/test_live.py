"""A live part of a page in a real browser: one socket for each tab, and what is typed stays."""

from datetime import timedelta
from urllib.parse import quote_plus

import pytest
from django.conf import settings
from playwright.sync_api import Page, WebSocket, expect

from orders.models import Order
from orders.services.steps import confirm_order
from orders.tracking.services.hearing import hear
from shop import clock
from shop.clients.tracking.news import News, Report, Where
from shop.staff.models import StaffUser
from tests.browser.conftest import Device, LiveShop, open_page
from tests.cast import clerk, make_staff, open_shop, paid_order
from tests.tracking.parcels import followed

pytestmark = pytest.mark.browser
HEARD_MS, POLL_MS = 10_000, 10_000


@pytest.fixture
def order(live_shop: LiveShop) -> Order:
    open_shop()
    return paid_order()


def open_order(
    device: Device, live_shop: LiveShop, order: Order, *, script: str = ""
) -> tuple[Page, list[WebSocket]]:
    """The page of the order, and the sockets that it has opened."""
    page = device(scripts=(script,) if script else ()).new_page()
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    page.goto(live_shop.url(f"/console/orders/{order.number}/"))
    return page, sockets


def confirm_by_a_colleague(device: Device, live_shop: LiveShop, order: Order) -> str:
    """Somebody else confirms the order in the running shop, whose hints those of this process are not; their name."""
    colleague = make_staff("manager")
    StaffUser.objects.filter(pk=colleague.pk).update(display_name="李仓库")
    page = open_page(device(colleague), live_shop, f"/console/orders/{order.number}/")
    page.locator("form[action$='/confirm/'] .btn-primary").click()
    return "李仓库"


def test_a_change_is_told_through_the_one_socket_and_what_is_typed_stays(
    device: Device, live_shop: LiveShop, order: Order
) -> None:
    page, sockets = open_order(device, live_shop, order)
    page.locator("#notes textarea").fill("客户说下午")
    name = confirm_by_a_colleague(device, live_shop, order)
    expect(page.locator("#order-changes")).to_contain_text(name, timeout=HEARD_MS)
    expect(page.locator("#timeline li").first).to_contain_text(name)
    expect(page.locator("#notes textarea")).to_have_value("客户说下午")
    # A page that was held up for seconds thinks that it slept, and takes another in its place.
    assert sum(not socket.is_closed() for socket in sockets) == 1
    page.locator("#order-changes a").click()
    expect(page.locator("#order-changes")).to_be_empty()


def test_what_is_unfolded_stays_so_when_its_part_comes_anew(
    device: Device, live_shop: LiveShop, order: Order
) -> None:
    parcel = followed()
    told = News(clock.now() - timedelta(hours=3), "快件已到达杭州", "杭州市", Where.IN_TRANSIT, "2")
    hear(parcel.pk, Report(parcel.courier, parcel.tracking_no, (told,)))
    page, _sockets = open_order(device, live_shop, parcel.order)
    fold = page.locator(f"#journey-{parcel.pk}")
    fold.locator("summary").click()
    expect(fold.locator(".timeline")).to_be_visible()
    later = News(clock.now() - timedelta(hours=1), "快件已到达上海", "上海市", Where.IN_TRANSIT, "2")
    hear(parcel.pk, Report(parcel.courier, parcel.tracking_no, (later,)))
    page.evaluate(f"htmx.trigger('[data-live=\"tracking:{parcel.pk}\"]', 'live')")
    expect(fold.locator("summary")).to_contain_text("上海", timeout=HEARD_MS)
    expect(fold.locator(".timeline")).to_be_visible()
    expect(fold.locator("summary")).to_be_focused()


SECOND = """topic => {
  const first = document.querySelector("#order-changes");
  first.insertAdjacentHTML("afterend", `<span id="second" data-live="${topic}"></span>`);
  document.querySelector("#second").addEventListener("live", (event) => { event.target.textContent = "told"; });
}"""


def test_two_parts_about_one_thing_are_both_told(device: Device, live_shop: LiveShop, order: Order) -> None:
    """As the page of an order, and the dialog over it that waits for its payment."""
    page, _sockets = open_order(device, live_shop, order)
    page.evaluate(SECOND, f"order:{order.pk}")
    name = confirm_by_a_colleague(device, live_shop, order)
    expect(page.locator("#order-changes")).to_contain_text(name, timeout=HEARD_MS)
    expect(page.locator("#second")).to_have_text("told")


def test_without_a_socket_the_part_asks_by_itself(device: Device, live_shop: LiveShop, order: Order) -> None:
    page, _sockets = open_order(
        device, live_shop, order, script="window.WebSocket.prototype.send = () => {};"
    )
    page.evaluate("document.querySelector('#order-changes').dataset.livePoll = 1")
    confirm_order(order.pk, actor=clerk(name="李仓库"))
    expect(page.locator("#order-changes")).to_contain_text("李仓库", timeout=POLL_MS)


WATCH = """document.querySelector("#order-changes").insertAdjacentHTML("afterend", `<span id="watch">
<i hx-get="/console/jobs/watch/" hx-trigger="every 1s" hx-target="#watch" hx-swap="outerHTML"></i></span>`);
htmx.process(document.querySelector("#watch"));"""


def test_who_is_signed_out_meanwhile_does_not_find_the_page_to_sign_in_among_what_they_type(
    device: Device, live_shop: LiveShop, order: Order
) -> None:
    page, _sockets = open_order(
        device, live_shop, order, script="window.WebSocket.prototype.send = () => {};"
    )
    page.locator("#notes textarea").fill("客户说下午")
    page.context.clear_cookies()
    # Asked for here, since a page that has noticed it stops asking.
    for address, ask in (("/changes/", "htmx.trigger('#order-changes', 'live')"), ("/watch/", WATCH)):
        with page.expect_response(
            lambda response, at=address: "/login/" in response.url and at in response.url
        ):
            page.evaluate(ask)
    page.wait_for_timeout(500)
    assert page.locator("#order-changes, #watch").count() == 2
    assert page.locator("input[name=username]").count() == 0
    expect(page.locator("#notes textarea")).to_be_focused()


def test_who_is_signed_out_and_presses_something_signs_in_and_is_back(
    device: Device, live_shop: LiveShop, order: Order
) -> None:
    page, _sockets = open_order(device, live_shop, order)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.locator("form[hx-post$='/reveal/'] button").first.click()
    page.wait_for_url("**/login/?next=*")
    page.locator("input[name=username]").wait_for()
    assert page.url.endswith(quote_plus(live_shop.url(f"/console/orders/{order.number}/")))
