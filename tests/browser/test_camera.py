"""The camera of a verifier's phone: a film of a real code is read by the library, which comes with the tap."""

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from pickup.codes import make_code
from pickup.pictures import draw_png
from tests.browser.conftest import FLAGS, LiveShop
from tests.browser.test_phone import HOLD, Phone
from tests.pickup.counter import appoint, waiting

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
WIDTH, HEIGHT, CODE = 640, 480, 360
LIBRARY = ("phone-scan", "phone-detector", "zxing")


def make_film(text: str, path: Path) -> None:
    """One picture again and again, as Chromium plays it instead of a camera (YUV4MPEG2): the code held before it."""
    picture = Image.new("L", (WIDTH, HEIGHT), 190)
    code = Image.open(io.BytesIO(draw_png(text))).convert("L").resize((CODE, CODE))
    picture.paste(code, ((WIDTH - CODE) // 2, (HEIGHT - CODE) // 2))
    colourless = bytes([128]) * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + picture.tobytes() + colourless
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420mpeg2\n".encode() + frame * 5)


@contextmanager
def camera(chromium: Browser, *flags: str) -> Iterator[Browser]:
    """Another browser, which has a camera."""
    args = [*FLAGS, "--use-fake-device-for-media-stream", *flags]
    browser = chromium.browser_type.launch(executable_path=shutil.which("chromium"), args=args)
    try:
        yield browser
    finally:
        browser.close()


def test_a_code_before_the_camera_opens_its_card(
    chromium: Browser, live_shop: LiveShop, tmp_path: Path
) -> None:
    order, film = waiting(), tmp_path / "code.y4m"
    code = make_code(order)
    assert code is not None
    make_film(code.link, film)
    with camera(
        chromium, "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}"
    ) as browser:
        phone = Phone(browser, live_shop, appoint(order.pickup_store))
        page, fetched, wrong = phone.page, [], []
        page.on("request", lambda request: fetched.append(request.url))
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        phone.open("/v/")
        assert not any(name in url for url in fetched for name in LIBRARY)
        page.get_by_role("button", name="Scan the code").tap()
        expect(page.locator(HOLD)).to_be_visible(timeout=20_000)
        assert page.url.endswith(f"/v/{code.token}")
        assert all(any(name in url for url in fetched) for name in LIBRARY)
        # What the policy of a page refuses is said on the console.
        assert wrong == []


def test_a_camera_that_is_refused_is_said_and_the_code_can_be_typed(
    chromium: Browser, live_shop: LiveShop
) -> None:
    order = waiting()
    with camera(chromium, "--use-fake-ui-for-media-stream=deny") as browser:
        page = Phone(browser, live_shop, appoint(order.pickup_store)).open("/v/")
        page.get_by_role("button", name="Scan the code").tap()
        said = page.locator("#scanner [role=status]")
        expect(said).to_have_text("The camera is not allowed here. Type the code, or scan it with WeChat.")
        page.get_by_role("button", name="Close").tap()
        expect(page.locator("#find input[name=shown]")).to_be_visible()
