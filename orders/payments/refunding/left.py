"""What of a paid order can still go back: of each line, of the freight, of each payment."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum
from django.utils.functional import Promise

from orders.models import Order, OrderLine
from orders.payments.models import WITHOUT_CANCELLING, Payment, RefundCause
from orders.payments.refunding.rules import count_days_left, find_bar, find_slot, map_uses
from orders.payments.selectors import get_freight_left_fen
from shop import clock


@dataclass(frozen=True)
class RefundedPieces:
    """Pieces of a line that refunds name: cancelled with one, or given back while the order goes on."""

    cancelled: int = 0
    given_back: int = 0


@dataclass(frozen=True)
class LineLeft:
    """What of a line can still go back. Pieces that came back without a refund are among them."""

    line: OrderLine
    refunded: RefundedPieces

    @property
    def pieces(self) -> int:
        return max(self.line.quantity - self.line.cancelled - self.refunded.given_back, 0)

    @property
    def fen(self) -> int:
        return self.line.left_fen

    def price(self, pieces: int) -> int:
        """The most that goes back for so many of the pieces left (fen): discounts are shared out, the last takes all.

        Where the shop kept some of the price of others, these gain nothing by it.
        """
        if not 0 < pieces <= self.pieces:
            return 0
        return min(self.fen * pieces // self.pieces, find_dearest_fen(self.line, self.refunded) * pieces)


def find_dearest_fen(line: OrderLine, refunded: RefundedPieces) -> int:
    """What a piece of a line cost at most, when it was paid."""
    # Of pieces cancelled after they were paid a refund has the row; the price of the others was never paid.
    priced = line.quantity - line.cancelled + refunded.cancelled
    return -(-(line.total_fen - line.cancelled_unpaid_fen) // priced) if priced else 0


def count_refunded(line: OrderLine) -> RefundedPieces:
    """The pieces of one line that refunds name."""
    return RefundedPieces(**line.refund_lines.aggregate(**_sums("refund__cause", "pieces")))


def _sums(cause: str, pieces: str) -> dict[str, Sum]:
    return {
        "cancelled": Sum(pieces, filter=Q(**{cause: RefundCause.CANCEL}), default=0),
        "given_back": Sum(pieces, filter=Q(**{f"{cause}__in": WITHOUT_CANCELLING}), default=0),
    }


@dataclass(frozen=True)
class PaymentLeft:
    """What of a payment can still go back, and what its gateway says to that.

    `days_left` until the gateway takes no refund of it any more, None where there is none; `refunds_made` of the
    number that it takes; `bar` says why it takes none, "" when it does; `free_at` is when it takes the next.
    """

    payment: Payment
    days_left: int | None
    refunds_made: int
    bar: Promise | str
    free_at: datetime

    @property
    def fen(self) -> int:
        return self.payment.refundable_fen


@dataclass(frozen=True)
class Left:
    """What of an order can still go back. `payments` are those that count, the newest first."""

    lines: tuple[LineLeft, ...]
    freight_fen: int
    payments: tuple[PaymentLeft, ...]

    @property
    def kept_fen(self) -> int:
        """What was paid and is neither back nor on its way: no refund is above it."""
        return sum(payment.fen for payment in self.payments)


def read_left(order: Order) -> Left:
    """What can still go back of an order; binding while its lock is held. Five queries."""
    lines = _list_lines(order)
    on_lines_fen = sum(left.line.refunded_fen for left in lines)
    return Left(lines, get_freight_left_fen(order, on_lines_fen=on_lines_fen), _list_payments(order))


def _list_lines(order: Order) -> tuple[LineLeft, ...]:
    lines = {line.pk: line for line in order.lines.order_by("id")}
    sums = order.lines.values_list("pk").annotate(
        **_sums("refund_lines__refund__cause", "refund_lines__pieces")
    )
    refunded = {pk: RefundedPieces(cancelled, given_back) for pk, cancelled, given_back in sums}
    return tuple(LineLeft(line, refunded[pk]) for pk, line in lines.items())


def _list_payments(order: Order) -> tuple[PaymentLeft, ...]:
    payments, now = list(order.payments.filter(counts=True).order_by("-id")), clock.now()
    uses = map_uses(payment.pk for payment in payments)
    return tuple(
        PaymentLeft(
            payment,
            count_days_left(payment, now),
            uses[payment.pk].made,
            find_bar(payment, uses[payment.pk], now),
            find_slot(payment, uses[payment.pk], now),
        )
        for payment in payments
    )
