"""Which orders of one buyer go to one place, however that was typed: what is compared, and a keyed hash of it."""

import re
import unicodedata
from collections.abc import Iterable

from orders.models import Order
from shop.crypto import as_number, keyed_hash
from shop.spelling import normalise
from shop.store.deliveries import WAYS
from shop.store.places.regions import shorten

REDIRECTING = ("order.change_address", "order.change_delivery")
"""Verbs whose events keep whom the goods went to before and go to now, sealed."""
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x1f]+")
_BETWEEN_NUMBERS = re.compile(r"(?<=\d)[\W_]+(?=\d)")
_MARKS = re.compile(r"[^\w-]|_|(?<!\d)-|-(?!\d)")
_COUNTRY = re.compile(r"^(?:\+|00)86")


def fold_address(detail: str) -> str:
    """Half-width, upper case, without spaces and punctuation, `#` as 号; what divides two numbers is one dash.

    Without that dash 1-1101 and 11-101 would be one door.
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", detail)).upper().replace("#", "号")
    return _MARKS.sub("", _BETWEEN_NUMBERS.sub("-", text))


def fold_recipient(order: Order) -> tuple[str, ...]:
    """Whom and where the goods go to, as it is compared: 浙江省 is 浙江, +86 is left out of the phone."""
    regions = [normalise(name) for name in (order.province, order.city, order.district)]
    detail = fold_address(order.address_detail)
    for name in regions:
        detail = detail.removeprefix(name)
    phone = _COUNTRY.sub("", normalise(order.phone))
    return normalise(order.recipient), phone, *map(_shorten, regions), detail


def _shorten(region: str) -> str:
    return shorten(region) if region else ""


def is_same_recipient(one: Order, other: Order) -> bool:
    """Whether both are of one buyer and go to the same person, phone and address, however these were typed."""
    return one.customer_id == other.customer_id and fold_recipient(one) == fold_recipient(other)


def make_destination(order: Order) -> int:
    """What `Order.destination` holds: a keyed hash of buyer and recipient, so that no two buyers have one.

    0 where nothing goes by courier, and of test orders, which nobody receives.
    """
    if not WAYS[order.delivery].has_number or order.is_test:
        return 0
    return hash_destination(order.customer_id, fold_recipient(order))


def hash_destination(customer_id: int, folded: Iterable[str]) -> int:
    """The hash of what `fold_recipient` gives."""
    return as_number(keyed_hash("destination", "\n".join((str(customer_id), *folded))))
