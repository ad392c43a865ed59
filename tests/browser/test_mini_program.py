"""The example client of the mini-program buys something: in a real browser, before the strict stand-ins."""

import json
from pathlib import Path

import requests
from playwright.sync_api import Page

from orders.models import Order
from orders.stages import Stage
from shop.demo.standins import load_credentials
from tests import cast
from tests.browser.conftest import Device, LiveShop, open_page
from tests.expect import wait_until
from tests.gateway import lend_credentials

SOURCE = Path(__file__).resolve().parents[2] / "mini-program" / "shop-client.js"
RUN = """
async ([source, address, key]) => {
  const { buyOne, ShopError } = await new Function(source + "; return { buyOne, ShopError };")();
  const request = async ({ method, path, headers, body }) => {
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return {
      status: answer.status,
      body: text ? JSON.parse(text) : null,
      retryAfter: answer.headers.get("Retry-After"),
    };
  };
  const login = () => window.wxLogin();
  const pay = (parameters) => window.wxPay(JSON.stringify(parameters));
  return await buyOne({ request, login, pay, address, key });
}
"""
OPENID = "openid-of-the-example"


def prepare(live_shop: LiveShop) -> str:
    """Start the stand-ins with the shop's credentials; returns their address."""
    processes = live_shop.processes
    processes.start("standins")
    lend_credentials(load_credentials(processes.directory / "standins"))
    return str(processes.standin_url)


def play_wechat(page: Page, standin_url: str) -> None:
    """What the WeChat app does: it gives login codes and takes payments."""

    def post(path: str, body: dict[str, str]) -> dict[str, str]:
        answer = requests.post(f"{standin_url}/_demo/{path}", json=body, timeout=5)
        answer.raise_for_status()
        return dict(answer.json())

    page.expose_function("wxLogin", lambda: post("login-codes", {"openid": OPENID})["code"])
    page.expose_function("wxPay", lambda text: post("pay", {**json.loads(text), "openid": OPENID})["state"])


def test_the_example_client_buys_and_pays(live_shop: LiveShop, device: Device) -> None:
    standin_url = prepare(live_shop)
    cast.make_sku(name="给示例的一罐")
    page = open_page(device(), live_shop, "/api/v1/docs/")
    play_wechat(page, standin_url)
    source = SOURCE.read_text(encoding="utf-8").replace("export ", "")
    seen = page.evaluate(RUN, [source, cast.address(), "example-1"])
    order = Order.objects.get(number=seen["number"])
    wait_until(lambda: Order.objects.get(pk=order.pk).stage == Stage.TO_CONFIRM, seconds=10, page=page)
    assert Order.objects.get(pk=order.pk).paid_fen == order.payable_fen
    again = page.evaluate(RUN, [source, cast.address(), "example-2"])
    assert again["number"] != seen["number"]
