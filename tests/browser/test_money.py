"""The pages of bills and differences with numbers as long as platforms may give them, in both languages."""

import pytest

from orders.bills.models import Bill, BillState, Difference, DifferenceKind
from tests import cast
from tests.bills.bills import made_bill, made_difference
from tests.browser.conftest import Device, LiveShop
from tests.browser.test_pictures import make_visitor
from tests.expect import fresh

pytestmark = pytest.mark.browser
LONG = 64
SUMS = ("received_fen", "refunded_fen", "fee_fen", "due_fen")


def _plant() -> tuple[Bill, Difference]:
    order = cast.paid_order()
    paid = made_difference(order, trade_no="4" * LONG, number=f"{order.number}-{'7' * 12}")
    made_difference(
        order,
        kind=DifferenceKind.UNKNOWN_REFUND,
        trade_no="4" * LONG,
        refund_no="R" * LONG,
        refund_id="5" * LONG,
        ours_fen=1_234_567_80,
    )
    bill = made_bill()
    fen = dict.fromkeys(SUMS, 12_345_678_90)
    # Of a bill alone: what the platform says of sums has no books of the shop's.
    Bill.objects.filter(pk=bill.pk).update(state=BillState.MATCHED, **fen)
    return fresh(bill), paid


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_long_numbers_and_sums_fit_every_screen(live_shop: LiveShop, device: Device, language: str) -> None:
    bill, paid = _plant()
    visitor = make_visitor(device("owner"), live_shop.url(""), language)
    try:
        for path in ("", "differences/", f"differences/{paid.pk}/", f"bills/{bill.pk}/", "upload/"):
            visitor.visit(live_shop.url(f"/console/money/{path}"))
    finally:
        # The story, which may share this shop, compares all books.
        Bill.objects.filter(pk=bill.pk).update(**dict.fromkeys(SUMS, 0))
    assert visitor.problems == [], "\n".join(visitor.problems)
