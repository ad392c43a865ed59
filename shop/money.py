"""Money is integer fen everywhere; these are the only places where it is divided or shown."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from shop.errors import Refused

MAX_FEN = 10_000_000_00
"""No amount is larger, so that the sum of two fits the 32-bit column."""
# Commas stand between thousands only: "12,5" may have been meant as twelve and a half.
_YUAN = re.compile(r"^(\d{1,9}|\d{1,3}(,\d{3}){1,2})(\.\d{1,2})?$", re.ASCII)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def format_fen(fen: int) -> str:
    """Show fen as yuan: 123456 → "¥1,234.56", -5 → "-¥0.05"."""
    sign = "-" if fen < 0 else ""
    yuan, cents = divmod(abs(fen), 100)
    return f"{sign}¥{yuan:,}.{cents:02d}"


def write_yuan(fen: int) -> str:
    """Write fen as `parse_yuan` reads it: 123456 → "1234.56"."""
    return f"{fen // 100}.{fen % 100:02d}"


def parse_yuan(text: str) -> int:
    """Read an amount typed in yuan ("12", "12.5", "¥1,200.00") as fen. Raises Refused `bad_amount`."""
    cleaned = text.translate(_FULL_WIDTH).strip().lstrip("¥￥").strip()
    if not _YUAN.match(cleaned):
        raise Refused("bad_amount", _("Type an amount in yuan with at most two decimals."), 400)
    yuan, _dot, cents = cleaned.replace(",", "").partition(".")
    return int(yuan) * 100 + int(cents.ljust(2, "0") or 0)


def share_fen(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` fen in proportion to `weights` by largest remainder; the parts sum to `total` exactly."""
    whole = sum(weights)
    if whole <= 0:
        weights = [1] * len(weights)
        whole = len(weights)
    sign = -1 if total < 0 else 1
    parts = [divmod(abs(total) * weight, whole) for weight in weights]
    shares = [quotient for quotient, _remainder in parts]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-parts[i][1], i))
    for i in by_remainder[: abs(total) - sum(shares)]:
        shares[i] += 1
    return [sign * share for share in shares]
