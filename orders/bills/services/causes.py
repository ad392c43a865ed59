"""Whether the cause of a difference is gone: what is there now, on both sides."""

from collections.abc import Callable

from django.db.models import F, Q

from orders.bills.models import BillLine, Difference, DifferenceKind
from orders.bills.reading.rows import LineState
from orders.payments.models import Payment, Refund, RefundState


def is_over(difference: Difference) -> bool:
    """Whether both sides agree now; a few queries by unique keys."""
    return _CAUSES[DifferenceKind(difference.kind)](difference)


def _find_line(difference: Difference) -> BillLine | None:
    """What the newest bill says of it."""
    rows = BillLine.objects.filter(refund_no=difference.refund_no, trade_no=difference.trade_no)
    return rows.order_by("-bill__day").first()


def _find_payment(difference: Difference) -> Payment | None:
    return Payment.objects.filter(method=difference.platform, trade_no=difference.trade_no).first()


def _find_refund(difference: Difference) -> Refund | None:
    by = Q(number=difference.refund_no) | Q(reference=difference.refund_no)
    if difference.refund_id:
        by |= Q(gateway_id=difference.refund_id)
    return Refund.objects.filter(by).first()


def _payment_is_known(difference: Difference) -> bool:
    return _find_payment(difference) is not None or _find_line(difference) is None


def _refund_is_known(difference: Difference) -> bool:
    return _find_refund(difference) is not None or _find_line(difference) is None


def _payment_is_in_a_bill(difference: Difference) -> bool:
    return _find_line(difference) is not None or _find_payment(difference) is None


def _refund_is_in_a_bill(difference: Difference) -> bool:
    rows = BillLine.objects.filter(refund_no=difference.refund_no)
    return rows.exists() or not _is_done(_find_refund(difference))


def _amounts_agree(difference: Difference) -> bool:
    ours = _find_refund(difference) if difference.refund_no else _find_payment(difference)
    line = _find_line(difference)
    theirs_fen = line.amount_fen if line else difference.theirs_fen
    return ours is not None and ours.amount_fen == theirs_fen


def _states_agree(difference: Difference) -> bool:
    line = _find_line(difference)
    if line is None:
        return True
    if not difference.refund_no:
        left = Payment.objects.filter(method=difference.platform, trade_no=difference.trade_no)
        is_back = not left.filter(amount_fen__gt=F("refunding_fen") + F("refunded_fen")).exists()
        return is_back or line.state != LineState.REVOKED
    refund = _find_refund(difference)
    is_back = line.state == LineState.REFUNDED
    return is_back == _is_done(refund) and not (is_back and refund and refund.reference)


def _is_done(refund: Refund | None) -> bool:
    return refund is not None and refund.state == RefundState.DONE


_CAUSES: dict[DifferenceKind, Callable[[Difference], bool]] = {
    DifferenceKind.UNKNOWN_PAYMENT: _payment_is_known,
    DifferenceKind.UNKNOWN_REFUND: _refund_is_known,
    DifferenceKind.MISSING_PAYMENT: _payment_is_in_a_bill,
    DifferenceKind.MISSING_REFUND: _refund_is_in_a_bill,
    DifferenceKind.AMOUNT: _amounts_agree,
    DifferenceKind.STATE: _states_agree,
}
