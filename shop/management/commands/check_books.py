"""`manage.py check_books`: prove the invariants over the whole database, also while the shop is at work."""

from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand

from shop.backup.snapshot import one_moment
from shop.invariants import INVARIANTS

SHOWN = 20


class Command(BaseCommand):
    help = "Check every invariant; exit 0 only when all hold, otherwise name the rows."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for item in sorted(INVARIANTS, key=lambda b: (len(b.code.split(".")[0]), b.code)):
            with one_moment():
                rows = list(islice(item.find(), SHOWN))
            broken += bool(rows)
            mark = self.style.ERROR("BROKEN") if rows else self.style.SUCCESS("ok")
            self.stdout.write(f"{item.code:<6} {mark:<8} {item.title}")
            for row in rows:
                self.stdout.write(f"       {row}")
        if broken:
            raise SystemExit(1)
