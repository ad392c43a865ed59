"""Two machines with folders of their own and one bucket: what one takes in, the other shows; the bucket may hang."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import requests

from harness.processes import ShopProcesses
from shop import clock
from shop.files.models import LooseFile, Picture
from tests.faults.conftest import Buyer, FaultShop, wait_until
from tests.ground.test_files import picture_bytes
from tests.s3 import PrivateS3

pytestmark = pytest.mark.fault
UPLOADS = 12

SERVICES = ("STANDIN_URL", "WECHAT_PAY_URL", "WECHAT_MINI_URL", "KDNIAO_URL", "KUAIDI100_URL")


class Machines:
    def __init__(self, store: PrivateS3, first: ShopProcesses, second: ShopProcesses, token: str) -> None:
        self.store, self.urls, self.folders = store, (first.web_url(), second.web_url()), (first, second)
        self._token = token

    def upload(self) -> requests.Response:
        headers, files = {"Authorization": f"Bearer {self._token}"}, {"image": picture_bytes()}
        return requests.post(f"{self.urls[0]}/api/v1/images", headers=headers, files=files, timeout=60)


@pytest.fixture
def machines(shop: FaultShop) -> Iterator[Machines]:
    """One with web and worker, one with web and deliver; the shop's own worker and deliverer know no bucket."""
    buyer: Buyer = shop.buyer()
    shop.processes.stop("deliver")
    shop.processes.stop("worker")
    with ExitStack() as stack:
        store = stack.enter_context(PrivateS3())
        first, second = (stack.enter_context(_make_machine(shop, store)) for _time in range(2))
        first.start("web", "worker")
        second.start("web", "deliver")
        yield Machines(store, first, second, buyer.token)
    shop.processes.start("worker", "deliver")


def _make_machine(shop: FaultShop, store: PrivateS3) -> ShopProcesses:
    urls = dict.fromkeys(SERVICES, shop.processes.standin_url)
    return ShopProcesses(
        database_url=shop.postgres.url,
        redis_url=shop.redis.url,
        extra_environment=urls | store.environment,
    )


def test_two_machines_share_one_bucket(machines: Machines) -> None:
    link = machines.upload().json()["url"]
    elsewhere = machines.urls[1] + link[link.index("/private/") :]
    shown = requests.get(elsewhere, timeout=10)
    assert shown.url.startswith(machines.store.url) and shown.content.startswith(b"\xff\xd8")
    assert requests.get(shown.url.partition("?")[0], timeout=10).status_code == 403
    assert requests.get(elsewhere.partition("?")[0], timeout=10).status_code == 404
    assert not any(path.suffix == ".jpg" for each in machines.folders for path in each.directory.rglob("*"))

    Picture.objects.update(look_by=clock.now())
    wait_until(lambda: not machines.store.list_keys())
    wait_until(lambda: not LooseFile.objects.exists())
    assert requests.get(elsewhere, timeout=10).status_code == 404


def test_while_the_bucket_hangs_pages_answer_and_uploads_are_refused(machines: Machines) -> None:
    with machines.store.frozen(), ThreadPoolExecutor(UPLOADS) as pool:
        uploads = [pool.submit(machines.upload) for _time in range(UPLOADS)]
        while not all(upload.done() for upload in uploads):
            answer = requests.get(f"{machines.urls[0]}/api/v1/products", timeout=10)
            assert answer.status_code == 200
        answers = [upload.result() for upload in uploads]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(503, "storage_away")}
    assert not Picture.objects.exists() and LooseFile.objects.count() == UPLOADS
    LooseFile.objects.update(due_at=clock.now())
    wait_until(lambda: not LooseFile.objects.exists() and not machines.store.list_keys())
