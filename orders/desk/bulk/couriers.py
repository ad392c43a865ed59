"""With whom the parcel of a row goes: what the sheet says, else what the number tells, else what was chosen for all."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.desk.bulk.columns import COURIER, TRACKING, may_have_lost_zeros
from shop.couriers.known import Courier, find_courier, guess_couriers
from shop.couriers.names import find_by_name
from shop.jobs.sheets.checking import CheckedRow
from shop.words import fill

_MOST_ZEROS = 3


@dataclass(frozen=True)
class Chosen:
    """A courier, with the sentence that says how it was found; `is_named`: the sheet itself says so."""

    courier: Courier
    words: Any
    is_named: bool = False


class NameOf:
    """A courier's name in the language of who reads it; the code of one that is not known any more."""

    def __init__(self, code: str) -> None:
        self._code = code

    def __str__(self) -> str:
        courier = find_courier(self._code)
        return courier.name if courier else self._code


def choose_courier(row: CheckedRow, default: str) -> Chosen | None:
    """The courier of a row with a tracking number; None where the row is refused because nobody can tell."""
    number, named = row.row.values["tracking"], row.row.values.get("courier", "")
    courier = find_by_name(named) if named else None
    if named and courier is None:
        message = _("The shop knows no courier “%(name)s”. Write its name or its code.")
        row.refuse(fill(message, {"name": named}), COURIER.header)
        return None
    if _has_lost_zeros(row, number, courier):
        message = _(
            "%(number)s is too short: Excel may have taken zeros before it. Format the column as text, type it again."
        )
        row.refuse(fill(message, {"number": number}), TRACKING.header)
        return None
    return _choose(row, number, courier, find_courier(default))


def _choose(row: CheckedRow, number: str, named: Courier | None, default: Courier | None) -> Chosen | None:
    if named:
        return Chosen(named, _say(_("Courier: %(courier)s."), named), is_named=True)
    guesses = guess_couriers(number)
    if default and (not guesses or default in guesses):
        return Chosen(default, _say(_("Courier: %(courier)s (chosen for the whole sheet)."), default))
    if guesses:
        return Chosen(guesses[0], _say(_("Courier: %(courier)s (from the number)."), guesses[0]))
    message = _(
        "The number does not tell the courier. Write it beside the number, or choose one for the sheet."
    )
    row.refuse(message, COURIER.header)
    return None


def _say(words: Any, courier: Courier) -> Any:
    return fill(words, {"courier": NameOf(courier.code)})


def _has_lost_zeros(row: CheckedRow, number: str, named: Courier | None) -> bool:
    """Whether the number is like none of its courier's, or of anybody's, but would be with zeros before it."""
    if not number.isdecimal() or not may_have_lost_zeros(row.row.cells["tracking"]):
        return False
    longer = ("0" * zeros + number for zeros in range(1, _MOST_ZEROS + 1))
    return not _fits(number, named) and any(_fits(each, named) for each in longer)


def _fits(number: str, named: Courier | None) -> bool:
    if named is None:
        return bool(guess_couriers(number))
    return named.pattern is None or bool(named.pattern.match(number))
