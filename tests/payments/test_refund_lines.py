"""Each refund says who decided it, why, and what it is for, line by line."""

from importlib import import_module

import pytest
from django.apps import apps

from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines, cancel_paid, cancel_unsent
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.gateway import PaymentEvidence
from orders.payments.models import Refund, RefundCause, RefundLine
from orders.payments.services.collecting import collect_payment
from orders.payments.services.evidence import apply_payment_evidence
from orders.payments.services.outside import OutsideRefund, record_outside_refund
from orders.payments.services.refund_sending import refuse_refund
from orders.payments.services.refunds import sum_decided
from orders.payments.services.transfers import record_excess_transfer
from shop import clock
from shop.actor import GATEWAY
from shop.events.models import Event
from shop.store.choices import OverdueRule, PayMethod
from tests import cast
from tests.conftest import find_broken_books
from tests.expect import fresh, refused

CLERK, FINANCE = cast.clerk("order_clerk", id_=7, name="小陈"), cast.clerk("finance", id_=8, name="老李")


@pytest.fixture
def order() -> Order:
    """Two of ¥20 and two of ¥30, freight free above ¥99."""
    return cast.paid_order(basket={cast.make_sku(price_fen=fen).pk: 2 for fen in (20_00, 30_00)})


def ids(order: Order) -> list[int]:
    return list(order.lines.order_by("id").values_list("pk", flat=True))


def rows(refund: Refund) -> list[tuple[int | None, int, int]]:
    return list(refund.lines.order_by("pk").values_list("order_line", "amount_fen", "pieces"))


def told(refund: Refund) -> tuple[str, str, int | None, str]:
    return refund.cause, refund.decided_by_kind, refund.decided_by_id, refund.decided_by_name


def give(order: Order, fen: int, *places: int, freight: bool = False) -> Refund:
    chosen = frozenset(ids(order)[n] for n in places)
    refund_part(order.pk, PartRefund(fen, "破损", chosen, is_for_freight=freight), actor=FINANCE)
    return order.refunds.latest("pk")


def test_goods_that_are_cancelled(order):
    first, second = ids(order)
    cancel_lines(order.pk, quantities={first: 1, second: 2}, reason="缺货", actor=CLERK)
    refund = order.refunds.get()
    assert told(refund) == (RefundCause.CANCEL, "staff", 7, "小陈")
    assert rows(refund) == [(first, 20_00, 1), (second, 60_00, 2)]


def test_a_whole_order_with_its_freight():
    order = cast.paid_order(basket={cast.make_sku(price_fen=20_00).pk: 2})
    cancel_paid(order.pk, reason="缺货", actor=CLERK)
    assert rows(order.refunds.get()) == [(ids(order)[0], 40_00, 2), (None, 10_00, 0)]


def test_one_that_closes_by_itself_is_the_systems():
    cast.open_shop(overdue_rule=OverdueRule.BUYER)
    order = cast.paid_order()
    with clock.at(order.ship_by):
        cancel_unsent(order.pk, actor=cast.buyer(order))
    assert told(order.refunds.get()) == (RefundCause.CANCEL, "system", None, "system")


def test_a_part_and_goodwill(order):
    first, second = ids(order)
    part, goodwill = give(order, 10_00, 0, 1), give(order, 3_00)
    assert told(part) == (RefundCause.PART, "staff", 8, "老李")
    assert rows(part) == [(first, 4_00, 0), (second, 6_00, 0)]
    assert (goodwill.cause, rows(goodwill)) == (RefundCause.GOODWILL, [])


def test_money_that_does_not_count_is_for_no_line(order):
    attempt = order.attempts.get()
    late = PaymentEvidence(attempt.number, "42990000000000000000000001", attempt.amount_fen, clock.now())
    apply_payment_evidence(late)
    record_excess_transfer(order.pk, amount_fen=1_00, reference="银行 1", actor=FINANCE)
    refunds = order.refunds.order_by("pk")
    assert [refund.cause for refund in refunds] == [RefundCause.LATE_PAYMENT, RefundCause.EXCESS_TRANSFER]
    assert not RefundLine.objects.exists()


def test_taken_from_several_payments_each_refund_has_its_part():
    order = cast.place(pay_method=PayMethod.COD, basket={cast.make_sku(price_fen=50_00).pk: 2})
    collect_payment(order.pk, actor=cast.clerk("order_clerk"))
    payment = order.payments.get()
    payment.amount_fen = 30_00
    payment.save()
    order.payments.create(method=PayMethod.COD, amount_fen=70_00, counts=True, captured_at=clock.now())
    cancel_paid(order.pk, reason="缺货", actor=CLERK)
    (line,) = ids(order)
    assert [rows(refund) for refund in order.refunds.order_by("pk")] == [
        [(line, 70_00, 2)],
        [(line, 30_00, 0)],
    ]


class TestOutside:
    def find(self, order: Order, fen: int) -> Refund:
        found = OutsideRefund("50000001", order.payments.get().trade_no, "500", fen)
        assert record_outside_refund(found, mchid="", actor=GATEWAY)
        return Refund.objects.get(number="50000001")

    def test_one_that_nobody_here_decided_is_for_no_line(self, order):
        refund = self.find(order, 5_00)
        assert (told(refund), rows(refund)) == ((RefundCause.OUTSIDE, "gateway", None, "gateway"), [])

    def test_one_that_takes_the_place_of_a_part_takes_its_rows_and_its_decider(self, order):
        first, second = ids(order)
        failed = give(order, 10_00, 0, 1)
        refuse_refund(failed, why="NOT_ENOUGH")
        refund = self.find(order, 5_00)
        assert (told(refund), rows(refund)) == (
            (RefundCause.OUTSIDE, "staff", 8, "老李"),
            [(first, 2_00, 0), (second, 3_00, 0)],
        )
        assert rows(failed) == [(first, 2_00, 0), (second, 3_00, 0)]
        assert sum_decided(order, FINANCE) == 10_00


class TestTheLimit:
    LIMITED = cast.clerk("finance", id_=8, limit=10_00)

    def refuse_one_more(self, order: Order) -> None:
        with refused("over_refund_limit", 403):
            refund_part(order.pk, PartRefund(1, "x"), actor=self.LIMITED)

    def test_it_reads_no_events(self, order, django_assert_max_num_queries):
        give(order, 10_00)
        with django_assert_max_num_queries(1) as queries:
            assert sum_decided(order, FINANCE) == 10_00
        assert "events_event" not in queries.captured_queries[0]["sql"]
        self.refuse_one_more(order)

    def test_what_a_version_wrote_that_names_nobody_counts_against_everybody(self, order):
        refund = give(order, 10_00)
        Refund.objects.filter(pk=refund.pk).update(decided_by_kind="", decided_by_id=None)
        self.refuse_one_more(order)


def test_old_refunds_are_filled_from_the_events(order, monkeypatch):
    _first, second = ids(order)
    give(order, 3_00)
    give(order, 10_00, 0)
    cancel_lines(order.pk, quantities={second: 1}, reason="缺货", actor=CLERK)
    TestOutside().find(order, 1_00)
    attempt = order.attempts.get()
    apply_payment_evidence(PaymentEvidence(attempt.number, "4299", attempt.amount_fen, clock.now()))
    wanted = [told(refund) for refund in Refund.objects.order_by("pk")]
    forget_who_and_what_for()
    fill = import_module("orders.payments.migrations.0013_fill_deciders")
    monkeypatch.setattr(fill, "BATCH", 2)
    fill.fill(apps, None)
    assert [told(refund) for refund in Refund.objects.order_by("pk")] == wanted
    assert find_broken_books() == []


def forget_who_and_what_for() -> None:
    """As the version before left its rows."""
    RefundLine.objects.all().delete()
    Refund.objects.update(cause="", decided_by_kind="", decided_by_id=None, decided_by_name="")


def test_an_order_with_old_refunds_goes_on(order):
    give(order, 10_00, 0)
    forget_who_and_what_for()
    cancel_paid(order.pk, reason="缺货", actor=CLERK)
    assert sum(order.refunds.values_list("amount_fen", flat=True)) == fresh(order).paid_fen
    assert Event.objects.filter(verb="order.refund", subject_id=order.pk).count() == 2
