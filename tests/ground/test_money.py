"""Money is divided and shown without losing a fen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.money import format_fen, parse_yuan, share_fen
from tests.expect import refused


@pytest.mark.parametrize(
    ("fen", "shown"),
    [(0, "¥0.00"), (5, "¥0.05"), (3500, "¥35.00"), (123456789, "¥1,234,567.89"), (-5, "-¥0.05")],
)
def test_it_shows_fen_as_yuan(fen, shown):
    assert format_fen(fen) == shown


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("12", 1200), ("12.5", 1250), ("¥1,200.05", 120005), (" ￥0.01 ", 1), ("0", 0), ("１２．５", 1250)],
)
def test_it_reads_what_people_type(typed, fen):
    assert parse_yuan(typed) == fen


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-1",
        "1.234",
        "1e3",
        "abc",
        "12元",
        "9999999999",
        ".",
        "12,5",
        "12，50",
        "1,,2",
        "1,2,3",
        "1²",
        "٣",
    ],
)
def test_it_refuses_what_is_not_an_amount(typed):
    with refused("bad_amount"):
        parse_yuan(typed)


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_shares_sum_to_the_total_and_follow_the_weights(total, weights):
    shares = share_fen(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    if whole:
        assert all(abs(s - total * w / whole) < 1 for s, w in zip(shares, weights, strict=True))
