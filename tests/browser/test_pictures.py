"""Every console page in both languages, themes and widths: full, with hostile words in every field, and empty."""

import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest
import requests
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from harness.processes import ShopProcesses
from orders.exports.services.asking import Wish
from orders.exports.services.repeating import Rhythm, make_schedule
from orders.models import Order
from orders.services.steps import hold_order
from shop.access import ROLES
from shop.actor import SYSTEM
from shop.catalog.services import NewSku, add_product
from shop.jobs.services import Subject, make_job
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor
from tests.browser.conftest import Device, LiveShop
from tests.browser.ears import Ears
from tests.browser.look import NARROW, WIDE, Visitor
from tests.cast import (
    HOME,
    clerk,
    make_customer,
    make_sku,
    make_staff,
    make_token,
    open_shop,
    paid_order,
    place,
    prepared_order,
    shipped_order,
)
from tests.expect import wait_until
from tests.exports.conftest import make_layout
from tests.printing.conftest import make_printer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
TAKES_PICTURES = bool(os.environ.get("UPDATE_PICTURES"))
"""A demo shop is filled for them, which takes minutes."""
LONGEST_KB = 200
EMOJI = "👩‍👩‍👧‍👦" * 400
CORPUS = (
    '<script>alert("script")</script>',
    '"><img src=x onerror=alert(1)>\'"><svg/onload=alert(2)>',
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(3)</script></svg>',
    "{{ 7|add:7 }}{% debug %}${7*7}#{7*7}",
    "javascript:alert(4)//\" autofocus onfocus=alert(5) x='",
    "\u202e按时发货\u202d\u2066\u200f",
    "a\x00b</textarea></title><iframe srcdoc='<script>parent.alert(6)</script>'>",
    EMOJI,
    "长" * 60 + "W" * 120,
)
LANGUAGES = ("zh-hans", "en")
REMARK_MAX = 3000


def plant(live_shop: LiveShop, words: str) -> Order:
    """Order over the API as a buyer who writes these words into every field that takes text."""
    token, sku = make_token(make_customer()), make_sku()
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    api = live_shop.url("/api/v1")
    plain = "".join(letter for letter in words if letter.isprintable())[:40] or "省"
    address = {
        "recipient": words[:60],
        "phone": "13800005678",
        # Only names of the table of regions are taken there.
        "province": HOME.province,
        "city": HOME.city,
        "district": plain,
        "detail": words[:200],
    }
    assert session.patch(f"{api}/me", json={"nickname": words[:60]}).status_code == 200
    answer = session.post(f"{api}/addresses", json=address)
    assert answer.status_code == 201, answer.text
    answer = session.post(
        f"{api}/orders",
        headers={"Idempotency-Key": f"planted-{sku.pk}"},
        json={
            "basket": [{"sku_id": str(sku.pk), "quantity": 1}],
            "delivery": "express",
            "pay_method": "cod",
            "address_id": answer.json()["id"],
            "buyer_remark": words[:REMARK_MAX],
        },
    )
    assert answer.status_code == 201, answer.text
    order = Order.objects.get(number=answer.json()["number"])
    assert order.buyer_remark == words[:REMARK_MAX]
    return order


def list_addresses() -> list[str]:
    """Every address of the console that takes no arguments; not all of them are pages."""
    routes = _walk(get_resolver().url_patterns, "")
    return [f"/{route}" for route in routes if route.startswith("console/") and "<" not in route]


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route


def make_longest_named(role: str = "order_clerk") -> StaffUser:
    """A member of staff with the longest name that fits."""
    staff = make_staff(role)
    staff.display_name = "W" * 60
    staff.save(update_fields=["display_name"])
    return staff


@pytest.fixture
def full_shop(live_shop: LiveShop) -> list[str]:
    """Pages of a shop with something in every state; their addresses."""
    open_shop(shop_name="山野集" * 20, quiet_from=None, quiet_until=None)
    long = add_product(
        "高山云雾绿茶" * 16,
        skus=[NewSku(f"LONG-{make_sku().pk}", "礼盒装" * 12, 999_999_99, 10)],
        actor=SYSTEM,
    )
    orders = [
        paid_order(basket={sku.pk: 2 for sku in [*(make_sku() for _ in range(4)), long.skus.get()]}),
        place(),
        prepared_order(),
        shipped_order(),
        *(plant(live_shop, words) for words in CORPUS),
    ]
    hold_order(orders[2].pk, reason=CORPUS[1], release_at=None, actor=clerk())
    for _ in range(2):
        make_printer(name="W" * 30, deliveries=[])
    repeat_export()
    first = orders[0]
    job = make_job("order.confirm", actor=clerk(), key=first.number, subjects=[Subject(first.pk, "1")])
    return [
        "/console/orders/?q=5678&stage=to_confirm",
        f"/console/products/{long.pk}/",
        f"/console/products/{long.pk}/edit/",
        f"/console/jobs/{job.pk}/",
        f"/console/staff/people/{make_longest_named().pk}/",
        reverse("voice:kind", args=["new_order"]),
        *(f"/console/customers/{order.customer_id}/" for order in orders[4:6]),
        *(f"/console/orders/{order.number}/" for order in orders),
        *(f"/console/orders/{first.number}/{name}/" for name in ("change-address", "cancel-paid", "hold")),
        f"/console/orders/{orders[1].number}/change-price/",
        f"/console/orders/{orders[3].number}/receive/",
    ]


def repeat_export() -> None:
    """A layout of the longest name and an export that is repeated with it, by somebody of the longest name."""
    actor = staff_actor(make_longest_named("owner"))
    layout = make_layout(f"{actor.id}".ljust(40, "W"), is_shared=True, actor=actor)
    wish = Wish(layout.sheet, "csv", ["number"], {"filter": {}}, layout_id=layout.pk)
    make_schedule(wish, Rhythm("month", 8), actor=actor, key="pictures")


@pytest.mark.parametrize("language", LANGUAGES)
def test_full_pages_are_inert_fit_and_can_be_used(
    full_shop: list[str], live_shop: LiveShop, device: Device, language: str
) -> None:
    visitor = make_visitor(device(make_longest_named("owner")), live_shop.url(""), language)
    visitor.visit(live_shop.url("/console/orders/1/"), status=404)
    tour(visitor, live_shop.url(""), full_shop)


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"owner"}))
def test_the_start_of_each_role_fits_and_can_be_used(live_shop: LiveShop, device: Device, role: str) -> None:
    visitor = make_visitor(device(role), live_shop.url(""), "zh-hans")
    visitor.visit(live_shop.url("/console/"))
    assert not visitor.problems, "\n".join(visitor.problems)


def make_visitor(context: BrowserContext, base_url: str, language: str) -> Visitor:
    context.add_cookies([{"name": "django_language", "value": language, "url": base_url}])
    return Visitor(context, language)


def tour(visitor: Visitor, base_url: str, more: Sequence[str] = ()) -> None:
    """Visit all pages that need no arguments, and these; nothing may be wrong with any."""
    found = [path for path in list_addresses() if is_page(visitor.context, base_url + path)]
    assert len(found) >= 8
    for path in (*found, *more):
        visitor.visit(base_url + path)
    assert not visitor.problems, "\n".join(visitor.problems)


def is_page(context: BrowserContext, url: str) -> bool:
    """Buttons (405), JSON, parts of pages and what leads elsewhere are not."""
    answer = context.request.get(url)
    return answer.ok and answer.url == url and answer.text().lstrip().lower().startswith("<!doctype html")


@pytest.fixture(scope="module")
def small_shop(
    _running_shop: tuple[LiveShop, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ShopProcesses]:
    """A shop of its own on SQLite, in which nothing is set up yet but the owner's login."""
    live_shop, _database = _running_shop
    database = tmp_path_factory.mktemp("small") / "shop.sqlite3"
    redis_url = live_shop.redis.url.replace("/0", "/1")
    with ShopProcesses(database_url=f"sqlite:///{database}", redis_url=redis_url) as shop:
        shop.migrate()
        shop.start("web")
        yield shop


def run_python(shop: ShopProcesses, *lines: str) -> str:
    """Run these lines with the shop's own database; returns the last word they printed."""
    return shop.manage("shell", "--no-imports", "-c", "\n".join(lines)).stdout.split()[-1]


def sign_in(context: BrowserContext, shop: ShopProcesses, user: str) -> None:
    make = "from tests.notifications.sessions import make_session"
    key = run_python(shop, make, "from shop.staff.models import StaffUser", f"print(make_session({user}))")
    context.add_cookies([{"name": "sessionid", "value": key, "url": shop.web_url()}])


def test_empty_pages_say_why_and_fit(small_shop: ShopProcesses, chromium: Browser) -> None:
    first = "StaffUser.objects.filter(username='first').exists() or make_staff('owner', username='first')"
    run_python(
        small_shop,
        "from shop.staff.models import StaffUser",
        "from tests.cast import make_staff",
        f"print({first})",
    )
    for language in LANGUAGES:
        context = chromium.new_context()
        sign_in(context, small_shop, "StaffUser.objects.get(username='first')")
        tour(make_visitor(context, small_shop.web_url(), language), small_shop.web_url())
        context.close()


@pytest.mark.timeout(1800 if TAKES_PICTURES else 400)
def test_the_readme_shows_the_console(small_shop: ShopProcesses, chromium: Browser) -> None:
    """With UPDATE_PICTURES=1 the pictures are taken anew, of the demo shop; else they only have to be there."""
    if TAKES_PICTURES:
        take_pictures(small_shop, chromium)
    wide = ("orders", "order", "alerts", "ship-sheet", "parcel", "pickup-list", "pickup-verify")
    sizes = dict.fromkeys(wide, WIDE) | dict.fromkeys(("phone-home", "phone-card", "phone-done"), NARROW)
    for name, size in sizes.items():
        path = PICTURES / f"{name}.png"
        with Image.open(path) as picture:
            assert picture.size == (size["width"], size["height"])
        assert path.stat().st_size < LONGEST_KB * 1024


def take_pictures(shop: ShopProcesses, chromium: Browser) -> None:
    shop.manage("seed_demo")
    shop.start("standins", "deliver", "worker")
    places = ["--base-url", shop.web_url(), "--standin-url", shop.standin_url]
    shop.manage("demo_buyers", *places, "--rate", "120", "--orders", "6", "--seed", "3")
    context = chromium.new_context(locale="zh-CN", viewport=WIDE)
    ears = Ears(context)
    sign_in(context, shop, "StaffUser.objects.get(username='owner')")
    page = context.new_page()
    page.goto(f"{shop.web_url()}/console/")
    page.locator("#alerts-silent [data-alerts-unlock]").click()
    wait_until(lambda: "声音已启用" in ears.heard, seconds=10, page=page)
    newest = (
        "orders.filter(stage='preparing', delivery='express', buyer_remark__isnull=False).order_by('-pk')"
    )
    lines = (
        "from orders.models import Order; orders = Order.objects.annotate(n=Count('lines')).filter(n__gt=1)"
    )
    number = run_python(shop, "from django.db.models import Count", lines, f"print({newest}.first().number)")
    for name, path in (("orders", "orders/"), ("order", f"orders/{number}/"), ("alerts", "alerts/")):
        take_picture(page, f"{shop.web_url()}/console/{path}", PICTURES / f"{name}.png")
    take_pictures_of_shipping(page, f"{shop.web_url()}/console/orders/")
    take_pictures_of_the_counter(page, f"{shop.web_url()}/console/orders/")
    context.close()
    take_pictures_of_a_phone(chromium, shop.web_url())


def take_pictures_of_shipping(page: Page, orders: str) -> None:
    """A sheet that was checked and has two mistakes, and the parcel that stands first on the board."""
    page.goto(f"{orders}bulk/")
    with page.expect_download() as offered:
        page.get_by_role("button", name="下载待发货订单").click()
    book = openpyxl.load_workbook(io.BytesIO(offered.value.path().read_bytes()))
    sheet = book.active
    assert sheet is not None
    sheet.delete_rows(12, sheet.max_row)
    for row in range(2, sheet.max_row + 1):
        number = sheet.cell(row, 3)
        number.value = {5: "7.73E+13", 8: "见群里"}.get(row, number.value or f"SF29880000{row:05d}")
    filled = io.BytesIO()
    book.save(filled)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.locator("#sheet").set_input_files(
        {"name": "今日发货.xlsx", "mimeType": kind, "buffer": filled.getvalue()}
    )
    page.get_by_role("button", name="检查表格").click()
    page.wait_for_url("**/console/jobs/*/")
    page.locator(".sheet-table").wait_for()
    take_picture(page, page.url, PICTURES / "ship-sheet.png")
    page.goto(f"{orders}tracking/")
    address = page.locator("tr[data-href]").first.get_attribute("data-href") or ""
    take_picture(page, orders.partition("/console")[0] + address, PICTURES / "parcel.png")


def take_pictures_of_the_counter(page: Page, orders: str) -> None:
    """What waits to be picked up, and one of them handed out by hand."""
    take_picture(page, f"{orders}?delivery=pickup&tab=to_ship", PICTURES / "pickup-list.png")
    page.locator("a[href$='/verify/']:visible").first.click()
    page.locator("#dialog-verify[open] h2").click()
    page.locator('#sound-light [data-state="speaking"]').wait_for()
    keep_picture(page, PICTURES / "pickup-verify.png")


def take_pictures_of_a_phone(chromium: Browser, base_url: str) -> None:
    """A verifier's phone: today at the store, the card of somebody who left a remark, and that it is done."""
    context = chromium.new_context(locale="zh-CN", viewport=NARROW, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{base_url}/v/")
    page.locator("button[name=as]").first.tap()
    page.locator(".phone-row").first.wait_for()
    keep_picture(page, PICTURES / "phone-home.png")
    for address in [row.get_attribute("href") for row in page.locator(".phone-row").all()]:
        page.goto(f"{base_url}{address}")
        if page.locator(".phone-words").count() and not page.locator(".phone-sum-owed").count():
            break
    keep_picture(page, PICTURES / "phone-card.png")
    page.locator("[data-hold]").hover()
    page.mouse.down()
    page.locator("main.outcome-done").wait_for()
    page.mouse.up()
    keep_picture(page, PICTURES / "phone-done.png")
    context.close()


def take_picture(page: Page, url: str, path: Path) -> None:
    """Take one page of the console."""
    page.goto(url)
    # A click anywhere lets the page speak; without one the red strip would show.
    page.locator("h1").click()
    page.locator('#sound-light [data-state="speaking"]').wait_for()
    page.mouse.move(0, 0)
    keep_picture(page, path)


def keep_picture(page: Page, path: Path) -> None:
    """Only a heavy picture loses colours, since the small green light would be the first to go."""
    page.wait_for_load_state("networkidle")
    path.parent.mkdir(exist_ok=True)
    page.screenshot(path=path)
    if path.stat().st_size > LONGEST_KB * 1024:
        with Image.open(path) as picture:
            picture.convert("RGB").quantize(255, dither=Image.Dither.NONE).save(path, optimize=True)
