"""Couriers and the look of their numbers, from `carriers.csv` beside this file.

No courier publishes its number rules; the patterns order guesses and never reject what was typed. Which fields of
an account an e-waybill needs comes from the sandbox samples of 快递鸟 and the sheet 电子面单参数 of 快递100; where they
do not say, the rule is `unsure` and nothing is demanded. Of some couriers 快递鸟 wants to know how a parcel is handed
over (DeliveryMethod) and which kind of delivery is meant (TransType), by numbers that are the courier's own.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    `phone` is where a parcel can be announced, and `wechat` its id in the list of WeChat, "" where nobody knows.
    `delivery_methods` (with what is meant, "" where nobody knows) and `trans_types` are what may be chosen where 快递鸟
    asks for it, the usual one first.
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
    delivery_methods: Mapping[int, str] = field(default_factory=dict)
    trans_types: tuple[int, ...] = ()
    wechat: str = ""

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

    def list_choices(self) -> dict[str, tuple[int, ...]]:
        """The columns in which 快递鸟 wants a number chosen, with these numbers."""
        found = {"delivery_method": tuple(self.delivery_methods), "trans_type": self.trans_types}
        return {name: numbers for name, numbers in found.items() if numbers}

    def list_usual(self) -> dict[str, int]:
        """The usual one of each, but for a way to hand over of which nobody knows what it means."""
        usual = {name: numbers[0] for name, numbers in self.list_choices().items()}
        is_known = self.delivery_methods.get(usual.get("delivery_method", 0), "")
        return usual if is_known else {name: n for name, n in usual.items() if name != "delivery_method"}


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
        dict(_read_method(each) for each in filter(None, row["delivery_methods"].split("+"))),
        tuple(int(each) for each in filter(None, row["trans_types"].split("+"))),
        row["wechat"],
    )


def _read_method(text: str) -> tuple[int, str]:
    number, _colon, meaning = text.partition(":")
    return int(number), meaning


def find_courier(code: str) -> Courier | None:
    return next((courier for courier in list_couriers() if courier.code == code), None)


def clean_tracking_no(text: str) -> str:
    """A typed or scanned number as it is stored: half-width, upper case, without spaces and invisible characters."""
    return normalise(text)


def guess_couriers(tracking_no: str) -> list[Courier]:
    """Couriers whose numbers look like this one, most used first; empty when none does."""
    number = clean_tracking_no(tracking_no)
    return [c for c in list_couriers() if c.pattern is not None and c.pattern.match(number)]
