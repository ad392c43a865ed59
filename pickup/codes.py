"""The code of a pickup order: opaque in a link, or short to be typed; made from the order, so that nothing is stored.

It is valid as long as the order can be picked up, paid or not, under its present code version: no write revokes it.
Both forms are the order's id and code version, scrambled by the search key, and are found by the primary key.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.scope import orders_in_scope
from orders.stages import OPEN, Stage
from pickup.selectors import NEEDS_PIN
from shop.actor import SYSTEM, Actor
from shop.crypto import read_token, scramble, unscramble, write_token
from shop.errors import Refused
from shop.spelling import normalise
from shop.store.choices import Delivery

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O and U."""
_LOOK_ALIKE = str.maketrans("ILO", "110")
_GROUP = 4
_VERSION_BITS = 6
_VALID = Q(delivery=Delivery.PICKUP, stage__in=OPEN)
_KNOWN = Q(delivery=Delivery.PICKUP, stage__in=(*OPEN, Stage.DONE))
_NO_ID = 0


@dataclass(frozen=True)
class _Form:
    """One of the two forms, as a number of so many bits."""

    kind: str
    bits: int

    def write(self, order: Order) -> int:
        return scramble(self.kind, order.pk << _VERSION_BITS | order.code_version, bits=self.bits)

    def find(self, number: int, state: Q) -> Q:
        """What the orders are that may have this number and are in such a state."""
        found = Q(pk__in=[])
        for read in unscramble(self.kind, number, bits=self.bits):
            pk, version = divmod(read, 1 << _VERSION_BITS)
            # What no id can be is asked for as well, so that it takes no less time.
            found |= Q(pk=pk if pk < 1 << 63 else _NO_ID, code_version=version)
        return found & state


_SHORT, _TOKEN = _Form("pickup code", 40), _Form("pickup token", 128)


@dataclass(frozen=True)
class PickupCode:
    """Of one order: `short` is typed, four and four; `token` stands in the link, which the QR code holds."""

    short: str
    token: str

    @property
    def link(self) -> str:
        return f"{settings.BASE_URL}{reverse('pickup_code', args=[self.token])}"


def has_code(order: Order) -> bool:
    """Whether it can be picked up, paid or not."""
    return order.delivery == Delivery.PICKUP and order.stage in OPEN


def make_code(order: Order) -> PickupCode | None:
    """The code of an order, None for one that cannot be picked up."""
    if not has_code(order):
        return None
    return PickupCode(_spell(_SHORT.write(order)), write_token(_TOKEN.write(order), bits=_TOKEN.bits))


def next_version(order: Order) -> int:
    """The code version under which the codes that the order has now are not valid any more: 0 to 63, then anew."""
    return (order.code_version + 1) % (1 << _VERSION_BITS)


def find_order(text: str, *, actor: Actor) -> Order:
    """The order of the actor's scope with this valid code: short, as a token or as the whole link.

    Raises Refused `no_code` (404), in the same words and after the same work for what is malformed, unknown, outdated
    or out of scope.
    """
    return _read_first(orders_in_scope(actor).filter(bearing(text)))


def find_known(text: str) -> Order:
    """The order with this code, at whatever store, also one that has been handed out: for who stands at a counter.

    With `needs_pin`, as NEEDS_PIN says. Raises Refused `no_code` (404) as `find_order` does.
    """
    orders = orders_in_scope(SYSTEM).filter(_meant_by(text, _KNOWN))
    return _read_first(orders.select_related("pickup_store").annotate(needs_pin=NEEDS_PIN))


def _read_first(orders: "QuerySet[Order]") -> Order:
    order = orders.select_related("customer").first()
    if order is None:
        message = _("No order waits under this code. Let the buyer open the order and show it again.")
        raise Refused("no_code", message, 404)
    return order


def bearing(text: str) -> Q:
    """What the orders are that have this valid code, in whatever form."""
    return _meant_by(text, _VALID)


def _meant_by(text: str, state: Q) -> Q:
    tail = text.strip().rpartition("/")[2]
    short = clean_short(tail)
    return (
        _SHORT.find(_unspell(short), state)
        if short
        else _TOKEN.find(read_token(tail, bits=_TOKEN.bits), state)
    )


def clean_short(text: str) -> str:
    """A short code as it is made, however it was typed; "" for what cannot be one."""
    word = normalise(text).translate(_LOOK_ALIKE)
    is_code = len(word) == 2 * _GROUP and all(letter in _LETTERS for letter in word)
    return f"{word[:_GROUP]}-{word[_GROUP:]}" if is_code else ""


def _spell(number: int) -> str:
    word = "".join(_LETTERS[number >> shift & 31] for shift in range(_SHORT.bits - 5, -1, -5))
    return f"{word[:_GROUP]}-{word[_GROUP:]}"


def _unspell(short: str) -> int:
    number = 0
    for letter in short.replace("-", ""):
        number = number << 5 | _LETTERS.index(letter)
    return number
