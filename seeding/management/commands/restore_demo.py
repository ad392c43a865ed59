"""`manage.py restore_demo FILE`: a backup into the demo's empty database, ready to go on beside its stand-ins."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from seeding.outside.couriers import give_courier_credentials
from seeding.outside.printers import give_printer_credentials
from seeding.outside.robots import give_robot_credentials
from seeding.outside.wechat import give_credentials, keep_merchant, remember_money
from shop.actor import SYSTEM
from shop.backup.archive import ArchiveReader
from shop.backup.asking import choose_key
from shop.backup.failure import BackupError
from shop.backup.locks import Key
from shop.backup.services import Contents, restore_backup


class Command(BaseCommand):
    help = (
        "Migrate an empty database, load a backup, and connect the shop to this directory's stand-ins. "
        "Refuses as `restore` does, before anything changes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--keys-file", type=Path, required=True, help="where the archive's keys go")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is for the demo; use `restore` here: DEMO is not set.")
        try:
            contents = _restore(options["file"], choose_key(), options["keys_file"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        standins_dir = settings.DATA_DIR / "standins"
        keep_merchant(standins_dir)
        give_credentials(standins_dir, actor=SYSTEM)
        give_courier_credentials(standins_dir, actor=SYSTEM)
        give_printer_credentials(standins_dir, actor=SYSTEM)
        give_robot_credentials(standins_dir, actor=SYSTEM)
        remember_money(standins_dir)
        self.stdout.write(f"{contents.rows:,} rows and {contents.files:,} files are back.")


def _restore(file: Path, key: Key, keys_file: Path) -> Contents:
    # Opened first: a wrong key is told before the seconds that a new database takes.
    with ArchiveReader(file, key):
        call_command("migrate", interactive=False, verbosity=0)
    return restore_backup(file, key, keys_file=keys_file)
