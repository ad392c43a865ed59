"""`manage.py backup`: one archive, one moment, while the shop runs."""

import os
import resource
import stat
import subprocess
import sys
import threading
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from PIL import Image, UnidentifiedImageError

from harness.environment import TEST_ENVIRONMENT
from harness.processes import PROJECT
from orders.models import Note
from shop import clock
from shop.backup import services
from shop.backup.archive import ArchiveReader
from shop.backup.failure import BackupError
from shop.backup.rows import list_models, read_lines
from shop.backup.services import make_backup
from tests import cast
from tests.backup.conftest import LOCK, fill_shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_tables_stand_after_those_they_point_to() -> None:
    labels = [model._meta.label for model in list_models()]
    assert (
        labels.index("customers.Customer") < labels.index("orders.Order") < labels.index("orders.OrderLine")
    )
    assert labels.index("events.Event") < labels.index("events.EventDelivery")


def test_no_table_of_the_shop_is_left_out() -> None:
    kept = {model._meta.label for model in list_models()}
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    named = {model._meta.db_table for model in list_models()}
    ours = {table for table in tables if not table.startswith(("django_", "auth_", "axes_"))}
    assert ours - named == {"events_heartbeat", "staff_staffsession"}
    assert "staff.StaffSession" not in kept


def test_the_archive_holds_no_plain_key_and_no_plain_personal_value(tmp_path: Path, settings: Any) -> None:
    fill_shop()
    path = tmp_path / "shop.backup"
    make_backup(path, LOCK)
    with zipfile.ZipFile(path) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    shown = ("13800005678", "林晓燕", "文三路", "13911112222", os.environ["DATA_KEYS"].split(":")[1])
    # Nor what is plain in the database and on the disk: names of the staff, columns, pictures.
    for value in (*shown, "王店长", "山野集", "columns", "sha256"):
        assert value.encode() not in everything
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_picture_inside_can_be_looked_at(tmp_path: Path, media: Path) -> None:
    fill_shop()
    path = tmp_path / "shop.backup"
    make_backup(path, LOCK)
    pictures = [picture.read_bytes() for picture in media.rglob("*.jpg")]
    assert pictures
    with zipfile.ZipFile(path) as archive:
        members = [archive.read(name) for name in archive.namelist()]
    for member in members:
        assert not any(
            picture[start : start + 16] in member for picture in pictures for start in (0, len(picture) // 2)
        )
        with pytest.raises(UnidentifiedImageError):
            Image.open(BytesIO(member))


def test_it_never_overwrites_a_file(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("mine")
    with pytest.raises(BackupError, match="exists already"):
        make_backup(path, LOCK)
    assert path.read_text() == "mine"


def test_a_failed_backup_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_archive: object) -> int:
        raise RuntimeError("gone")

    monkeypatch.setattr(services, "pack_files", fail)
    with pytest.raises(RuntimeError, match="gone"):
        make_backup(tmp_path / "shop.backup", LOCK)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


@pytest.fixture
def small_disk() -> Iterator[Callable[[int], None]]:
    """No file of this process may grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [10, 3_000, 20_000])
def test_a_full_disk_is_said_and_leaves_nothing_behind(
    tmp_path: Path, small_disk: Callable[[int], None], size: int
) -> None:
    """While the lock, a member, or one of the last members is written."""
    fill_shop()
    small_disk(size)
    with pytest.raises(BackupError, match="Cannot write"):
        make_backup(tmp_path / "shop.backup", LOCK)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_short_passphrase_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_PASSPHRASE", "short")
    with pytest.raises(CommandError, match="at least 12 characters"):
        call_command("backup", str(tmp_path / "shop.backup"))


def test_without_anybody_to_type_the_passphrase_it_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(_prompt: str) -> str:
        raise EOFError

    monkeypatch.delenv("BACKUP_PASSPHRASE", raising=False)
    monkeypatch.setattr("getpass.getpass", nobody)
    with pytest.raises(CommandError, match="BACKUP_PASSPHRASE"):
        call_command("backup", str(tmp_path / "shop.backup"))


@pytest.mark.parametrize("typed", ["", "a-long-enough-passphrase\n" * 2], ids=["nothing", "piped"])
def test_without_a_terminal_it_ends_in_that_sentence_alone(tmp_path: Path, typed: str) -> None:
    """As cron starts it: what is piped in would be echoed, and warned of."""
    environment = {name: value for name, value in os.environ.items() if name != "BACKUP_PASSPHRASE"}
    ended = subprocess.run(
        [sys.executable, "manage.py", "backup", str(tmp_path / "shop.backup")],
        cwd=PROJECT,
        env={**environment, **TEST_ENVIRONMENT, "DJANGO_SETTINGS_MODULE": "shop.settings"},
        input=typed,
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "CommandError: Set BACKUP_PASSPHRASE: there is nobody to type the passphrase.\n"


@pytest.mark.parametrize("is_consistent", [True, False])
def test_everything_is_of_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_consistent: bool
) -> None:
    """Negative control: without the snapshot, an order placed meanwhile stands there half."""
    if not is_consistent:
        monkeypatch.setattr(services, "snapshot", nullcontext)
    sku = fill_shop().lines.get().sku
    pack = services._pack_table

    def place_meanwhile(archive: Any, model: Any) -> dict[str, Any]:
        if model._meta.label == "orders.OrderLine":  # Orders are packed already.
            thread = threading.Thread(target=_place_and_leave, args=(sku.pk,))
            thread.start()
            thread.join()
        return pack(archive, model)

    monkeypatch.setattr(services, "_pack_table", place_meanwhile)
    make_backup(tmp_path / "shop.backup", LOCK)
    with ArchiveReader(tmp_path / "shop.backup", LOCK) as archive:
        rows = {table["model"]: table["rows"] for table in archive.manifest["tables"]}
    assert (rows["orders.OrderLine"] == rows["orders.Order"]) is is_consistent


def _place_and_leave(sku_id: int) -> None:
    cast.place(basket={sku_id: 1})
    connection.close()


def test_memory_does_not_grow_with_the_rows() -> None:
    order = fill_shop()

    def peak(rows: int) -> int:
        at = clock.now()
        Note.objects.bulk_create(
            Note(order=order, text="x" * 200, author_name="王", at=at) for _ in range(rows)
        )
        tracemalloc.start()
        try:
            assert sum(1 for _ in read_lines(Note)) >= rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few = peak(3_000)
    assert peak(15_000) < 2 * few
