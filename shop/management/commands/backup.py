"""`manage.py backup FILE`: the whole shop in one archive, while it runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.backup.failure import BackupError
from shop.backup.passphrase import ask_passphrase
from shop.backup.services import make_backup


class Command(BaseCommand):
    help = (
        "Write every table, every stored file and the keys, wrapped by BACKUP_PASSPHRASE, into one archive. "
        "The shop may run meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            contents = make_backup(options["file"], ask_passphrase(twice=True))
        except BackupError as error:
            raise CommandError(str(error)) from error
        size = options["file"].stat().st_size
        self.stdout.write(f"{contents.rows:,} rows and {contents.files:,} files in {size:,} bytes.")
