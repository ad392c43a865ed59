"""Files in a bucket: the same doors, links signed by the store, sentences while it is away, hung, full or locked."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import requests
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from shop import clock
from shop.backup.locks import Passphrase
from shop.backup.services import make_backup, restore_backup
from shop.clients.circuit import forget_circuits
from shop.database.connections import HeldConnection
from shop.events.sweeping import sweep
from shop.files.loose import MAY_ARRIVE_WITHIN
from shop.files.models import UNUSED_FOR, LooseFile, Picture, Place, ProducedFile
from shop.files.produced import Description, produce_file
from shop.files.services import make_link, store_picture
from shop.staff.models import StaffUser
from shop.storage import get_store, s3
from shop.storage.origins import list_origins
from shop.storage.s3 import PART
from tests import cast
from tests.backup.conftest import PASSPHRASE, empty_shop
from tests.console import browser, sign_in
from tests.expect import refused
from tests.ground.test_files import picture_bytes
from tests.s3 import PrivateS3, make_stores

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[PrivateS3]:
    with PrivateS3() as server:
        yield server


@pytest.fixture
def bucket(server: PrivateS3, settings: Any) -> Iterator[PrivateS3]:
    settings.STORAGES = settings.STORAGES | make_stores(server)
    forget_circuits()
    yield server
    for place in Place:
        for name in list(get_store(place).list_names()):
            get_store(place).delete(name)


def see(address: str, client: Client | None = None) -> requests.Response:
    """What a browser gets that follows our redirect."""
    answer = (client or Client()).get(address)
    assert answer.status_code == 302, answer.content
    return requests.get(answer["Location"], timeout=10)


def test_a_public_picture_is_shown_by_a_link_that_browsers_keep_for_a_while(bucket: PrivateS3) -> None:
    picture = store_picture(picture_bytes())
    assert bucket.list_keys() == [f"media/{picture.path}"]
    shown = see(picture.url)
    assert shown.content.startswith(b"\xff\xd8") and shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert Client().get(picture.url)["Cache-Control"] == "public, max-age=1800"


def test_a_private_one_is_shown_to_whom_we_let_in_and_its_link_cannot_be_made_by_others(
    bucket: PrivateS3,
) -> None:
    picture = store_picture(picture_bytes(), customer_id=7)
    assert Client().get(picture.url).status_code == 404
    assert see(picture.url, browser("finance")).headers["Cache-Control"] == "private, no-store"
    link = Client().get(make_link(picture))["Location"]
    assert requests.get(link, timeout=10).status_code == 200
    assert "X-Amz-Expires=60" in link
    for forged in (link.partition("?")[0], link.replace("Expires=60", "Expires=99"), link[:-1] + "x"):
        assert requests.get(forged, timeout=10).status_code == 403
    other = store_picture(picture_bytes(), customer_id=8)
    assert requests.get(link.replace(picture.path, other.path), timeout=10).status_code == 403


def test_the_link_of_a_private_picture_ends(bucket: PrivateS3) -> None:
    picture = store_picture(picture_bytes(), customer_id=7)
    over = get_store(Place.PRIVATE).link(picture.path, holds_s=-1, headers={})
    assert requests.get(over, timeout=10).status_code == 403


@pytest.mark.usefixtures("tasks_at_once")
def test_forgetting_deletes_the_object(bucket: PrivateS3) -> None:
    store_picture(picture_bytes(), staff_id=7)
    with clock.at(clock.now() + UNUSED_FOR):
        sweep()
        sweep()
    assert not bucket.list_keys() and not LooseFile.objects.exists()


def test_a_produced_file_comes_from_the_store_under_its_own_name(bucket: PrivateS3) -> None:
    owner, size = cast.make_staff("finance"), 2 * PART + 5
    address = produce(owner, bytes(size), is_once=False)
    assert browser("owner").get(address).status_code == 404
    got = see(address, sign_in(owner))
    assert len(got.content) == size
    assert "%E4%B8%83%E6%9C%88.csv" in got.headers["Content-Disposition"]
    assert got.headers["Cache-Control"] == "no-store"


def test_what_may_be_had_once_has_no_link_that_could_be_used_again(bucket: PrivateS3) -> None:
    owner = cast.make_staff("finance")
    address, client = produce(owner, b"secret", is_once=True), sign_in(owner)
    got = client.get(address)
    assert (got.status_code, b"".join(got.streaming_content)) == (200, b"secret")
    assert client.get(address).status_code == 410


def test_what_could_not_be_read_is_not_used_up(bucket: PrivateS3) -> None:
    owner = cast.make_staff("finance")
    address, client = produce(owner, b"secret", is_once=True), sign_in(owner)
    with bucket.frozen():
        assert client.get(address).status_code == 503
    forget_circuits()
    assert client.get(address).status_code == 200


def produce(owner: StaffUser, content: bytes, *, is_once: bool) -> str:
    described = Description("test", "七月.csv", is_once=is_once)
    file = produce_file(described, lambda out: out.write(content), owner_id=owner.pk)
    return f"/console/files/produced/{file.pk}/"


def assert_sentence_and_nothing_lost() -> None:
    with refused("storage_away", 503):
        store_picture(picture_bytes(), customer_id=7)
    with refused("storage_away", 503):
        produce_file(Description("test", "a.csv"), lambda out: out.write(b"a"), owner_id=1)
    answer = browser("warehouse").post(
        "/console/files/pictures/", {"image": SimpleUploadedFile("p.jpg", picture_bytes())}
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_away")
    assert not Picture.objects.exists() and not ProducedFile.objects.exists()
    assert LooseFile.objects.count() == 3
    # Redirecting asks nobody, so the page of the picture costs nothing while the store is away.
    assert Client().get(f"/media/pictures/ab/{'a' * 24}.jpg").status_code == 302


def test_a_store_that_hangs(bucket: PrivateS3, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "WAIT_S", 0.5)
    settings.STORAGES = settings.STORAGES | make_stores(bucket)
    with bucket.frozen():
        assert_sentence_and_nothing_lost()
    monkeypatch.undo()
    settings.STORAGES = settings.STORAGES | make_stores(bucket)


def test_a_store_that_is_full(bucket: PrivateS3) -> None:
    with bucket.full():
        assert_sentence_and_nothing_lost()


@pytest.mark.parametrize(
    "wrong",
    [{"secret_key": "another"}, {"endpoint_url": "http://127.0.0.1:9"}],
    ids=["a wrong key", "nobody there"],
)
def test_a_store_that_lets_nobody_in(bucket: PrivateS3, settings: Any, wrong: dict[str, str]) -> None:
    settings.STORAGES = settings.STORAGES | make_stores(bucket, **wrong)
    assert_sentence_and_nothing_lost()
    settings.STORAGES = settings.STORAGES | make_stores(bucket)


@pytest.mark.usefixtures("tasks_at_once")
def test_what_cannot_be_deleted_now_is_deleted_later(bucket: PrivateS3, settings: Any) -> None:
    store_picture(picture_bytes(), customer_id=7)
    settings.STORAGES = settings.STORAGES | make_stores(bucket, endpoint_url="http://127.0.0.1:9")
    with clock.at(clock.now() + UNUSED_FOR):
        sweep()
        sweep()
    assert LooseFile.objects.count() == 1 and len(bucket.list_keys()) == 1
    settings.STORAGES = settings.STORAGES | make_stores(bucket)
    with clock.at(clock.now() + UNUSED_FOR + timedelta(hours=1)):
        sweep()
    assert not LooseFile.objects.exists() and not bucket.list_keys()


@pytest.mark.usefixtures("tasks_at_once")
def test_an_upload_whose_answer_was_lost_is_deleted(
    bucket: PrivateS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = type(get_store(Place.PRIVATE))
    write = store.write

    def write_and_lose(*args: Any) -> None:
        write(*args)
        raise OSError("the answer was lost")

    monkeypatch.setattr(store, "write", write_and_lose)
    with refused("storage_away", 503):
        store_picture(picture_bytes(), customer_id=7)
    assert len(bucket.list_keys()) == 1
    with clock.at(clock.now() + MAY_ARRIVE_WITHIN):
        sweep()
    assert not bucket.list_keys()


@pytest.mark.django_db(transaction=True)
def test_nobody_asks_it_inside_a_transaction(bucket: PrivateS3) -> None:
    with pytest.raises(HeldConnection), transaction.atomic():
        store_picture(picture_bytes())
    assert not bucket.list_keys()


@pytest.mark.django_db(transaction=True)
def test_a_backup_of_a_bucket_is_restored_into_a_bucket(bucket: PrivateS3, tmp_path: Any) -> None:
    pictures = [store_picture(picture_bytes()), store_picture(picture_bytes(), customer_id=7)]
    get_store(Place.PRIVATE).write("produced/ab/large", BytesIO(bytes(PART + 1)))
    before = bucket.list_keys()
    made = make_backup(tmp_path / "a.shop", Passphrase(PASSPHRASE))
    assert made.files == 3
    empty_shop(tmp_path)
    for place in Place:
        for name in list(get_store(place).list_names()):
            get_store(place).delete(name)
    assert restore_backup(tmp_path / "a.shop", Passphrase(PASSPHRASE)).files == 3
    assert bucket.list_keys() == before
    assert see(pictures[0].url).content.startswith(b"\xff\xd8")


def test_pages_may_show_pictures_of_the_store() -> None:
    assert list_origins("https://oss.example.com:444/x", "b") == [
        "https://oss.example.com:444",
        "https://b.oss.example.com:444",
    ]
