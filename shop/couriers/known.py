"""Couriers and the look of their numbers, from `carriers.csv` beside this file.

No courier publishes its number rules; the patterns order guesses and never reject what was typed. Which fields of
an account an e-waybill needs comes from the sandbox samples of 快递鸟 and the sheet 电子面单参数 of 快递100; where they
do not say, the rule is `unsure` and nothing is demanded.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from shop.spelling import normalise

MONTHLY = 3
"""The way to pay of 快递鸟 with which the courier sends a bill each month."""


@dataclass(frozen=True)
class Courier:
    """`code` is the 快递鸟 code, which is also what orders store; `kuaidi100` the code there.

    `account_fields` are columns of `CourierAccount`, of which `needs` says which an e-waybill cannot do without.
    `phone` is where a parcel can be announced, "" where nobody knows.
    """

    code: str
    name_zh: str
    name_en: str
    kuaidi100: str
    pattern: re.Pattern[str] | None
    account_fields: tuple[str, ...] = ()
    account_rule: str = ""
    also_needs: tuple[str, ...] = ()
    phone: str = ""

    @property
    def name(self) -> str:
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en

    @property
    def needs_postcode(self) -> bool:
        """Whether it wants the postcode of the recipient too."""
        return "postcode" in self.also_needs

    @property
    def needs_weight(self) -> bool:
        return "weight" in self.also_needs

    def list_needed(self, pay_type: int) -> tuple[str, ...]:
        """The account fields that an e-waybill needs, paid for in this way."""
        is_needed = self.account_rule == "always" or (self.account_rule == "monthly" and pay_type == MONTHLY)
        return self.account_fields if is_needed else ()


@cache
def list_couriers() -> tuple[Courier, ...]:
    """All couriers, the most used first."""
    path = Path(__file__).with_name("carriers.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_read(row) for row in csv.DictReader(file) if row["code"])


def _read(row: dict[str, str]) -> Courier:
    return Courier(
        row["code"],
        row["name_zh"],
        row["name_en"],
        row["kuaidi100"],
        re.compile(row["number_pattern"]) if row["number_pattern"] else None,
        tuple(filter(None, row["account_fields"].split("+"))),
        row["account_rule"],
        tuple(filter(None, row["also_needs"].split("+"))),
        row["phone"],
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
