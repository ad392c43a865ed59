"""Money that goes back or came too much: decided, carried out, stuck, failed."""

from django.utils.translation import gettext_lazy as _

from orders.guards import no_transfer_awaited, something_kept
from orders.stages import Stage
from orders.states.move import BY_GATEWAY, BY_MONEY, BY_STAFF, BY_SYSTEM, STAFF, Move, stay

REFUNDING = (
    Move(
        "order.late_payment",
        _("Late payment"),
        _("Money came that does not count"),
        stay(*Stage),
        BY_GATEWAY,
    ),
    Move(
        "order.excess_transfer",
        _("Record a late or second transfer"),
        _("Money came that does not count"),
        stay(*Stage),
        BY_STAFF,
        "orders.collect",
        (no_transfer_awaited,),
    ),
    Move(
        "order.payment_mismatch",
        _("Another amount"),
        _("WeChat Pay speaks of another amount than was asked for"),
        stay(*Stage),
        BY_GATEWAY,
    ),
    Move(
        "order.attempt_stuck",
        _("Payment unknown"),
        _("WeChat Pay does not say whether this was paid"),
        stay(*Stage),
        BY_SYSTEM,
    ),
    Move(
        "order.attempt_heard",
        _("Payment known again"),
        _("WeChat Pay answers again about the payment"),
        stay(*Stage),
        BY_SYSTEM,
    ),
    Move(
        "order.refund",
        _("Refund"),
        _("Refund decided"),
        stay(*Stage),
        BY_MONEY,
        "orders.refund",
        own_guards={STAFF: (something_kept,)},
        part_of=frozenset({"orders.cancel"}),
    ),
    Move(
        "order.refund_done",
        _("Refunded"),
        _("Refunded"),
        stay(*Stage),
        BY_GATEWAY,
    ),
    Move(
        "order.refund_fail",
        _("Refund failed"),
        _("Refund failed, needs a person"),
        stay(*Stage),
        BY_GATEWAY,
    ),
    Move(
        "order.retry_refund",
        _("Try the refund again"),
        _("Refund tried again"),
        stay(*Stage),
        BY_STAFF,
        "orders.refund",
    ),
    Move(
        "order.refund_stuck",
        _("Refund stuck"),
        _("Refund does not come through, needs a person"),
        stay(*Stage),
        BY_SYSTEM,
    ),
    Move(
        "order.refund_twice",
        _("Refunded twice"),
        _("Refunded twice: ask the buyer to give it back"),
        stay(*Stage),
        BY_GATEWAY,
    ),
    Move(
        "order.refund_outside",
        _("Refunded outside the shop"),
        _("Refunded outside the shop: see whether the order should go on"),
        stay(*Stage),
        BY_GATEWAY,
    ),
    Move("order.pay_out", _("Record payout"), _("Paid out"), stay(*Stage), BY_STAFF, "orders.refund"),
)
