"""What is to go back, shared out: a page shows it beforehand, and a verb does the same under its lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.payments.models import Payment
from orders.payments.refunding.left import Left, LineLeft, PaymentLeft, read_left
from orders.payments.refunding.rules import RULES
from shop.errors import Refused
from shop.money import format_fen, share_fen
from shop.store.choices import PayMethod
from shop.words import fill


@dataclass(frozen=True)
class Wanted:
    """What money is to go back for.

    `pieces`: line id → pieces; `fen`: line id → fen, None for all that is left of the line; `freight_fen` likewise,
    None for all that is left of it. `amount_fen` is another amount than the sum of these, and not above it.
    """

    pieces: Mapping[int, int] = field(default_factory=dict)
    fen: Mapping[int, int | None] = field(default_factory=dict)
    freight_fen: int | None = 0
    amount_fen: int | None = None


@dataclass(frozen=True)
class Route:
    """A part of the amount, which goes back the way it came.

    `bar`: why its gateway takes none, so that it is paid out by hand. `goes_at`: when the gateway is asked.
    """

    payment_id: int
    method: str
    amount_fen: int
    bar: Promise | str = field(default="", compare=False)
    goes_at: datetime | None = field(default=None, compare=False)

    @property
    def is_by_gateway(self) -> bool:
        return self.method in RULES and not self.bar

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody pays it out: no gateway gives it back, nor the buyer's balance."""
        return not self.is_by_gateway and self.method != PayMethod.BALANCE


@dataclass(frozen=True)
class Plan:
    """What goes back for each line (`shares`: line id → fen), for the freight, and by which ways, the newest first.

    `chosen_fen` is what was chosen altogether: more than the amount where another one was named, or less is left.
    """

    wanted: Wanted
    shares: Mapping[int, int]
    freight_fen: int
    chosen_fen: int
    routes: tuple[Route, ...]

    @property
    def amount_fen(self) -> int:
        return sum(route.amount_fen for route in self.routes)


def plan_refund(order: Order, wanted: Wanted) -> Plan:
    """How what is wanted would go back; binding while the order's lock is held. Writes nothing.

    Without an amount as much as is left of what was chosen and of the payments. A smaller amount is shared over what
    was chosen by largest remainder. Raises Refused `bad_amount` (400) for nothing, `not_found` (404) for a line of
    another order, `over_share`, `over_refundable`.
    """
    left = read_left(order)
    chosen = _choose(left, wanted)
    whole_fen = sum(chosen.values())
    amount_fen = min(whole_fen, left.kept_fen) if wanted.amount_fen is None else wanted.amount_fen
    if whole_fen and not left.kept_fen:
        raise over_refundable()
    if amount_fen <= 0:
        raise Refused("bad_amount", _("Choose for what money is to go back, and how much."), 400)
    if amount_fen > whole_fen:
        raise _over_share(whole_fen)
    routes = plan_routes(left.payments, amount_fen)
    shares = dict(zip(chosen, share_fen(amount_fen, list(chosen.values())), strict=True))
    return Plan(wanted, shares, shares.pop(_FREIGHT), whole_fen, routes)


_FREIGHT = 0
"""Where a line's id would stand."""


def _choose(left: Left, wanted: Wanted) -> dict[int, int]:
    """The most that goes back for each line that was chosen, and for the freight."""
    lines = {line.line.pk: line for line in left.lines}
    if not wanted.pieces.keys() | wanted.fen.keys() <= lines.keys():
        raise Refused("not_found", _("There is no such line in this order."), 404)
    of_pieces = {pk: _price(lines[pk], pieces) for pk, pieces in wanted.pieces.items() if pieces}
    of_lines = {pk: _limit(fen, lines[pk].fen) for pk, fen in wanted.fen.items()}
    chosen = of_pieces | of_lines
    return {pk: chosen[pk] for pk in lines if pk in chosen} | {
        _FREIGHT: _limit(wanted.freight_fen, left.freight_fen)
    }


def _price(line: LineLeft, pieces: int) -> int:
    if not 0 <= pieces <= line.pieces:
        message = _("Of “%(line)s” only %(left)d can still be refunded.")
        words = {"line": line.line.product_name, "left": line.pieces}
        raise Refused("over_share", fill(message, words), left=line.pieces)
    return line.price(pieces)


def _limit(fen: int | None, left_fen: int) -> int:
    if fen is None:
        return left_fen
    if fen < 0:
        raise Refused("bad_amount", _("Choose for what money is to go back, and how much."), 400)
    if fen > left_fen:
        raise _over_share(left_fen)
    return fen


def _over_share(left_fen: int) -> Refused:
    message = _("Of what you chose only %(amount)s is left to be refunded.")
    return Refused("over_share", message % {"amount": format_fen(left_fen)}, left_fen=left_fen)


def plan_routes(payments: Sequence[PaymentLeft], amount_fen: int) -> tuple[Route, ...]:
    """By which payments an amount goes back. Raises Refused `over_refundable`."""
    told = {payment.payment.pk: payment for payment in payments}
    parts = split_newest_first([payment.payment for payment in payments], amount_fen)
    return tuple(
        Route(payment.pk, payment.method, fen, told[payment.pk].bar, told[payment.pk].free_at)
        for payment, fen in parts
    )


def split_newest_first(payments: Sequence[Payment], amount_fen: int) -> list[tuple[Payment, int]]:
    """What of an amount each of these payments gives back, in their order. Raises Refused `over_refundable`."""
    parts, left_fen = [], amount_fen
    for payment in payments:
        if part := min(left_fen, payment.refundable_fen):
            parts.append((payment, part))
            left_fen -= part
    if left_fen:
        raise over_refundable()
    return parts


def over_refundable() -> Refused:
    return Refused("over_refundable", _("More than what is left of the payment cannot be refunded."))
