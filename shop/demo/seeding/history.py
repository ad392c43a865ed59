"""The longer past: how many of 1,000 orders have which fate."""

from shop.demo.seeding.money_stories import (
    tell_back_to_balance,
    tell_paid_by_balance,
    tell_paid_out,
    tell_proof_rejected,
    tell_transferred,
)
from shop.demo.seeding.stories import (
    COD,
    LOCAL,
    Story,
    tell_address_changed,
    tell_cancelled_by_buyer,
    tell_cancelled_paid,
    tell_chose_cash,
    tell_extended,
    tell_held,
    tell_line_cancelled,
    tell_paid_too_late,
    tell_plain,
    tell_price_changed,
    tell_shipped_again,
    tell_short,
    tell_timed_out,
    tell_two_parcels,
    tell_urged,
)
from shop.store.choices import PayMethod

BALANCE, TRANSFER = PayMethod.BALANCE, PayMethod.TRANSFER
PLAIN = Story(tell_plain)
HISTORY: tuple[Story, ...] = (
    Story(tell_plain, 85, pay_method=COD),
    Story(tell_plain, 65, LOCAL),
    Story(tell_plain, 40, LOCAL, COD),
    Story(tell_timed_out, 65),
    Story(tell_cancelled_by_buyer, 30),
    Story(tell_cancelled_by_buyer, 8, pay_method=COD),
    Story(tell_cancelled_paid, 32),
    Story(tell_two_parcels, 35, lines=2),
    Story(tell_held, 16),
    Story(tell_price_changed, 24),
    Story(tell_line_cancelled, 18, lines=2),
    Story(tell_shipped_again, 6),
    Story(tell_address_changed, 10),
    Story(tell_chose_cash, 6),
    Story(tell_paid_too_late, 4),
    Story(tell_short, is_scarce=True),
    Story(tell_urged, 14),
    Story(tell_extended, 12),
    Story(tell_transferred, 14, pay_method=TRANSFER),
    Story(tell_proof_rejected, 6, pay_method=TRANSFER),
    Story(tell_paid_out, 5, pay_method=TRANSFER),
    Story(tell_paid_by_balance, 30, pay_method=BALANCE),
    Story(tell_back_to_balance, 6, pay_method=BALANCE),
)
"""What is missing to 1,000 are plain orders."""
