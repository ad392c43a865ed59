"""What a difference means and what to do about it: a sentence for each kind."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.bills.models import Difference, DifferenceKind
from orders.bills.reading.rows import LineState


@dataclass(frozen=True)
class Advice:
    """What has happened, and what to do."""

    what: Any
    todo: Any


_K = DifferenceKind
_ADVICE = {
    _K.UNKNOWN_PAYMENT: Advice(
        _("The platform was paid, and the shop knows nothing of it."),
        _("Book it: the platform is asked once more, and the order counts as paid."),
    ),
    _K.UNKNOWN_REFUND: Advice(
        _(
            "Money went back at the platform that the shop did not send, by the merchant platform for instance."
        ),
        _("Book it, so that nobody refunds it a second time."),
    ),
    _K.MISSING_PAYMENT: Advice(
        _("The shop has booked a payment that no bill has."),
        _(
            "Look the number up at the merchant platform. If the money never came, do not ship; then settle this."
        ),
    ),
    _K.MISSING_REFUND: Advice(
        _("The shop says that the money is back, and no bill has this refund."),
        _("Look the number up at the merchant platform, and ask the buyer whether the money came."),
    ),
    _K.AMOUNT: Advice(
        _("Both know of it, but not of the same amount."),
        _("Compare both at the merchant platform. Refund what is too much there, or collect the rest."),
    ),
    _K.STATE: Advice(
        _("Both know of it, but not that it is at the same point."),
        _(
            "Look it up at the merchant platform. What the platform has not done is to be done again or paid out."
        ),
    ),
}
_BACK_THERE = Advice(
    _("The platform says that the money is back, and the shop still waits for it."),
    _("Take its state over: the platform is asked once more, and the refund is done here too."),
)
_OF_NO_ORDER = Advice(
    _("The platform was paid for something that is no order of this shop."),
    _("Ask who else takes money by this merchant number, and leave it as it is."),
)


def advise(difference: Difference) -> Advice:
    """The sentences about this one."""
    if difference.kind == _K.STATE and difference.theirs == LineState.REFUNDED:
        return _BACK_THERE
    if difference.kind == _K.UNKNOWN_PAYMENT and difference.order_id is None:
        return _OF_NO_ORDER
    return _ADVICE[DifferenceKind(difference.kind)]
