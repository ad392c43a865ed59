"""Opening hours: as they are typed, and whether a store is open at a moment."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from shop.store.models import PickupStore
from shop.store.pickup_stores.distance import measure
from shop.store.pickup_stores.hours import (
    find_next_opening,
    is_open_at,
    parse_holidays,
    parse_hours,
    spell_holidays,
    spell_hours,
    spell_week,
)
from tests.expect import refused

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026, whose second is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def store(week: list[str], **changes: object) -> PickupStore:
    return PickupStore(hours=[parse_hours(day) for day in week], **changes)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", []),
        ("9:00-21:00", [["09:00", "21:00"]]),
        ("09:00～12:00、13：30—21：00", [["09:00", "12:00"], ["13:30", "21:00"]]),
        ("0:00 至 24:00", [["00:00", "24:00"]]),
        ("7:00-9:00; 11:00-14:00 17:00-20:00", [["07:00", "09:00"], ["11:00", "14:00"], ["17:00", "20:00"]]),
    ],
)
def test_hours_are_read_however_they_are_typed(typed: str, read: list[list[str]]) -> None:
    assert parse_hours(typed) == read
    assert parse_hours(spell_hours(read)) == read


@pytest.mark.parametrize(
    "typed",
    [
        *("from nine", "9-21", "9:00", "9:00-", "9:00-21:00 x", "25:00-26:00", "9:60-10:00", "24:00-24:30"),
        *("21:00-9:00", "9:00-9:00", "9:00-12:00, 12:00-14:00", "13:00-14:00, 9:00-10:00"),
        *("1:00-2:00 3:00-4:00 5:00-6:00 7:00-8:00", "٩:00-10:00"),
    ],
)
def test_hours_that_are_none_are_refused(typed: str) -> None:
    with refused("wrong_hours", 400):
        parse_hours(typed)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    for parse, code in ((parse_hours, "wrong_hours"), (parse_holidays, "wrong_holidays")):
        try:
            parse(text)
        except Exception as error:
            assert getattr(error, "code", "") == code, repr(error)


def test_a_week_is_told_by_days_that_are_alike() -> None:
    week = [parse_hours(day) for day in ["9:00-18:00"] * 5 + ["10:00-16:00", ""]]
    with override("en"):
        spelled = spell_week(week)
    assert spelled == "Mon–Fri 09:00-18:00; Sat 10:00-16:00; Sun closed"


def test_days_off_are_single_days_and_spans() -> None:
    days = parse_holidays("2026-2-16 ~ 2026-02-18\n2026/5/1，2026-02-17")
    assert days == ["2026-02-16", "2026-02-17", "2026-02-18", "2026-05-01"]
    assert spell_holidays(days) == "2026-02-16 ~ 2026-02-18, 2026-05-01"
    assert parse_holidays("") == []


@pytest.mark.parametrize(
    "typed", ["2026-02-30", "2026-03-02 ~ 2026-03-01", "2026-01-01 ~ 2026-12-31", "May 1"]
)
def test_days_that_are_none_are_refused(typed: str) -> None:
    with refused("wrong_holidays", 400):
        parse_holidays(typed)


def test_a_store_is_open_in_its_hours_by_the_shops_clock() -> None:
    shop = store(["9:00-12:00, 13:30-21:00"] + [""] * 5 + ["0:00-24:00"])
    assert not is_open_at(shop, at(2, 8, 59))
    assert is_open_at(shop, at(2, 9))
    assert not is_open_at(shop, at(2, 12))
    assert is_open_at(shop, at(2, 20, 59))
    assert not is_open_at(shop, at(2, 21))
    assert not is_open_at(shop, at(3, 10))
    assert is_open_at(shop, at(8, 23, 59))
    assert is_open_at(shop, at(2, 9).astimezone(ZoneInfo("UTC")))


def test_the_next_opening_passes_over_days_off() -> None:
    shop = store(["9:00-12:00, 13:30-21:00"] + [""] * 6, holidays=["2026-03-09"])
    assert find_next_opening(shop, at(2, 8)) == at(2, 9)
    assert find_next_opening(shop, at(2, 9)) == at(2, 13, 30)
    assert find_next_opening(shop, at(2, 22)) == at(16, 9)
    assert not is_open_at(shop, at(9, 10))


def test_a_store_that_is_off_or_has_no_hours_never_opens() -> None:
    assert find_next_opening(store(["9:00-12:00"] * 7, is_open=False), at(2, 8)) is None
    assert not is_open_at(store(["9:00-12:00"] * 7, is_open=False), at(2, 10))
    assert find_next_opening(PickupStore(), at(2, 8)) is None


def test_distances_are_those_of_the_map() -> None:
    assert measure(30.0, 120.0, 30.0, 120.0) == 0
    # Hangzhou to Shanghai, and half way round the earth.
    assert measure(30.2741, 120.1551, 31.2304, 121.4737) == pytest.approx(164_700, rel=0.01)
    assert measure(0, 0, 0, 180) == pytest.approx(20_015_000, rel=0.001)
