"""Places of the region table by their codes (GB/T 2260), and whether an address lies in a list of them.

A province or a city in such a list stands for everything inside, also for districts the table does not know yet.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext as _

from shop.store.places.regions import is_real_city, join_region, load_coded_regions

MAX_PLACES = 500


@dataclass(frozen=True)
class Place:
    """A province (no city), a city (no district) or a district, named as addresses name them."""

    code: str
    province: str
    city: str = ""
    district: str = ""

    @property
    def name(self) -> str:
        return self.district or self.city or self.province

    @property
    def words(self) -> str:
        return join_region(self.province, self.city, self.district)


@cache
def load_places() -> dict[str, Place]:
    """Every place of the table by its code. A municipality is a province and its own city under one code."""
    return {place.code: place for place in _read_places()}


def _read_places() -> Iterator[Place]:
    for code, province, cities in load_coded_regions():
        is_municipality = any(city == province for _code, city, _districts in cities)
        yield Place(code, province, province if is_municipality else "")
        for city_code, city, districts in cities:
            if is_municipality:
                yield from (Place(key, province, province, name) for key, name in districts)
            elif is_real_city(city):
                yield Place(city_code, province, city)
                yield from (Place(key, province, city, name) for key, name in districts)
            else:
                yield from (Place(key, province, name) for key, name in districts)


@cache
def _load_codes() -> dict[tuple[str, str, str], str]:
    return {(place.province, place.city, place.district): code for code, place in load_places().items()}


def is_covered(chosen: Collection[str], *, province: str, city: str, district: str) -> bool:
    """Whether an address lies in one of the chosen places (codes)."""
    return any(code in chosen for code in list_codes(province=province, city=city, district=district))


def list_codes(*, province: str, city: str, district: str) -> list[str]:
    """The codes of the places that an address lies in, the nearest first; none for names the table does not know."""
    codes = _load_codes()
    if (province, city, "") not in codes:
        # The names that other tables give to what stands between a province and its counties.
        city, district = (province, district) if (province, province, "") in codes else (district, "")
    names = dict.fromkeys([(province, city, district), (province, city, ""), (province, "", "")])
    return [codes[name] for name in names if name in codes]


def list_inside(code: str) -> list[Place]:
    """What a province or city consists of: cities of a province, districts of a city; nothing in a district."""
    places, outer = load_places(), load_places()[code]
    inside = [place for place in places.values() if place.province == outer.province and place.code != code]
    if not outer.city:
        return [place for place in inside if not place.district]
    return [] if outer.district else [place for place in inside if place.city == outer.city]


def list_outside(code: str) -> list[str]:
    """The codes of the places that a place lies in, the nearest first."""
    codes, place = _load_codes(), load_places()[code]
    names = ((place.province, place.city, ""), (place.province, "", ""))
    return [found for name in names if (found := codes.get(name)) and found != code]


def tidy_places(codes: Collection[str]) -> list[str]:
    """The codes in their order, without unknown ones and those that lie in another."""
    known = {code for code in codes if code in load_places()}
    return sorted(code for code in known if not known.intersection(list_outside(code)))


def set_inside(chosen: Collection[str], code: str, inside: Collection[str]) -> list[str]:
    """The chosen places after a city was gone through: of what it consists of, only `inside` are left.

    All of them are the city itself.
    """
    parts = [place.code for place in list_inside(code)]
    kept = set(chosen).difference(parts, [code])
    for outer in kept.intersection(list_outside(code)):
        kept = kept.difference([outer]).union(
            place.code for place in list_inside(outer) if place.code != code
        )
    wanted = kept.union(inside if set(inside) < set(parts) else [code])
    return tidy_places(wanted)


@dataclass(frozen=True)
class AreaPart:
    """The chosen places of one city in words, or a whole city or province. `code` is where to change it."""

    code: str
    title: str
    words: str


def describe_area(chosen: Collection[str]) -> list[AreaPart]:
    """The chosen places as people read them, districts put together by their city."""
    by_city: dict[str, list[Place]] = {}
    for code in tidy_places(chosen):
        place = load_places()[code]
        by_city.setdefault(list_outside(code)[0] if place.district else code, []).append(place)
    return [AreaPart(code, load_places()[code].words, _describe(parts)) for code, parts in by_city.items()]


def _describe(parts: list[Place]) -> str:
    first = parts[0]
    if first.district:
        return "、".join(place.district for place in parts)
    return _("the whole city") if first.city else _("the whole province")


def spell_area(chosen: Collection[str]) -> str:
    """The area in one line, for buyers and for the record."""
    return "；".join(
        f"{part.title} {part.words}" if load_places()[part.code].city else part.title
        for part in describe_area(chosen)
    )


def find_city(words: str) -> list[Place]:
    """Cities that are called so, or have a district that is; the city's name may be short."""
    found = {
        (place.province, place.city)
        for place in load_places().values()
        if place.city and words and words in place.name
    }
    return [load_places()[_load_codes()[province, city, ""]] for province, city in sorted(found)]
