"""What the pretend gateways remember of the past, each of what was paid by it."""

from datetime import datetime

from orders.payments.models import PayAttempt, Refund
from shop.demo.standins import (
    Ledger,
    import_alipay_refund,
    import_alipay_trade,
    import_done_refund,
    import_paid_trade,
)
from shop.store.choices import PayMethod


def enter_payment(ledger: Ledger, attempt: PayAttempt, *, paid_at: datetime) -> str:
    """Let the gateway of an attempt know that it was paid; its number of the payment."""
    number, amount_fen = attempt.number, attempt.amount_fen
    if attempt.method == PayMethod.ALIPAY:
        return import_alipay_trade(ledger, number=number, amount_fen=amount_fen, paid_at=paid_at)
    return import_paid_trade(
        ledger, number=number, amount_fen=amount_fen, openid=attempt.openid, paid_at=paid_at
    )


def enter_refund(ledger: Ledger, refund: Refund, attempt: PayAttempt, *, finished_at: datetime) -> str:
    """Let the gateway know that a refund of its payment is done; its number of the refund."""
    enter = import_alipay_refund if attempt.method == PayMethod.ALIPAY else import_done_refund
    return enter(
        ledger,
        number=refund.number,
        trade_number=attempt.number,
        amount_fen=refund.amount_fen,
        finished_at=finished_at,
    )
