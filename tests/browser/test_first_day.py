"""A new shop in production, with nothing in it: from its owner to the first order sent, by the list alone."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django import DjangoDbBlocker

from harness.processes import ShopProcesses
from harness.servers import PrivateRedis
from shop.demo.buyers import Buyers
from shop.demo.standins import StandInCredentials, load_credentials
from tests.browser.ears import NEW_ORDER, Ears
from tests.browser.look import WIDE
from tests.browser.test_story import DecidedBuyer, make_number
from tests.databases import own_database
from tests.expect import wait_until
from tests.ground.test_files import picture_bytes
from tests.production.conftest import PRODUCTION

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PASSWORD = "mountain-mist-2026"
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
LEFT_OUT = ("drf_spectacular_sidecar", "rest_framework")
"""Static files that no page of this test shows: compressing them would take longer than the test."""


@pytest.fixture
def new_shop(django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Iterator[ShopProcesses]:
    """The shop as it is installed: migrated, with production's settings and no demo; WeChat stands beside it."""
    environment = {name: value for name, value in PRODUCTION.items() if name != "BASE_URL"} | {
        "ALLOWED_HOSTS": "127.0.0.1",
        # The browser comes without the proxy that ends TLS.
        "SECURE_SSL_REDIRECT": "0",
        "STATIC_ROOT": str(tmp_path / "static"),
    }
    with (
        django_db_blocker.unblock(),
        own_database("shop_first_day") as url,
        PrivateRedis() as redis,
        ShopProcesses(database_url=url, redis_url=redis.url, extra_environment=environment) as processes,
    ):
        processes.migrate()
        processes.manage("collectstatic", "--no-input", "-v", "0", *(f"-i{name}" for name in LEFT_OUT))
        processes.start("standins", "web", "deliver")
        yield processes


class Owner:
    """Somebody who has just rented a server and follows the list on the home page."""

    def __init__(self, page: Page, shop: ShopProcesses) -> None:
        self.page, self.shop = page, shop

    def come(self) -> None:
        self.page.goto(self.shop.web_url() + "/console/")

    def go_home(self) -> None:
        """By a click, as a person does: a browser makes no sound on a page that nobody came to by hand."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name="首页", exact=True).click()

    def find_step(self, title: str) -> Locator:
        return self.page.locator("#first-day .step").filter(has=self.page.get_by_text(title, exact=True))

    def begin(self, title: str) -> None:
        """From the home page to where a step is taken."""
        self.go_home()
        self.find_step(title).locator(".step-act a").click()

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.page.locator(f"main [name={name}]").fill(value)

    def press(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.locator("main, dialog[open]").get_by_role("button", name=name).last.click()

    def save(self) -> None:
        with self.page.expect_navigation():
            self.page.locator("main form .btn-primary").first.click()

    def expect_done(self, count: int) -> None:
        self.go_home()
        expect(self.page.locator("#first-day .panel-head")).to_contain_text(f"已完成 {count} / 9")

    def take_picture(self, name: str) -> None:
        """With UPDATE_PICTURES=1, for the documentation."""
        if os.environ.get("UPDATE_PICTURES"):
            self.page.screenshot(path=PICTURES / f"{name}.png")


def sign_in(owner: Owner) -> None:
    printed = owner.shop.manage("make_owner", "boss", "--name", "周掌柜").stdout
    owner.come()
    owner.page.locator("[name=username]").fill("boss")
    owner.page.locator("[name=password]").fill(printed.strip().rpartition(" / ")[2])
    owner.page.keyboard.press("Enter")
    for name in ("new_password1", "new_password2"):
        owner.page.locator(f"[name={name}]").fill(PASSWORD)
    owner.page.keyboard.press("Enter")
    owner.page.wait_for_url("**/console/")


def leave_labels_out(owner: Owner) -> None:
    """Numbers can be typed: this shop begins without e-waybills."""
    with owner.page.expect_navigation():
        owner.find_step("一键电子面单").locator("form button").click()


def name_the_shop(owner: Owner) -> None:
    owner.begin("店铺名称和电话")
    owner.fill(shop_name="山野集", contact_phone="0571-88886666")
    owner.save()


def set_up_paying(owner: Owner, made: StandInCredentials) -> None:
    """Wrong credentials are told from right ones; only then WeChat Pay can be switched on."""
    account = made.as_account()
    owner.begin("一种收款方式")
    owner.fill(**account | {"merchant_serial": "0" * 40})
    owner.save()
    owner.press("测试连接")
    expect(owner.page.locator(".toasts")).to_contain_text("微信支付未接受凭证")
    owner.take_picture("first-day-wrong-credentials")
    owner.fill(merchant_serial=account["merchant_serial"])
    owner.save()
    owner.press("测试连接")
    owner.page.get_by_role("link", name="去商城设置里开启").click()
    owner.page.locator("[name=wechat_on]").check()
    owner.save()


def add_first_product(owner: Owner, tmp_path: Path) -> None:
    """A picture that is none is refused beside its field, and nothing that was typed is lost."""
    no_picture, picture = tmp_path / "tea.txt", tmp_path / "tea.png"
    no_picture.write_text("this is no picture")
    picture.write_bytes(picture_bytes())
    owner.begin("第一件商品，带图片")
    owner.fill(name="高山云雾绿茶")
    first = {"code": "TEA-1", "name": "250g 罐装", "price_fen": "35.00", "on_hand": "20"}
    for field, value in first.items():
        owner.page.locator(f"[name$='-0-{field}']").fill(value)
    owner.page.locator("[name=pictures]").set_input_files(no_picture)
    owner.save()
    expect(owner.page.locator("main")).to_contain_text("文件不是 JPEG、PNG 或 WebP 图片")
    expect(owner.page.locator("[name=name]")).to_have_value("高山云雾绿茶")
    owner.page.locator("[name=pictures]").set_input_files(picture)
    owner.save()


def hire_a_colleague(owner: Owner) -> None:
    owner.begin("一位同事")
    owner.fill(display_name="小林", username="lin")
    owner.page.locator("[name=role]").select_option("order_clerk")
    owner.save()


def hear_a_test_order(owner: Owner, ears: Ears) -> None:
    owner.find_step("本设备的声音").get_by_role("button", name="启用声音").click()
    expect(owner.find_step("本设备的声音")).to_have_class(re.compile("is-done"))
    owner.press("下一笔测试订单")
    wait_until(lambda: NEW_ORDER in ears.sentences, seconds=40, page=owner.page)
    expect(owner.page.locator("main")).to_contain_text("这是测试订单")
    owner.take_picture("first-day-test-order")
    owner.page.get_by_role("link", name="移除测试订单").first.click()
    owner.press("移除测试订单")
    expect(owner.page.locator(".stage-line")).to_contain_text("测试订单已移除")


def send_the_first_order(owner: Owner, ears: Ears) -> None:
    """A buyer signs in, chooses, and pays by WeChat; it rings, and the owner sends it."""
    heard = len(ears.sentences)
    shop = owner.shop
    places = {"base_url": shop.web_url(), "standin_url": shop.standin_url}
    Buyers(**places, rate=60, rng=DecidedBuyer(), people=1, thinking=(0.1, 0.1)).run(orders=1)
    wait_until(lambda: len(ears.sentences) > heard, seconds=60, page=owner.page)
    owner.page.locator("[data-alerts-newest]").click()
    owner.press("确认")
    owner.press("备货")
    owner.page.locator('.next-step [data-dialog-open="#dialog-ship"]').click()
    owner.page.keyboard.type(make_number("SF"))
    expect(owner.page.locator("#dialog-ship [data-guess]").first).to_contain_text("顺丰速运")
    with owner.page.expect_navigation():
        owner.page.locator("#dialog-ship .dialog-foot .btn-primary").click()
    expect(owner.page.locator(".stage-line .is-now")).to_contain_text("已发货")


def test_from_the_first_owner_to_the_first_order_sent(
    new_shop: ShopProcesses, chromium: Browser, tmp_path: Path
) -> None:
    context = chromium.new_context(locale="zh-CN", viewport=WIDE)
    ears, owner = Ears(context), Owner(context.new_page(), new_shop)
    sign_in(owner)
    leave_labels_out(owner)
    owner.expect_done(2)
    owner.take_picture("first-day")
    name_the_shop(owner)
    owner.expect_done(3)
    set_up_paying(owner, load_credentials(new_shop.directory / "standins"))
    owner.expect_done(4)
    add_first_product(owner, tmp_path)
    owner.expect_done(5)
    hire_a_colleague(owner)
    owner.expect_done(6)
    hear_a_test_order(owner, ears)
    owner.expect_done(8)
    passphrase = {"BACKUP_PASSPHRASE": "mountain tea in the morning mist"}
    new_shop.environment |= passphrase
    new_shop.manage("backup", str(tmp_path / "shop.backup"))
    owner.go_home()
    expect(owner.page.locator("#first-day")).to_have_count(0)
    send_the_first_order(owner, ears)
    books = new_shop.manage("check_books", check=False)
    assert books.returncode == 0, books.stdout
    context.close()
