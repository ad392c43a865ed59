"""The API's own pages in a browser: Swagger UI from our own files, under our own policy."""

from tests.browser.conftest import Device, LiveShop


def test_swagger_ui_renders_every_operation_without_breaking_the_policy(
    live_shop: LiveShop, device: Device
) -> None:
    page = device().new_page()
    problems: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(live_shop.url("/api/v1/docs/"))
    page.locator(".opblock").first.wait_for()
    page.locator(".opblock-summary-control").first.click()
    page.locator(".opblock-body").first.wait_for()
    described = page.request.get(live_shop.url("/api/v1/openapi.json")).json()
    assert page.locator(".opblock").count() == sum(len(path) for path in described["paths"].values()) > 20
    assert page.get_by_text("idempotency_mismatch").first.is_visible()
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {live_shop.url("").split("/")[2]}
    assert problems == []
