"""What opens a backup: a passphrase, or a secret key that the shop's machine never had."""

import io
import json
import stat
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pyrage import DecryptError, x25519

from shop.backup.archive import LOCK, ArchiveReader
from shop.backup.failure import BackupError
from shop.backup.locks import Passphrase, PublicKeys, SecretKey
from shop.backup.members import read_member, write_member
from shop.backup.services import make_backup, restore_backup
from tests.backup.conftest import PASSPHRASE, OtherShop, dump, empty_shop, fill_shop, forget_restore

pytestmark = pytest.mark.django_db(transaction=True)


def make_key(path: Path) -> str:
    said = io.StringIO()
    call_command("backup_key", str(path), stdout=said)
    return said.getvalue().strip()


def test_a_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    public = make_key(file)
    assert public.startswith("age1")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(CommandError, match="exists already"):
        make_key(file)
    assert public in file.read_text()


def test_what_a_public_key_locked_its_secret_key_opens(
    tmp_path: Path, media: Path, other_shop: OtherShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_shop()
    before, archive, secret = dump(), tmp_path / "shop.backup", tmp_path / "secret"
    monkeypatch.setenv("BACKUP_RECIPIENT", make_key(secret))
    monkeypatch.delenv("BACKUP_PASSPHRASE", raising=False)
    call_command("backup", str(archive))
    arguments = ("restore", str(archive), "--keys-file", str(tmp_path / "keys.env"))
    refused = other_shop.manage(*arguments)
    assert refused.returncode != 0 and "locked with a public key" in refused.stderr
    restored = other_shop.manage(*arguments, "--identity", str(secret))
    assert restored.returncode == 0, restored.stderr
    empty_shop(media)
    restore_backup(archive, SecretKey(secret))
    forget_restore()
    assert dump() == before


def test_each_of_several_keys_opens_it(tmp_path: Path) -> None:
    files = [tmp_path / "one", tmp_path / "other"]
    lock = PublicKeys([make_key(file) for file in files])
    make_backup(tmp_path / "shop.backup", lock)
    for file in files:
        with ArchiveReader(tmp_path / "shop.backup", SecretKey(file)) as archive:
            archive.verify_members()


def test_another_key_does_not_open_a_backup(tmp_path: Path) -> None:
    make_backup(tmp_path / "shop.backup", PublicKeys([make_key(tmp_path / "one")]))
    make_key(tmp_path / "other")
    with pytest.raises(BackupError, match="does not open"):
        ArchiveReader(tmp_path / "shop.backup", SecretKey(tmp_path / "other"))


def test_a_passphrase_is_told_from_a_key(tmp_path: Path) -> None:
    make_key(tmp_path / "secret")
    make_backup(tmp_path / "shop.backup", Passphrase(PASSPHRASE))
    with pytest.raises(BackupError, match="locked with a passphrase"):
        ArchiveReader(tmp_path / "shop.backup", SecretKey(tmp_path / "secret"))


def test_the_shop_keeps_nothing_that_opens_it(tmp_path: Path) -> None:
    """All that is not encrypted is the locked box; the public key is not even named in it."""
    public = make_key(tmp_path / "secret")
    make_backup(tmp_path / "shop.backup", PublicKeys([public]))
    with zipfile.ZipFile(tmp_path / "shop.backup") as archive:
        locked = json.loads(archive.read(LOCK))
        encrypted = [
            name for name in archive.namelist() if archive.read(name).startswith(b"age-encryption.org/v1")
        ]
        assert set(archive.namelist()) - set(encrypted) == {LOCK, "manifest.seal"}
    assert set(locked) == {"format", "lock", "box"}


@pytest.mark.parametrize("words", ["age1nonsense", "ssh-ed25519 AAAA", "-", "AGE-SECRET-KEY-1"])
def test_what_is_no_public_key_is_refused_before_anything_is_written(tmp_path: Path, words: str) -> None:
    with pytest.raises(CommandError, match="public key"):
        call_command("backup", str(tmp_path / "shop.backup"), recipient=[words])
    assert list(tmp_path.glob("shop*")) == []


@pytest.mark.parametrize("content", [b"", b"# a comment\n", b"AGE-SECRET-KEY-1XYZ\n", b"\xff\xfe", None])
def test_what_holds_no_secret_key_is_said(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BackupError, match="secret key"):
        SecretKey(file)


def big(count: int) -> Iterator[bytes]:
    return (bytes([n % 251]) * 50_000 for n in range(count))


def test_members_are_streams_in_and_out(tmp_path: Path) -> None:
    """Forty megabytes never lie in memory."""
    identity = x25519.Identity.generate()
    tracemalloc.start()
    try:
        with (tmp_path / "member").open("wb") as stored:
            written = write_member(big(800), stored, identity.to_public())
        with (tmp_path / "member").open("rb") as stored, read_member(stored, identity) as plain:
            read = sum(len(chunk) for chunk in iter(lambda: plain.read(1 << 16), b""))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (written.size, written.chunks, read) == (40_000_000, 800, 40_000_000)
    assert peak < 4_000_000


def test_a_reader_may_leave_early(tmp_path: Path) -> None:
    identity = x25519.Identity.generate()
    with (tmp_path / "member").open("wb") as stored:
        write_member(big(800), stored, identity.to_public())
    with (tmp_path / "member").open("rb") as stored, read_member(stored, identity) as plain:
        assert plain.read(3) == b"\0\0\0"


def test_whoever_reads_to_the_end_is_told_that_it_does_not_open(tmp_path: Path) -> None:
    """With another key nothing comes at all, which must not be taken for an empty member."""
    with (tmp_path / "member").open("wb") as stored:
        write_member(big(3), stored, x25519.Identity.generate().to_public())
    other = x25519.Identity.generate()
    with (
        (tmp_path / "member").open("rb") as stored,
        pytest.raises(DecryptError),
        read_member(stored, other) as plain,
    ):
        assert plain.read() == b""
