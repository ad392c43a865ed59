"""`manage.py backup FILE`: the whole shop in one archive, while it runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.backup.asking import choose_lock
from shop.backup.failure import BackupError
from shop.backup.services import make_backup
from shop.store.services import note_backup


class Command(BaseCommand):
    help = (
        "Write every table, every stored file and the keys, all encrypted, into one archive. It is locked with public "
        "keys (--recipient, or BACKUP_RECIPIENT), so that this machine cannot open it, or with BACKUP_PASSPHRASE. The "
        "shop may run meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--recipient",
            action="append",
            default=[],
            metavar="age1…",
            help="a public key of `backup_key`; may be given several times",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            contents = make_backup(options["file"], choose_lock(options["recipient"]))
        except BackupError as error:
            raise CommandError(str(error)) from error
        note_backup()
        size = options["file"].stat().st_size
        self.stdout.write(f"{contents.rows:,} rows and {contents.files:,} files in {size:,} bytes.")
