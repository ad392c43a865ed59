"""Bills of the last days from the pretend WeChat Pay: most agrees, and one of each kind of difference does not."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from orders.bills.days import A_DAY, EDGE, LOOK_BACK, day_of, start_of
from orders.bills.models import Bill, BillState, Difference, DifferenceKind
from orders.bills.services.ending import dismiss_difference
from orders.bills.services.fetching import open_bills
from orders.bills.tasks import fetch_bill
from orders.payments.models import AttemptState, PayAttempt, Payment, Refund, RefundState
from seeding.world import World
from shop import clock
from shop.demo.standins import Ledger, import_done_refund, import_paid_trade
from shop.store.choices import PayMethod

DAYS = LOOK_BACK
BY_HAND_FEN = 5_00
TOO_MUCH_FEN = 1_00


def compare_bills(world: World) -> None:
    """Spoil what the pretend WeChat tells of some payments and refunds, then fetch. Raises RuntimeError."""
    today = day_of(world.plan.ends_at)
    days = [today - n * A_DAY for n in range(DAYS, 0, -1)]
    world.ledger.set_behaviour({"bills_at_once": True} | _spoil(world.ledger, days[0], today))
    with clock.at(world.plan.ends_at):
        for day in days:
            open_bills(day.toordinal())
        for bill in Bill.objects.filter(day__in=days).order_by("day", "pk"):
            _fetch(bill)
        _leave_one(world)
    world.ledger.set_behaviour({"bills_at_once": False})


def _spoil(ledger: Ledger, first: date, today: date) -> dict[str, Any]:
    """What the bills shall say otherwise than the shop: as much as so small a past has payments and refunds for."""
    begin, end = start_of(first) + EDGE, start_of(today) - EDGE
    paid = Payment.objects.filter(method=PayMethod.WECHAT, captured_at__gte=begin, captured_at__lt=end)
    payments = [
        payment
        for payment in paid.filter(refunds=None).select_related("attempt").order_by("-captured_at")[:40]
        if EDGE < payment.captured_at - start_of(day_of(payment.captured_at)) < A_DAY - EDGE
    ]
    left_out: list[str] = []
    changes: dict[str, dict[str, Any]] = {}
    for payment, spoil in zip(payments, (_leave_out, _raise, _refund_by_hand), strict=False):
        spoil(ledger, payment, left_out, changes)
    _pay_unheard(ledger, today)
    done = Refund.objects.filter(state=RefundState.DONE, reference="", payment__method=PayMethod.WECHAT)
    refunds = done.filter(finished_at__gte=begin, finished_at__lt=end).order_by("-finished_at")[:2]
    for number, spoilt in zip(refunds.values_list("number", flat=True), ("gone", "failed"), strict=False):
        if spoilt == "gone":
            left_out.append(number)
        else:
            changes[number] = {"state": "FAIL"}
    return {"bill_left_out": left_out, "bill_changes": changes, "bill_extra": [_make_foreign(today)]}


def _make_foreign(today: date) -> dict[str, Any]:
    """Somebody else took money by this merchant number, the day before."""
    return {
        "day": f"{today - A_DAY:%Y-%m-%d}",
        "trade_no": "4200002611290000000000000088",
        "number": "pos-till-0088",
        "amount_fen": 88_00,
        "at": (start_of(today) - A_DAY / 2).timestamp(),
    }


def _leave_out(_ledger: Ledger, payment: Payment, left_out: list[str], _changes: Any) -> None:
    left_out.extend(_list_numbers(payment))


def _raise(_ledger: Ledger, payment: Payment, _left_out: Any, changes: dict[str, dict[str, Any]]) -> None:
    for number in _list_numbers(payment):
        changes[number] = {"amount_fen": payment.amount_fen + TOO_MUCH_FEN}


def _refund_by_hand(ledger: Ledger, payment: Payment, _left_out: Any, _changes: Any) -> None:
    """Somebody gave a little back at the merchant platform."""
    for number in _list_numbers(payment):
        import_done_refund(
            ledger,
            number=f"platform-{number}",
            trade_number=number,
            amount_fen=BY_HAND_FEN,
            finished_at=payment.captured_at + timedelta(minutes=20),
        )


def _list_numbers(payment: Payment) -> Iterator[str]:
    if payment.attempt is not None:
        yield payment.attempt.number


def _pay_unheard(ledger: Ledger, today: date) -> None:
    """A buyer who had given up paid after all, yesterday at noon, and nobody told the shop."""
    closed = PayAttempt.objects.filter(state=AttemptState.CLOSED, payments=None, method=PayMethod.WECHAT)
    attempt = closed.order_by("-pk").first()
    if attempt is not None:
        import_paid_trade(
            ledger,
            number=attempt.number,
            amount_fen=attempt.amount_fen,
            openid=attempt.openid,
            paid_at=start_of(today) - A_DAY / 2,
        )


def _fetch(bill: Bill) -> None:
    fetch_bill(bill.pk)
    bill.refresh_from_db()
    if bill.state not in (BillState.MATCHED, BillState.EMPTY):
        raise RuntimeError(f"bill {bill} is {bill.state}: {bill.last_error}")


def _leave_one(world: World) -> None:
    found = Difference.objects.filter(kind=DifferenceKind.AMOUNT).order_by("pk").first()
    if found is not None:
        dismiss_difference(found.pk, reason="买家多付，已与买家说明", actor=world.staff["finance"])
