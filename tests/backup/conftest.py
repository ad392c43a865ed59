"""A shop with something in every corner, folders of its own, and a second shop on the other database."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from harness.processes import run_python
from orders.models import Order
from orders.payments.changes.addressing import change_address
from orders.services.place import Recipient
from shop.backup.locks import Passphrase
from shop.backup.rows import list_models, read_lines
from shop.files.services import store_picture
from shop.store.models import StoreSettings
from tests import cast
from tests.ground.test_files import picture_bytes

PASSPHRASE = "correct-horse-battery"
LOCK = Passphrase(PASSPHRASE)
ELSEWHERE = Recipient("王小明", "13911112222", "上海市", "上海市", "黄浦区", "南京东路 1 号")


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """The stored files of this test alone."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PRIVATE_ROOT = tmp_path / "private"
    return Path(settings.MEDIA_ROOT)


def fill_shop() -> Order:
    """Orders in several stages, a changed address, a picture, staff, credentials."""
    cast.open_shop()
    cast.make_staff("owner")
    store_picture(picture_bytes())
    cast.shipped_order(remark="家里没人请打 13800005678 🙂")
    cast.place()
    order = cast.paid_order()
    change_address(order.pk, to=ELSEWHERE, actor=cast.clerk())
    order.refresh_from_db()
    return order


def dump() -> dict[str, list[bytes]]:
    """Every row of every table as it goes into a backup."""
    return {model._meta.label: list(read_lines(model)) for model in list_models()}


def empty_shop(media: Path) -> None:
    """No row and no file, as on a new machine."""
    call_command("flush", interactive=False, verbosity=0)
    for path in list(media.rglob("*.jpg")):
        path.unlink()


def forget_restore() -> None:
    """Each restore begins a range of numbers, as those given since the backup are unknown; nothing else differs."""
    assert StoreSettings.objects.get().number_range
    StoreSettings.objects.update(number_range=0)


@dataclass
class OtherShop:
    """Another installation, with keys of its own, on SQLite."""

    directory: Path

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        own = {
            "DATABASE_URL": f"sqlite:///{self.directory}/shop.sqlite3",
            "DATA_DIR": str(self.directory),
            "DATA_KEYS": "own:" + "b3duLWtleS1vZi10aGUtb3RoZXItaW5zdGFsbGF0aW8=",
            "BACKUP_PASSPHRASE": PASSPHRASE,
            "DJANGO_SETTINGS_MODULE": "shop.settings",
        }
        return run_python("manage.py", *arguments, environment={**os.environ, **own, **environment})


@pytest.fixture
def other_shop(tmp_path: Path) -> OtherShop:
    other = OtherShop(tmp_path / "other")
    other.directory.mkdir()
    migrated = other.manage("migrate", "--no-input")
    assert migrated.returncode == 0, migrated.stderr
    return other
