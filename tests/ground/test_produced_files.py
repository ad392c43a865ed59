"""What the shop produced for somebody is theirs alone, under a harmless name, for a while; one kind a single time."""

from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from django.core.files.storage import storages

from shop import clock
from shop.events.models import Event
from shop.events.sweeping import sweep
from shop.files.loose import MAY_ARRIVE_WITHIN, store_file, take_up
from shop.files.models import LooseFile, Place, ProducedFile
from shop.files.produced import KEPT_FOR, Description, clean_name, produce_file
from shop.staff.models import StaffUser
from shop.storage import get_store
from tests import cast
from tests.console import browser, sign_in
from tests.expect import refused

pytestmark = pytest.mark.django_db
SHEET = Description("test.sheet", "七月 订单.xlsx", "application/vnd.ms-excel")


@pytest.fixture(autouse=True)
def private_root(tmp_path: Path, settings: Any) -> None:
    settings.PRIVATE_ROOT = tmp_path


@pytest.fixture
def owner() -> StaffUser:
    return cast.make_staff("finance")


def fill(stream: IO[bytes]) -> None:
    for _piece in range(3):
        stream.write(b"line\n")


def produce(owner: StaffUser, description: Description = SHEET) -> str:
    return f"/console/files/produced/{produce_file(description, fill, owner_id=owner.pk).pk}/"


def list_stored() -> list[str]:
    return [name for name in get_store(Place.PRIVATE).list_names() if name.startswith("produced/")]


def read(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_its_owner_downloads_it_and_nothing_keeps_a_copy(owner: StaffUser) -> None:
    answer = sign_in(owner).get(produce(owner))
    assert read(answer) == b"line\nline\nline\n"
    headers = answer.headers
    assert headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E4%B8%83%E6%9C%88%20%E8%AE%A2%E5%8D%95.xlsx"
    )
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert (headers["Content-Type"], headers["Content-Length"]) == ("application/vnd.ms-excel", "15")


def test_each_download_is_on_the_record(owner: StaffUser) -> None:
    address, client = produce(owner), sign_in(owner)
    assert [read(client.get(address)) for _time in range(2)] == [b"line\nline\nline\n"] * 2
    events = Event.objects.filter(verb="file.download")
    assert list(events.values_list("actor_id", flat=True)) == [owner.pk] * 2
    assert "File downloaded" in browser().get("/console/audit/").content.decode()


@pytest.mark.parametrize("role", ["owner", "manager", "finance"])
def test_nobody_else_learns_that_it_is_there(owner: StaffUser, role: str) -> None:
    assert browser(role).get(produce(owner)).status_code == 404
    assert not Event.objects.filter(verb="file.download").exists()


def test_what_may_be_had_once_is_had_once_and_a_look_ahead_is_no_download(owner: StaffUser) -> None:
    address, client = produce(owner, Description("test.once", "a.csv", is_once=True)), sign_in(owner)
    assert client.head(address).status_code == 404
    assert [client.get(address).status_code for _time in range(2)] == [200, 410]


def test_one_whose_file_is_gone_is_not_there(owner: StaffUser) -> None:
    address = produce(owner)
    get_store(Place.PRIVATE).delete(list_stored()[0])
    assert sign_in(owner).get(address).status_code == 404
    assert not Event.objects.filter(verb="file.download").exists()


@pytest.mark.usefixtures("tasks_at_once")
def test_it_goes_when_its_time_is_over(owner: StaffUser) -> None:
    address = produce(owner)
    assert len(list_stored()) == 1
    with clock.at(clock.now() + KEPT_FOR):
        assert sign_in(owner).get(address).status_code == 404
        sweep()
        sweep()
    assert not ProducedFile.objects.exists() and not LooseFile.objects.exists() and not list_stored()


def test_one_that_could_not_be_written_leaves_nothing(owner: StaffUser) -> None:
    def fail(_stream: IO[bytes]) -> None:
        raise ValueError("no such order")

    with pytest.raises(ValueError, match="no such order"):
        produce_file(SHEET, fail, owner_id=owner.pk)
    assert not ProducedFile.objects.exists() and not LooseFile.objects.exists() and not list_stored()


@pytest.mark.usefixtures("tasks_at_once")
def test_a_file_whose_row_could_not_be_written_is_deleted() -> None:
    def fail() -> None:
        raise ValueError("no row")

    with open(__file__, "rb") as source, pytest.raises(ValueError, match="no row"):
        store_file(Place.PRIVATE, "produced/ab/x", source, fail)
    assert list_stored() == ["produced/ab/x"] and LooseFile.objects.count() == 1
    with clock.at(clock.now() + MAY_ARRIVE_WITHIN):
        sweep()
    assert not list_stored() and not LooseFile.objects.exists()


def test_a_file_that_is_being_deleted_is_taken_over_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    write = type(storages["private"]).write

    def write_slowly(*args: Any) -> None:
        write(*args)
        LooseFile.objects.update(tries=1)

    monkeypatch.setattr(type(storages["private"]), "write", write_slowly)
    with open(__file__, "rb") as source, refused("storage_away", 503):
        store_file(Place.PRIVATE, "produced/ab/y", source, lambda: pytest.fail("taken over"))


def test_a_full_disk_is_a_sentence(owner: StaffUser, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(storages["private"]), "write", fail)
    with refused("storage_away", 503):
        produce(owner)
    assert not ProducedFile.objects.exists()


def test_old_tries_wait_longer() -> None:
    loose = LooseFile.objects.create(place=Place.PRIVATE, path="a", due_at=clock.now(), tries=20)
    with clock.at(clock.now()):
        from_now = clock.now()
        take_up(loose.pk)
        loose.refresh_from_db()
        assert loose.due_at - from_now == timedelta(hours=1)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("a/b\\c:d.csv", "a_b_c_d.csv"),
        ("七月\r\n.xlsx", "七月.xlsx"),
        (" .. ", "file"),
        ("a" * 200 + ".xlsx", "a" * 145 + ".xlsx"),
        ("\u202exslx.exe", "xslx.exe"),
    ],
)
def test_names_are_harmless(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned
