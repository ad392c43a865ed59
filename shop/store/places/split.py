"""An address pasted as one line, taken apart: who, phone, province, city, district, and the rest."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from shop.store.places.regions import is_real_city, load_regions, shorten

LONGEST = 400
_LABELS = re.compile(
    r"(?:收货人|收件人|联系人|姓名|手机号码|手机号|联系电话|联系方式|手机|电话|所在地区|所在地|地区|"
    r"详细地址|收货地址|收件地址|地址|邮政编码|邮编)(?:姓名)?\s*[:：]\s*"
)
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?:(?:转|-)(\d{3,4}))?(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3}[- ]?\d{7,8})(?!\d)")
_POSTCODE = re.compile(r"(?:^|(?<=\s))\d{6}(?=\s|$)")
_SEPARATORS = re.compile(r"[\s,;|/、，；。]+")
_GLUED_NAME = re.compile(r"(?<=[号室楼栋座层幢店])([\u4e00-\u9fff]{2,4})$")
_NO_NAME = re.compile(r"\d|[路街道巷弄号室楼栋幢座村镇乡]|小区|大厦|单元|广场|花园|公寓|园区")
_CALLED = re.compile(r"[\((]?收[\))]?$")
_PHONE = "\x1f"


@dataclass(frozen=True)
class SplitAddress:
    """The parts of a pasted address; what was not found is ""."""

    recipient: str = ""
    phone: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    detail: str = ""


@dataclass(frozen=True)
class _Place:
    """A stretch of text that names a region: `levels` of the three are named in it."""

    start: int
    end: int
    levels: int
    province: str
    city: str
    district: str


def split_address(text: str) -> SplitAddress:
    """Take a pasted line (or several) apart; only its first LONGEST characters are read."""
    line = _LABELS.sub(" ", unicodedata.normalize("NFKC", text[:LONGEST]))
    phone, line = _take_phone(line)
    line = _SEPARATORS.sub(" ", _POSTCODE.sub(" ", _SEPARATORS.sub(" ", line))).strip()
    place = _find_place(line)
    if place is None:
        recipient, rest = _take_name(line)
        return SplitAddress(recipient=recipient, phone=phone, detail=_clean(rest))
    before, after = line[: place.start].removesuffix("中国"), line[place.end :]
    recipient = _clean(before)
    if not recipient:
        recipient, after = _take_name(after)
    return SplitAddress(
        recipient=_CALLED.sub("", recipient).strip(),
        phone=phone,
        province=place.province,
        city=place.city,
        district=place.district,
        detail=_clean(after),
    )


def _clean(text: str) -> str:
    return " ".join(text.replace(_PHONE, " ").split())


def _take_phone(line: str) -> tuple[str, str]:
    """The phone without its separators, and the line with a mark in its place."""
    found = _MOBILE.search(line) or _LANDLINE.search(line)
    if found is None:
        return "", line
    number = re.sub(r"[- ]", "", found.group(1)) if found.re is _MOBILE else found.group(1).replace(" ", "-")
    extension = found.group(2) if found.re is _MOBILE else None
    number = f"{number}-{extension}" if extension else number
    return number, f"{line[: found.start()]} {_PHONE} {line[found.end() :]}"


def _take_name(text: str) -> tuple[str, str]:
    """A name that stands beside the phone or at an end, and the text without it."""
    words = text.split()
    at = words.index(_PHONE) if _PHONE in words else len(words)
    for index in (at + 1, at - 1, len(words) - 1, 0):
        if 0 <= index < len(words) and _is_name(words[index]) and len(words) > 1:
            return words[index], " ".join(words[:index] + words[index + 1 :])
    glued = _GLUED_NAME.search(words[at - 1]) if 0 < at <= len(words) else None
    if glued:
        words[at - 1] = words[at - 1][: glued.start()]
        return glued.group(1), " ".join(words)
    return "", text


def _is_name(word: str) -> bool:
    return word != _PHONE and len(word) <= 15 and not _NO_NAME.search(word)


@cache
def _index() -> dict[str, list[tuple[str, str, str]]]:
    """A written name → the regions it may stand for, as (province, city, district)."""
    names: dict[str, list[tuple[str, str, str]]] = {}
    for province, cities in load_regions().items():
        for written in {province, shorten(province)}:
            names.setdefault(written, []).append((province, "", ""))
        for city, districts in cities.items():
            if is_real_city(city) and city != province:
                for written in {city, shorten(city)}:
                    names.setdefault(written, []).append((province, city, ""))
            for district in districts:
                names.setdefault(district, []).append((province, city, district))
    return names


_LONGEST_NAME = 16


def _find_place(line: str) -> _Place | None:
    """The stretch that names most levels of one region, the first of equals."""
    places = [place for start in range(len(line)) for place in _read_places(line, start)]
    return max(places, key=lambda p: (p.levels, p.end - p.start, -p.start), default=None)


def _read_places(line: str, start: int) -> Iterator[_Place]:
    for length in range(2, min(_LONGEST_NAME, len(line) - start) + 1):
        meanings = _index().get(line[start : start + length], [])
        for province, city, district in meanings:
            if district and sum(1 for meaning in meanings if meaning[2]) > 1:
                continue  # A district's name that several cities share says nothing alone.
            yield _read_on(line, start, start + length, (province, city, district))


def _read_on(line: str, start: int, end: int, known: tuple[str, str, str]) -> _Place:
    """Go on from the first name to the names below it."""
    province, city, district = known
    levels, cities = 1, load_regions()[province]
    if not city:
        end = _skip(line, end, ("省", "市"))
        if found := _match(line, end, [name for name in cities if is_real_city(name)]):
            city, end = found
            levels += 1
    if not district:
        end = _skip(line, end, ("市辖区", "市"))
        below = [(name, under) for under in ([city] if city else cities) for name in cities[under]]
        if found := _match(line, end, [name for name, _under in below], whole=True):
            district, end = found
            city = city or next(under for name, under in below if name == district)
            levels += 1
    return _Place(start, end, levels, province, _name_city(province, city, district), district)


def _name_city(province: str, city: str, district: str) -> str:
    """Municipalities are their own city, and so are counties that belong to none."""
    if not city:
        return province if province in load_regions()[province] else ""
    return city if is_real_city(city) else (province if province in load_regions()[province] else district)


def _skip(line: str, end: int, words: tuple[str, ...]) -> int:
    for word in words:
        if line.startswith(word, end):
            return end + len(word)
    return end


def _match(line: str, end: int, names: list[str], *, whole: bool = False) -> tuple[str, int] | None:
    """The name that stands at `end`, perhaps after a space, and where it ends.

    `whole`: a short form counts only when a space follows, since streets are called after districts.
    """
    at = end + (len(line[end:]) - len(line[end:].lstrip()))
    for name in sorted(names, key=len, reverse=True):
        if line.startswith(name, at):
            return name, at + len(name)
    for name in sorted(names, key=len, reverse=True):
        short = shorten(name)
        after = at + len(short)
        if line.startswith(short, at) and (not whole or line[after : after + 1] in ("", " ")):
            return name, after
    return None
