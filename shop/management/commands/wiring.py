"""`manage.py wiring`: who reacts to what."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.wiring import render_events, render_states

PAGES = {"events.md": render_events, "states.md": render_states}


class Command(BaseCommand):
    help = (
        "Print the map of events, handlers, timers and moves; --write keeps docs/ in step, --check proves it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true")
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        docs = Path(settings.BASE_DIR) / "docs"
        for name, render in PAGES.items():
            text, path = render(), docs / name
            if options["write"]:
                path.write_text(text, encoding="utf-8")
            elif not options["check"]:
                self.stdout.write(text)
            elif not path.exists() or path.read_text(encoding="utf-8") != text:
                raise CommandError(f"docs/{name} is out of date: run manage.py wiring --write")
