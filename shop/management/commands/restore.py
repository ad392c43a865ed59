"""`manage.py restore FILE`: a backup into an empty database, then the books."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.backup.asking import choose_key
from shop.backup.failure import BackupError
from shop.backup.services import restore_backup


class Command(BaseCommand):
    help = (
        "Load a backup into an empty, migrated database of either kind and check the books. Refuses, before "
        "anything changes, what is damaged, altered, of another version, or not opened by the secret key or "
        "BACKUP_PASSPHRASE."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--identity", type=Path, help="the file of the secret key, for a backup locked with public keys"
        )
        parser.add_argument(
            "--keys-file",
            type=Path,
            help="write DATA_KEYS and SEARCH_KEY there, for the environment of the restored shop",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = choose_key(options["identity"])
            contents = restore_backup(options["file"], key, keys_file=options["keys_file"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{contents.rows:,} rows and {contents.files:,} files are back.")
        if options["keys_file"]:
            self.stdout.write(f"The keys are in {options['keys_file']}: start the shop with them.")
        call_command("check_books", stdout=self.stdout)
