"""`manage.py backup_key FILE`: a pair of keys for backups, whose secret half does not belong on the shop's machine."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.backup.failure import BackupError
from shop.backup.locks import make_secret_key


class Command(BaseCommand):
    help = (
        "Write a new secret key into FILE and print its public key, for `backup --recipient`. Keep the file away from "
        "the shop's machine, twice: without it nobody opens the backups. `age-keygen` makes the same."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            public = make_secret_key(options["file"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(public)
