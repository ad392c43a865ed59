"""`manage.py erasures`: who was erased or asked for it, kept beside the backups, and erased again after a restore."""

from argparse import FileType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.customers.erasure import erase_again, list_erasures


class Command(BaseCommand):
    help = (
        "Print who was erased or is to be: the number, when they joined, and when it is due; nothing by which anybody "
        "could be called. With --again FILE, such lines, erase those of them whom a restored backup brought back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", type=FileType("r", encoding="utf-8"), metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["again"]:
            for line in list_erasures():
                self.stdout.write(line)
            return
        with options["again"] as lines:
            try:
                result = erase_again(lines)
            except ValueError as error:
                raise CommandError(f"This is not what `erasures` prints: {error}") from error
        self.stdout.write(
            f"{result.erased} erased again, {result.waiting} wait for their time or for something that is open."
        )
