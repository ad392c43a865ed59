"""`manage.py rotate_keys`: everything under the first of DATA_KEYS, and all search hashes under SEARCH_KEY."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import autodiscover_modules

from shop.crypto import Undecryptable
from shop.rotation import REHASHES, list_encrypted_models, rebuild_hashes, rotate_table


class Command(BaseCommand):
    help = (
        "Encrypt every stored value with the first of DATA_KEYS, and put right every search hash that is not as "
        "SEARCH_KEY and this version make it. The shop may run; after an interruption start it again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        autodiscover_modules("rehash")
        try:
            remaining = sum(self._rotate(model) for model in list_encrypted_models())
        except Undecryptable as error:
            raise CommandError(f"{error}. Nothing of this row was changed.") from error
        for title, rebuild in REHASHES.items():
            rebuild_hashes(rebuild)
            self.stdout.write(f"{title}: rebuilt")
        if remaining:
            raise CommandError(f"{remaining} rows were held by others all the while: run this command again.")
        key_id = next(iter(settings.DATA_KEYS))
        self.stdout.write(f"Everything opens with key {key_id} alone.")

    def _rotate(self, model: Any) -> int:
        rotated = rotate_table(model)
        self.stdout.write(f"{model._meta.db_table}: {rotated.rewritten} rows encrypted anew")
        return rotated.remaining
