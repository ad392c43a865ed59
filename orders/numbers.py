"""Order numbers: 18 digits, yymmdd + 11 random + a check digit, so that a mistyped number is recognised."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

from shop import clock

LENGTH = 18
DrawBelow = Callable[[int], int]
_draw_below: ContextVar[DrawBelow] = ContextVar("order_number_randomness", default=secrets.randbelow)


@contextmanager
def drawn_by(draw_below: DrawBelow) -> Iterator[None]:
    """Inside, numbers come from `draw_below(n)` (0 to n - 1), so that a demo history repeats itself."""
    token = _draw_below.set(draw_below)
    try:
        yield
    finally:
        _draw_below.reset(token)


def make_order_number() -> str:
    """A new number for an order placed now (date in the store's time zone)."""
    body = f"{timezone.localtime(clock.now()):%y%m%d}{_draw_below.get()(10**11):011d}"
    return body + check_digit(body)


def check_digit(body: str) -> str:
    """The Luhn digit of `body` (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, char in enumerate(reversed(body)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
