"""`manage.py new_number_range`: after a restore that `manage.py restore` did not do."""

from typing import Any

from django.core.management.base import BaseCommand

from shop.backup.services import begin_number_range


class Command(BaseCommand):
    help = (
        "Count numbers at the payment gateway from a new beginning, so that none is given again that was given after "
        "the backup. `restore` does so by itself; run it after a restore of another kind (pg_basebackup, a snapshot "
        "of the disk), before the shop is started."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        begin_number_range()
        self.stdout.write("Numbers are counted from a new beginning.")
