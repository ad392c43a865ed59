"""The table of provinces, cities and districts (省市区), vendored; it ages, so it advises more than it forbids."""

import json
import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

FILE = Path(__file__).with_name("regions.json")
Regions = dict[str, dict[str, list[str]]]

_WITHOUT_CITY = re.compile(r"^(?:省直辖县|自治区直辖县级行政区划|县)$")
"""Rows of the table that stand between a province and its counties, and in no address."""
_PEOPLES = (
    "藏族|羌族|彝族|苗族|侗族|布依族|土家族|回族|蒙古族|蒙古|哈尼族|壮族|傣族|白族|景颇族|傈僳族|朝鲜族|"
    "维吾尔|哈萨克|柯尔克孜"
)
_SUFFIX = re.compile(
    rf"(?:(?:{_PEOPLES})*自治[区州县]|特别行政区|壮族自治区|回族自治区|省|市|地区|盟|林区|新区|区|县)$"
)


@cache
def load_regions() -> Regions:
    """Province → city → districts, in the table's order."""
    return {
        province: {city: [name for _code, name in districts] for _code, city, districts in cities}
        for _code, province, cities in load_coded_regions()
    }


@cache
def load_coded_regions() -> list[Any]:
    """The table as it is stored: [code, province, [[code, city, [[code, district], …]], …]] (GB/T 2260)."""
    rows: list[Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return rows


# The rule for names of peoples would leave "内" of it.
_SHORT = {"内蒙古自治区": "内蒙古"}
_GROUPS = re.compile(r"直辖|^市辖区$|^县$")
"""What other tables name where a county belongs to no city."""


def shorten(name: str) -> str:
    """The name as people write it in a hurry ("浙江", "西湖"); the whole name where too little would be left."""
    short = _SHORT.get(name) or _SUFFIX.sub("", name)
    return short if len(short) >= 2 else name


def is_real_city(city: str) -> bool:
    """Whether the name stands in addresses; some rows of the table only group counties of a province."""
    return not _WITHOUT_CITY.match(city)


def list_cities(province: str) -> list[str]:
    """What an address of this province may name as its city: cities, and counties that belong to none."""
    cities = load_regions().get(province, {})
    own = [name for city, names in cities.items() if not is_real_city(city) for name in names]
    return [city for city in cities if is_real_city(city)] + own


def list_regions() -> Regions:
    """The table as addresses name it: a county that belongs to no city stands as a city of its own."""
    return {
        province: {city: cities.get(city, []) for city in list_cities(province)}
        if province not in cities
        else {province: [name for names in cities.values() for name in names]}
        for province, cities in load_regions().items()
    }


@dataclass(frozen=True)
class RegionProblem:
    """A name the table does not know: of which field, and what is like it ("" when nothing is)."""

    field: str
    name: str
    nearest: str

    @property
    def words(self) -> Any:
        if self.nearest:
            return _("“%(name)s” is not in the table of regions. Did you mean %(nearest)s?") % {
                "name": self.name,
                "nearest": self.nearest,
            }
        return _("“%(name)s” is not in the table of regions.") % {"name": self.name}


def join_region(province: str, city: str, district: str) -> str:
    """As it is written on a parcel: 上海市浦东新区, where province and city are the same."""
    return f"{province}{'' if city == province else city}{district}"


def find_problem(province: str, city: str) -> RegionProblem | None:
    """What is wrong with a province and city; districts are not checked, new ones appear every year."""
    if province not in load_regions():
        return RegionProblem("province", province, find_nearest(province, list(load_regions())))
    cities = list_cities(province)
    if city not in (*cities, province) and not _GROUPS.search(city):
        return RegionProblem("city", city, find_nearest(city, cities))
    return None


def find_district_problem(province: str, city: str, district: str) -> RegionProblem | None:
    """A district of a known city that is left out, short or misspelt; one that is like none may be a new one."""
    districts = list_regions().get(province, {}).get(city, [])
    if not districts or district in districts:
        return None
    nearest = find_nearest(district, districts)
    return RegionProblem("district", district, nearest) if nearest or not district else None


def find_nearest(name: str, known: list[str]) -> str:
    """The known name that is meant by a short or misspelt one, "" when none is near."""
    same = [other for other in known if name and (shorten(other) == shorten(name) or other.startswith(name))]
    return (same or get_close_matches(name, known, n=1, cutoff=0.5) or [""])[0]
