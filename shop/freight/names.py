"""Provinces and cities as people type them into a row, and back."""

import re
from collections.abc import Collection
from functools import cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shop.store.area.places import Place, load_places
from shop.store.places.regions import find_nearest, shorten
from shop.words import fill

_BETWEEN = re.compile(r"[\s,，、;；]+")


@cache
def list_regions() -> list[Place]:
    """Every province and city, a province before its cities."""
    return [place for place in load_places().values() if not place.district]


@cache
def _load_names() -> dict[str, str]:
    """Name, whole or short, → code; where a short name fits two, it is that of the province, or of neither."""
    whole = {place.name: place.code for place in list_regions()}
    short: dict[str, set[str]] = {}
    for place in list_regions():
        short.setdefault(shorten(place.name), set()).add(place.code)
    provinces = {
        shorten(place.province): place.code for place in list_regions() if place.code.endswith("0000")
    }
    single = {name: next(iter(codes)) for name, codes in short.items() if len(codes) == 1}
    return single | provinces | whole


def read_regions(typed: str) -> list[str]:
    """The codes of the places named, in the table's order. Raises ValidationError for names it does not know."""
    names = [name for name in _BETWEEN.split(typed) if name]
    unknown = [name for name in dict.fromkeys(names) if name not in _load_names()]
    if unknown:
        raise ValidationError([_say_unknown(name) for name in unknown])
    return sorted({_load_names()[name] for name in names})


def _say_unknown(name: str) -> str:
    values = {"name": name[:20], "nearest": find_nearest(name, [place.name for place in list_regions()])}
    message = (
        _("“%(name)s” is no province or city of the table. Did you mean %(nearest)s?")
        if values["nearest"]
        else _("“%(name)s” is no province or city of the table.")
    )
    return str(fill(message, values))


def name_regions(codes: Collection[str]) -> str:
    """The places as they can be typed again."""
    return "、".join(load_places()[code].name for code in codes if code in load_places())
