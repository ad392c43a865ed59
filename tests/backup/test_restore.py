"""`manage.py restore`: whole, into an empty shop of either database, or not at all."""

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from orders.desk.search.matches import find_matches
from orders.models import Order
from shop.actor import SYSTEM
from shop.backup import services
from shop.backup.archive import LOCK as LOCK_FILE
from shop.backup.archive import MANIFEST
from shop.backup.failure import BackupError
from shop.backup.locks import Key, Passphrase
from shop.backup.services import make_backup, restore_backup
from shop.events.models import Event
from tests import cast
from tests.backup.conftest import LOCK, OtherShop, dump, empty_shop, fill_shop, forget_restore

pytestmark = pytest.mark.django_db(transaction=True)
Tamper = Callable[[Path], None]


@pytest.fixture
def archive(tmp_path: Path, media: Path) -> Path:
    """The backup of a filled shop that is gone now."""
    fill_shop()
    path = tmp_path / "shop.backup"
    make_backup(path, LOCK)
    empty_shop(media)
    return path


def test_every_row_and_every_file_comes_back_as_it_was(tmp_path: Path, media: Path) -> None:
    fill_shop()
    before, files = dump(), {path: path.read_bytes() for path in media.rglob("*.jpg")}
    made = make_backup(tmp_path / "shop.backup", LOCK)
    empty_shop(media)
    restored = restore_backup(tmp_path / "shop.backup", LOCK)
    assert restored == made and made.files == len(files) == 1
    forget_restore()
    assert dump() == before
    assert {path: path.read_bytes() for path in media.rglob("*.jpg")} == files


def test_the_restored_shop_goes_on(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    restore_backup(archive, LOCK)
    highest = Order.objects.order_by("-pk")[0].pk
    assert find_matches("13911112222", actor=SYSTEM).ids
    assert cast.shipped_order(basket={Order.objects.all()[0].lines.all()[0].sku_id: 1}).pk > highest
    with pytest.raises(TypeError):
        Event.objects.all().delete()
    call_command("check_books")
    assert "BROKEN" not in capsys.readouterr().out


def test_it_travels_to_sqlite_and_back_without_losing_a_row(
    tmp_path: Path, media: Path, other_shop: OtherShop
) -> None:
    fill_shop()
    before = dump()
    there, back, keys = tmp_path / "there", tmp_path / "back", tmp_path / "keys.env"
    make_backup(there, LOCK)
    restored = other_shop.manage("restore", str(there), "--keys-file", str(keys))
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert "BROKEN" not in restored.stdout and "B1" in restored.stdout
    its_keys = dict(line.split("=", 1) for line in keys.read_text().splitlines())
    packed = other_shop.manage("backup", str(back), **its_keys)
    assert packed.returncode == 0, packed.stderr
    empty_shop(media)
    restore_backup(back, LOCK)
    forget_restore()
    assert dump() == before


def test_the_keys_go_to_a_private_file_and_nowhere_else(
    archive: Path, tmp_path: Path, other_shop: OtherShop, settings: Any
) -> None:
    keys = tmp_path / "keys.env"
    done = other_shop.manage("restore", str(archive), "--keys-file", str(keys))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    for line in keys.read_text().splitlines():
        value = line.partition("=")[2].rpartition(":")[2]
        assert value not in done.stdout + done.stderr


def test_a_shop_with_other_keys_is_told_to_say_where_the_keys_go(
    archive: Path, other_shop: OtherShop
) -> None:
    refused = other_shop.manage("restore", str(archive))
    assert refused.returncode != 0
    assert "--keys-file" in refused.stderr and "Traceback" not in refused.stderr


def test_a_keys_file_is_never_overwritten(archive: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys.env"
    keys.write_text("mine")
    with pytest.raises(BackupError, match="exists already"):
        restore_backup(archive, LOCK, keys_file=keys)
    assert keys.read_text() == "mine"
    assert not Order.objects.exists()


def test_it_refuses_a_database_that_is_not_empty(archive: Path) -> None:
    cast.make_customer()
    with pytest.raises(BackupError, match="not empty"):
        restore_backup(archive, LOCK)


def test_it_refuses_a_folder_that_is_not_empty(archive: Path, media: Path) -> None:
    (media / "stray.jpg").write_bytes(b"x")
    with pytest.raises(BackupError, match="files already"):
        restore_backup(archive, LOCK)


def test_a_wrong_passphrase_is_refused(archive: Path, media: Path) -> None:
    _refused_untouched(archive, media, "passphrase", key=Passphrase("another-long-passphrase"))


def _cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _cut_in_half(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def _replace(path: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as old:
        members = {member: old.read(member) for member in old.namelist()}
    members[name] = change(members.get(name, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for member, raw in members.items():
            new.writestr(member, raw)


def _change_a_row(path: Path) -> None:
    _replace(path, "tables/orders.Order.jsonl", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]))


def _change_the_manifest(path: Path) -> None:
    _replace(path, MANIFEST, lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]))


def _put_another_table_there(path: Path) -> None:
    """It opens with the same key: the manifest alone knows that it is not the one."""
    with zipfile.ZipFile(path) as archive:
        other = archive.read("tables/orders.Note.jsonl")
    _replace(path, "tables/orders.Order.jsonl", lambda _raw: other)


def _lock_it_otherwise(path: Path) -> None:
    _replace(path, LOCK_FILE, lambda raw: raw.replace(b"passphrase", b"nothing"))


def _add_a_member(path: Path) -> None:
    _replace(path, "files/media/../../evil.py", lambda _raw: b"evil")


def _flip_a_byte(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("tables/events.Event.jsonl").header_offset
    raw[start + 200] ^= 0xFF
    path.write_bytes(raw)


def _patch_directory(path: Path, name: str, offset: int, value: int) -> None:
    """Change two bytes of what the archive's directory says about a member."""
    raw = bytearray(path.read_bytes())
    entry = raw.rindex(name.encode()) - 46
    raw[entry + offset : entry + offset + 2] = value.to_bytes(2, "little")
    path.write_bytes(raw)


def _call_a_member_encrypted(path: Path) -> None:
    _patch_directory(path, "tables/orders.Order.jsonl", 8, 1)


def _call_the_lock_encrypted(path: Path) -> None:
    _patch_directory(path, LOCK_FILE, 8, 1)


def _name_an_unknown_compression(path: Path) -> None:
    _patch_directory(path, MANIFEST, 10, 99)


TAMPERS = [
    _call_a_member_encrypted,
    _call_the_lock_encrypted,
    _name_an_unknown_compression,
    _cut_short,
    _cut_in_half,
    _change_a_row,
    _change_the_manifest,
    _put_another_table_there,
    _lock_it_otherwise,
    _add_a_member,
    _flip_a_byte,
]


@pytest.mark.parametrize("tamper", TAMPERS)
def test_a_damaged_or_altered_archive_is_refused(archive: Path, media: Path, tamper: Tamper) -> None:
    tamper(archive)
    _refused_untouched(archive, media, "damaged|changed|archive|locked")


def test_a_backup_of_an_older_version_is_told_from_a_damaged_one(tmp_path: Path, media: Path) -> None:
    with zipfile.ZipFile(tmp_path / "old", "w") as old:
        old.writestr(MANIFEST, '{"format": 1}')
    _refused_untouched(tmp_path / "old", media, "older version")


def test_something_else_is_no_backup(tmp_path: Path, media: Path) -> None:
    (tmp_path / "letter").write_text("Dear shop")
    _refused_untouched(tmp_path / "letter", media, "no whole backup")


def _refused_untouched(path: Path, media: Path, words: str, *, key: Key = LOCK) -> None:
    keys = path.with_name("keys.env")
    with pytest.raises(BackupError, match=words):
        restore_backup(path, key, keys_file=keys)
    assert all(rows == [] for rows in dump().values())
    assert not list(media.rglob("*.jpg")) and not keys.exists()


def test_a_backup_of_another_version_is_refused(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    applied = services._list_applied()
    monkeypatch.setattr(services, "_list_applied", lambda: applied[:-1])
    with pytest.raises(BackupError, match="with that version"):
        restore_backup(archive, LOCK)


def test_a_restore_that_fails_midway_leaves_the_shop_empty(
    archive: Path, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise IntegrityError("power cut")

    monkeypatch.setattr(services, "_reset_sequences", fail)
    with pytest.raises(IntegrityError):
        restore_backup(archive, LOCK, keys_file=tmp_path / "keys.env")
    assert all(rows == [] for rows in dump().values())
    assert not list(media.rglob("*.jpg")) and not (tmp_path / "keys.env").exists()
