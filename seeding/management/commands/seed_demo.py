"""`manage.py seed_demo`: fill an empty database with the demo shop and its past."""

from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.models import Order
from seeding.living import live
from seeding.plan import make_plan
from shop import clock
from shop.store.models import StoreSettings

DEFAULT_SEED = 20260101


class Command(BaseCommand):
    help = (
        "Make the demo shop with 60 days of orders, through the same verbs as live ones. All or nothing: one "
        "transaction. Does nothing where a shop exists."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
        parser.add_argument("--orders", type=int, default=500)
        parser.add_argument("--buyers", type=int, default=200)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo data has no place here: DEMO is not set.")
        if StoreSettings.objects.exists():
            self.stdout.write("A shop exists already; nothing was done.")
            return
        started = monotonic()
        now = clock.now().replace(second=0, microsecond=0)
        plan = make_plan(options["seed"], now=now, orders=options["orders"], buyers=options["buyers"])
        live(plan, seed=options["seed"], standins_dir=settings.DATA_DIR / "standins")
        count = Order.objects.count()
        self.stdout.write(f"The demo shop is ready: {count} orders in {monotonic() - started:.0f} seconds.")
