"""`manage.py demo_buyers`: buyers that keep ordering through the public API."""

from random import Random
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.demo.buyers import Buyers


class Command(BaseCommand):
    help = "Demo buyers that use nothing but the public API and the stand-in of WeChat. Runs until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base-url", required=True, help="address of the shop")
        parser.add_argument("--standin-url", required=True, help="address of the stand-ins")
        parser.add_argument("--rate", type=float, default=3.0, help="orders a minute")
        parser.add_argument("--seed", type=int, help="repeat the same choices")
        parser.add_argument("--orders", type=int, help="stop after so many")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rate"] <= 0:
            raise CommandError("--rate must be above 0.")
        buyers = Buyers(
            base_url=options["base_url"],
            standin_url=options["standin_url"],
            rate=options["rate"],
            rng=Random(options["seed"]),
        )
        buyers.run(orders=options["orders"])
