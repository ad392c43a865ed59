"""Couriers and the look of their numbers, from `carriers.csv` beside this file.

No courier publishes its number rules; the patterns order guesses and never reject what was typed.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from orders.search import normalise


@dataclass(frozen=True)
class Courier:
    """`code` is the 快递鸟 code, which is also what orders store."""

    code: str
    name_zh: str
    name_en: str
    pattern: re.Pattern[str] | None

    @property
    def name(self) -> str:
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en


@cache
def list_couriers() -> tuple[Courier, ...]:
    """All couriers, the most used first."""
    path = Path(__file__).with_name("carriers.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Courier(
                row["code"],
                row["name_zh"],
                row["name_en"],
                re.compile(row["number_pattern"]) if row["number_pattern"] else None,
            )
            for row in csv.DictReader(file)
            if row["code"]
        )


def find_courier(code: str) -> Courier | None:
    return next((courier for courier in list_couriers() if courier.code == code), None)


def clean_tracking_no(text: str) -> str:
    """A typed or scanned number as it is stored: half-width, upper case, without spaces and invisible characters."""
    return normalise(text)


def guess_couriers(tracking_no: str) -> list[Courier]:
    """Couriers whose numbers look like this one, most used first; empty when none does."""
    number = clean_tracking_no(tracking_no)
    return [c for c in list_couriers() if c.pattern is not None and c.pattern.match(number)]
