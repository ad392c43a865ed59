"""Who bears what when goods are cancelled: line by line, the freight last, never more than is left."""

from collections.abc import Sequence

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines, cancel_paid, cancel_unpaid
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.changes.pricing import change_price
from orders.payments.models import Refund, RefundCause
from orders.payments.selectors import get_kept_fen
from orders.payments.services.collecting import collect_payment
from orders.payments.services.payouts import pay_out_refund
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.payments.services.refunds import RefundOf, commit_refund, refund_share
from orders.stages import CloseReason, Stage
from shop import clock
from shop.actor import GATEWAY, SYSTEM
from shop.events.models import Event
from shop.store.choices import PayMethod, ReserveOn
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of


def basket(*prices_fen: int, pieces: int = 1) -> dict[int, int]:
    return {cast.make_sku(price_fen=price).pk: pieces for price in prices_fen}


def cancel(order: Order, *pieces: int, reason: str = "缺货") -> Order:
    lines = order.lines.order_by("id")
    chosen = {line.pk: n for line, n in zip(lines, pieces, strict=True)}
    return cancel_lines(order.pk, quantities=chosen, reason=reason, actor=cast.clerk("order_clerk"))


def give_goodwill(order: Order, amount_fen: int) -> None:
    refund_part(order.pk, PartRefund(amount_fen, "补偿"), actor=cast.clerk("finance"))


def refunded(order: Order) -> list[int]:
    return list(order.lines.order_by("id").values_list("refunded_fen", flat=True))


def unpaid(order: Order) -> list[int]:
    return list(order.lines.order_by("id").values_list("cancelled_unpaid_fen", flat=True))


def amounts(order: Order) -> list[int]:
    return list(order.refunds.order_by("pk").values_list("amount_fen", flat=True))


def data_of(order: Order, verb: str) -> dict[str, object]:
    """What the event says, with the words that were typed."""
    event = Event.objects.filter(kind="order", subject_id=order.pk, verb=verb).latest("pk")
    assert not {"reason", "notice"} & event.data.keys()
    return event.data | event.words


class TestWholeOrders:
    def close(self, order: Order) -> None:
        cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))

    def test_each_line_gets_what_it_cost_and_the_freight_stands_on_none(self):
        order = cast.paid_order(basket=basket(20_00, 30_00))
        self.close(order)
        assert (refunded(order), amounts(order)) == ([20_00, 30_00], [60_00])

    def test_after_goodwill_the_lines_share_what_is_left(self):
        order = cast.paid_order(basket=basket(20_00, 30_00))
        give_goodwill(order, 35_00)
        self.close(order)
        assert (refunded(order), amounts(order)) == ([10_00, 15_00], [35_00, 25_00])

    def test_what_a_line_has_back_it_does_not_get_again(self):
        order = cast.paid_order(basket=basket(20_00, 30_00, pieces=2))
        cancel(order, 1, 0)
        self.close(order)
        assert (refunded(order), amounts(order)) == ([40_00, 60_00], [20_00, 80_00])

    def test_nor_what_it_was_never_paid(self):
        order = cast.place(basket=basket(20_00, 30_00, pieces=2))
        cancel(order, 1, 0)
        cast.pay(fresh(order))
        self.close(order)
        assert (unpaid(order), refunded(order)) == ([20_00, 0], [20_00, 60_00])

    @pytest.mark.parametrize(
        ("actor", "reason"), [(cast.clerk("order_clerk"), CloseReason.STAFF), (SYSTEM, CloseReason.TIMEOUT)]
    )
    def test_why_it_was_closed_depends_on_who_closed_it(self, actor, reason):
        order = cast.place()
        with clock.at(order.pay_by):
            assert cancel_unpaid(order.pk, actor=actor).close_reason == reason

    def test_reasons_are_kept_without_margins_and_in_two_hundred_letters(self):
        long = f" {'长' * 300} "
        paid, other = cast.paid_order(), cast.place()
        cancel_paid(paid.pk, reason=long, notice=long, actor=cast.clerk("order_clerk"))
        cancel_unpaid(other.pk, reason=long, actor=cast.clerk("order_clerk"))
        assert data_of(paid, "order.cancel_paid") == {"reason": "长" * 200, "notice": "长" * 200}
        assert data_of(other, "order.cancel_unpaid") == {"reason": "长" * 200}
        assert paid.refunds.get().reason == "长" * 80


class TestLines:
    def test_the_first_line_takes_what_is_left_to_give_back(self):
        order = cast.paid_order(basket=basket(20_00, 30_00))
        give_goodwill(order, 45_00)
        assert cancel(order, 1, 1).stage == Stage.CLOSED
        assert (refunded(order), amounts(order)) == ([15_00, 0], [45_00, 15_00])

    def test_and_the_second_the_rest_of_it(self):
        order = cast.paid_order(basket=basket(20_00, 30_00))
        give_goodwill(order, 25_00)
        cancel(order, 1, 1)
        assert (refunded(order), amounts(order)) == ([20_00, 15_00], [25_00, 35_00])

    def test_unpaid_lines_lower_what_is_owed_each_by_its_own(self):
        order = cast.place(basket=basket(20_00, 30_00, pieces=2))
        after = cancel(order, 1, 1)
        assert (after.payable_fen, unpaid(order), refunded(order)) == (50_00, [20_00, 30_00], [0, 0])
        assert (after.pieces_cancelled, verbs_of(order)) == (2, ["place", "cancel_lines"])

    def test_the_freight_goes_back_with_the_last_piece_at_its_changed_price(self):
        order = cast.place(basket=basket(20_00, 30_00))
        change_price(
            order.pk, goods_fen=50_00, freight_fen=17_00, reason="远", actor=cast.clerk("order_clerk")
        )
        cast.pay(fresh(order))
        cancel(order, 1, 0)
        assert amounts(order) == [20_00]
        cancel(order, 0, 1)
        assert amounts(order) == [20_00, 47_00]

    def test_of_cash_that_was_paid_before_the_price_fell_only_the_shares_go_back(self):
        order = cast.place(basket=basket(20_00, 30_00), pay_method=PayMethod.COD)
        collect_payment(order.pk, actor=cast.clerk("order_clerk"))
        cancel(order, 0, 1)
        assert (amounts(order), unpaid(order), refunded(order)) == ([30_00], [0, 0], [0, 30_00])

    def test_what_was_done_stands_on_the_record(self):
        order = cast.paid_order(basket=basket(20_00, 30_00, pieces=3))
        first, second = order.lines.order_by("id")
        cancel(order, 2, 1, reason=f" {'长' * 300}")
        assert data_of(order, "order.cancel_lines") == {
            "reason": "长" * 200,
            "lines": {str(first.pk): 2, str(second.pk): 1},
            "refund_fen": 70_00,
            "released": {str(first.sku_id): 2, str(second.sku_id): 1},
        }

    def test_lines_of_one_sku_release_it_together(self):
        order = cast.paid_order(basket=basket(20_00, 30_00, pieces=2))
        first, second = order.lines.order_by("id")
        cancel(order, 2, 0)
        assert stock_of(first.sku_id) == (100, 0)
        assert stock_of(second.sku_id) == (100, 2)

    def test_reserved_pieces_are_released_only_beyond_the_short_ones(self):
        cast.open_shop(reserve_on=ReserveOn.PAYING)
        sku = cast.make_sku(on_hand=3)
        one, two = cast.place(basket={sku.pk: 2}), cast.place(basket={sku.pk: 3})
        cast.pay(one)
        short = cast.pay(two)
        cancel(short, 1)
        line = short.lines.get()
        assert (line.short, line.reserved, line.cancelled) == (1, 1, 1)
        assert data_of(short, "order.cancel_lines")["released"] == {str(sku.pk): 0}
        assert stock_of(sku.pk) == (3, 3)

    def test_beyond_the_short_pieces_reserved_ones_go(self):
        cast.open_shop(reserve_on=ReserveOn.PAYING)
        sku = cast.make_sku(on_hand=4)
        one, two = cast.place(basket={sku.pk: 2}), cast.place(basket={sku.pk: 3})
        cast.pay(one)
        short = cast.pay(two)
        cancel(short, 2)
        line = short.lines.get()
        assert (line.short, line.reserved, line.cancelled) == (0, 1, 2)
        assert data_of(short, "order.cancel_lines")["released"] == {str(sku.pk): 1}
        assert stock_of(sku.pk) == (4, 3)

    def test_too_many_says_how_many_are_left(self):
        order = cast.paid_order(basket=basket(20_00, pieces=3))
        cancel(order, 1)
        with refused("more_than_left") as caught:
            cancel(order, 3)
        assert "2" in str(caught.value)
        assert cancel(order, 2).stage == Stage.CLOSED


class TestTheTimer:
    @pytest.mark.parametrize("confirm", [False, True])
    def test_it_leaves_alone_what_waits_for_no_payment_any_more(self, confirm):
        order = cast.place(pay_method=PayMethod.COD)
        if confirm:
            cast.confirm_order(order.pk, actor=cast.clerk("order_clerk"))
        Order.objects.filter(pk=order.pk).update(pay_by=clock.now())
        before = fresh(order)
        with refused("wrong_stage"):
            cancel_unpaid(order.pk, actor=SYSTEM)
        assert (fresh(order).stage, fresh(order).version) == (before.stage, before.version)
        Order.objects.filter(pk=order.pk).update(pay_by=None)

    def test_and_what_is_not_due_yet(self):
        order = cast.place()
        with refused("not_due"):
            cancel_unpaid(order.pk, actor=SYSTEM)


class TestWhatIsKept:
    def sums(self, order: Order) -> tuple[int, int, int]:
        order = fresh(order)
        return order.paid_fen, order.refunded_fen, get_kept_fen(order)

    def test_what_is_on_its_way_back_is_not_kept_and_what_is_back_counts_once(self):
        order = cast.paid_order(basket=basket(50_00))
        assert self.sums(order) == (60_00, 0, 60_00)
        give_goodwill(order, 10_00)
        give_goodwill(order, 5_00)
        assert self.sums(order) == (60_00, 0, 45_00)
        apply_refund_evidence(order.refunds.first().number, status="SUCCESS", actor=GATEWAY)
        assert self.sums(order) == (60_00, 10_00, 45_00)
        apply_refund_evidence(order.refunds.last().number, status="ABNORMAL", actor=GATEWAY)
        assert self.sums(order) == (60_00, 10_00, 45_00)
        pay_out_refund(order.refunds.last().pk, reference="1", actor=cast.clerk("finance"))
        assert self.sums(order) == (60_00, 15_00, 45_00)

    def test_money_that_never_counted_is_neither_kept_nor_missing(self):
        order = cast.paid_order(basket=basket(50_00))
        late = cast.PaymentEvidence(
            order.attempts.get().number, "4299000000000000000000000002", 60_00, clock.now()
        )
        assert not cast.apply_payment_evidence(late).counts
        assert self.sums(order) == (60_00, 0, 60_00)


GOODWILL = RefundOf(RefundCause.GOODWILL)


def share(order: Order, amount_fen: int, actor: Sequence[object] | object = SYSTEM) -> None:
    refund_share(fresh(order), amount_fen=amount_fen, reason="x", actor=actor, of=GOODWILL)


class TestOverRefundable:
    def test_no_more_than_was_paid_is_given_back(self):
        order = cast.paid_order()
        with refused("over_refundable"):
            share(order, order.paid_fen + 1)

    def test_all_of_it_is(self):
        order = cast.paid_order()
        share(order, order.paid_fen)
        assert amounts(order) == [order.paid_fen]

    def test_nor_more_than_is_left(self):
        order = cast.paid_order()
        give_goodwill(order, 1)
        with refused("over_refundable"):
            share(order, order.paid_fen)

    @pytest.mark.parametrize("beyond", [0, 1])
    def test_a_payment_gives_what_is_left_of_it_and_not_a_fen_more(self, beyond):
        order = cast.paid_order()
        payment = order.payments.get()
        give_goodwill(order, 10_00)
        payment.refresh_from_db()
        amount = order.paid_fen - 10_00 + beyond
        if beyond:
            with refused("over_refundable"):
                commit_refund(fresh(order), payment, amount_fen=amount, reason="x", actor=SYSTEM, of=GOODWILL)
        else:
            commit_refund(fresh(order), payment, amount_fen=amount, reason="x", actor=SYSTEM, of=GOODWILL)
        payment.refresh_from_db()
        assert payment.refundable_fen == beyond * (order.paid_fen - 10_00)

    def test_money_that_does_not_count_is_no_source(self):
        order = cast.paid_order()
        late = cast.PaymentEvidence(
            order.attempts.get().number, "4299000000000000000000000001", order.paid_fen, clock.now()
        )
        payment = cast.apply_payment_evidence(late)
        assert not payment.counts and payment.refundable_fen == 0
        share(order, order.paid_fen)
        assert amounts(order) == [order.paid_fen] * 2
        assert Refund.objects.filter(payment=payment).count() == 1
