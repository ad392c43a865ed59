"""What a bill says against what the shop knows: each way in which the two may differ, and what settles it."""

from tests.bills.bills import fetch, kinds, paid_yesterday


def test_a_day_on_which_all_agrees(bills):
    order = paid_yesterday(bills)
    bill = fetch()
    assert (bill.state, bill.rows, bill.received_fen) == ("matched", 1, order.paid_fen)
    assert kinds() == []
