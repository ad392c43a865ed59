"""Numbers as they stand in links: base64url without padding, each in one way only."""

import base64
import binascii


def write_token(number: int, *, bits: int) -> str:
    """A number of so many bits, a multiple of 8, as text."""
    return base64.urlsafe_b64encode(number.to_bytes(bits // 8, "big")).rstrip(b"=").decode()


def read_token(token: str, *, bits: int) -> int:
    """The number of a token; of what is none 0, a number as good as any other."""
    padding = "=" * (-len(token) % 4)
    try:
        number = int.from_bytes(base64.b64decode(token + padding, altchars=b"-_", validate=True), "big")
    except (binascii.Error, ValueError):
        return 0
    # The last letter holds more bits than are needed: one token is written in one way.
    return number if number >> bits == 0 and write_token(number, bits=bits) == token else 0
