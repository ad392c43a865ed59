"""Yesterday's backup into an empty directory, and the shop goes on."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.opened_shop import ask, assert_books_balance, last_order_id, manage, next_start
from tests.embedded.run_command import RunCommand, wait_until
from tests.embedded.test_bin_run import LOGIN, PAID_BY_BUYERS
from tests.embedded.test_story import Desk

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600)]

PASSPHRASE = "correct horse battery"
LAST_PAID = """
SELECT number FROM orders_order WHERE paid_at IS NOT NULL AND pay_method = 'wechat' AND stage = 'to_confirm'
ORDER BY id DESC LIMIT 1
"""
IS_REFUNDED = """
SELECT count(*) FROM orders_order WHERE number = ? AND stage = 'closed' AND refunded_fen = paid_fen AND paid_fen > 0
"""


def find_number(run: RunCommand) -> str:
    with contextlib.closing(sqlite3.connect(run.data_dir / "shop.sqlite3", timeout=20)) as connection:
        return str(connection.execute(LAST_PAID).fetchone()[0])


@pytest.fixture(scope="module")
def archive(first_start: RunCommand, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made while the shop runs, after a buyer has ordered and paid."""
    path = tmp_path_factory.mktemp("backups") / "yesterday.shop"
    last_seeded = last_order_id(first_start)
    with next_start(first_start, "--buyers", "60") as run:
        wait_until(lambda: ask(run, PAID_BY_BUYERS, last_seeded) >= 1, "an order is placed and paid")
        made = manage(run, "backup", str(path), BACKUP_PASSPHRASE=PASSPHRASE)
        assert made.returncode == 0, made.stderr
    return path


@pytest.fixture
def restored(archive: Path, tmp_path: Path) -> Iterator[RunCommand]:
    data_dir = tmp_path / "restored"
    options = ["--restore", str(archive), "--buyers", "60"]
    with RunCommand(data_dir, *options, passphrase=PASSPHRASE) as run:
        run.wait_open()
        yield run
    shutil.rmtree(data_dir)


def test_the_restored_shop_goes_on(first_start: RunCommand, restored: RunCommand) -> None:
    number, last_restored = find_number(restored), last_order_id(restored)
    logins = LOGIN.findall(restored.output)
    assert logins == LOGIN.findall(first_start.output)
    assert "Filling the demo shop" not in restored.output
    desk = Desk(restored)
    desk.sign_in(restored.output)
    assert number in desk.read(f"/console/orders/{number}/")
    wait_until(lambda: ask(restored, PAID_BY_BUYERS, last_restored) >= 1, "a new order is placed and paid")
    desk.move(number, "cancel-paid", reason="no longer wanted")
    wait_until(lambda: ask(restored, IS_REFUNDED, number) == 1, "money paid before the backup goes back")
    assert_books_balance(restored)
