"""Money that goes back while the order goes on: booked on what it is for, so that a cancellation asks only the rest."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines, cancel_paid
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.models import Refund, RefundState
from orders.payments.services.collecting import collect_payment
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.stages import Stage
from shop.actor import GATEWAY, Actor
from shop.errors import Refused
from shop.events.models import Event
from shop.store.choices import PayMethod
from tests import cast
from tests.conftest import find_broken_books
from tests.expect import fresh, refused, verbs_of

FINANCE = cast.clerk("finance")


def ids(order: Order) -> list[int]:
    return list(order.lines.order_by("id").values_list("pk", flat=True))


def refund(
    order: Order, fen: int, lines: Sequence[int] = (), *, freight: bool = False, actor: Actor = FINANCE
) -> Order:
    """`lines` are places, not ids; neither a line nor the freight is goodwill."""
    chosen = frozenset(ids(order)[n] for n in lines)
    return refund_part(order.pk, PartRefund(fen, "补偿", chosen, is_for_freight=freight), actor=actor)


def cancel(order: Order, *pieces: int) -> Order:
    chosen = dict(zip(ids(order), pieces, strict=True))
    return cancel_lines(order.pk, quantities=chosen, reason="缺货", actor=cast.clerk("order_clerk"))


def of_lines(order: Order) -> list[int]:
    return list(order.lines.order_by("id").values_list("refunded_fen", flat=True))


def amounts(order: Order) -> list[int]:
    return list(order.refunds.order_by("pk").values_list("amount_fen", flat=True))


@pytest.fixture
def order() -> Order:
    """Goods of ¥20 and ¥30, freight ¥10."""
    return cast.paid_order(basket={cast.make_sku(price_fen=fen).pk: 1 for fen in (20_00, 30_00)})


class TestWho:
    def test_finance_may_and_the_order_goes_on(self, order):
        after = refund(order, 5_00, [0])
        assert (after.stage, verbs_of(order)) == (Stage.TO_CONFIRM, ["place", "pay", "refund"])

    @pytest.mark.parametrize("role", ["order_clerk", "support", "warehouse", "store_clerk"])
    def test_who_may_only_cancel_may_not(self, order, role):
        with refused("forbidden", 403):
            refund(order, 5_00, [0], actor=cast.clerk(role))

    def test_who_may_cancel_refunds_by_cancelling(self, order):
        cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
        assert amounts(order) == [60_00]

    def test_the_limit_counts_all_that_one_person_gives_back(self, order):
        limited = cast.clerk("finance", limit=10_00)
        refund(order, 10_00, [0], actor=limited)
        with refused("over_refund_limit", 403):
            refund(order, 1, [0], actor=limited)

    def test_above_the_shops_limit_two_must_agree(self, order):
        cast.open_shop(second_person_above_fen=10_00)
        refund(order, 10_00, [0])
        with refused("second_person_required"):
            refund(order, 1, [0])

    @pytest.mark.parametrize(
        ("role", "limit", "agrees"),
        [
            ("finance", None, True),
            ("manager", 20_00, True),
            ("manager", 19_99, False),
            ("support", None, False),
        ],
    )
    def test_the_second_is_somebody_who_may_do_it_too(self, order, role, limit, agrees):
        cast.open_shop(second_person_above_fen=10_00)
        two = replace(FINANCE, second=cast.clerk(role, id_=77, limit=limit))
        if agrees:
            assert refund(order, 20_00, [0], actor=two).pk == order.pk
        else:
            with refused("second_person_required"):
                refund(order, 20_00, [0], actor=two)

    def test_a_cancellation_needs_no_second(self, order):
        cast.open_shop(second_person_above_fen=10_00)
        cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
        assert amounts(order) == [60_00]


class TestHowMuch:
    @pytest.mark.parametrize(("fen", "code"), [(0, "bad_amount"), (-1, "bad_amount"), (60_01, "over_share")])
    def test_something_and_not_more_than_was_paid(self, order, fen, code):
        with refused(code):
            refund(order, fen, [0, 1], freight=True)

    def test_not_more_than_is_left_of_what_it_is_for(self, order):
        refund(order, 15_00, [0])
        with refused("over_share") as caught:
            refund(order, 5_01, [0])
        assert "¥5.00" in str(caught.value)

    def test_goodwill_not_more_than_is_left_of_the_payment(self, order):
        refund(order, 50_00)
        with refused("over_refundable"):
            refund(order, 10_01)

    def test_nothing_of_an_order_for_which_all_is_back(self, order):
        refund(order, 60_00, [0, 1], freight=True)
        apply_refund_evidence(order.refunds.get().number, status="SUCCESS", actor=GATEWAY)
        with refused("nothing_kept"):
            refund(order, 1)

    def test_not_without_a_reason(self, order):
        with refused("reason_required", 400):
            refund_part(order.pk, PartRefund(1, "  "), actor=FINANCE)

    def test_not_for_a_line_of_another_order(self, order):
        other = cast.paid_order()
        with refused("not_found", 404):
            refund_part(order.pk, PartRefund(1, "x", frozenset(ids(other))), actor=FINANCE)

    def test_cash_is_to_be_paid_out(self):
        order = cast.place(pay_method=PayMethod.COD)
        collect_payment(order.pk, actor=cast.clerk("order_clerk"))
        refund(order, 5_00, [0])
        assert order.refunds.get().state == RefundState.TO_PAY_OUT


class TestWhatItIsFor:
    def test_a_sum_is_shared_by_what_is_left_to_the_last_fen(self, order):
        refund(order, 10_01, [0, 1], freight=True)
        assert of_lines(order) == [3_34, 5_00]

    def test_a_payment_refunded_in_part_is_shared_over_everything(self, order):
        cast.refund_payment(order.payments.get().pk, amount_fen=30_00, reason="补偿", actor=FINANCE)
        assert of_lines(order) == [10_00, 15_00]

    def test_what_was_refunded_for_a_line_its_cancellation_does_not_refund_again(self, order):
        refund(order, 15_00, [0])
        cancel(order, 1, 0)
        assert (amounts(order), of_lines(order)) == ([15_00, 5_00], [20_00, 0])

    def test_nor_the_freight(self, order):
        refund(order, 10_00, freight=True)
        assert cancel(order, 1, 1).stage == Stage.CLOSED
        assert (amounts(order), of_lines(order)) == ([10_00, 50_00], [20_00, 30_00])

    def test_the_rest_is_cancelled_with_what_is_left(self, order):
        refund(order, 20_00, [0])
        cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
        assert (amounts(order), of_lines(order)) == ([20_00, 40_00], [20_00, 30_00])

    def test_who_may_cancel_for_so_much_is_not_asked_for_more(self, order):
        refund(order, 20_00, [0])
        limited = cast.clerk("order_clerk", limit=30_00, id_=9)
        cancel_lines(order.pk, quantities=dict.fromkeys(ids(order)[1:], 1), reason="x", actor=limited)
        assert amounts(order) == [20_00, 30_00]

    def test_goodwill_is_for_no_line(self, order):
        refund(order, 5_00)
        assert (of_lines(order), order.refunds.get().is_goodwill) == ([0, 0], True)

    def test_the_record_says_what_it_was_for_and_what_the_buyer_was_told(self, order):
        first = ids(order)[0]
        wanted = PartRefund(5_00, " 破损 ", frozenset([first]), notice=" 抱歉 ")
        refund_part(order.pk, wanted, actor=FINANCE)
        event = Event.objects.get(kind="order", subject_id=order.pk, verb="order.refund")
        assert (event.data["amount_fen"], event.data["shares"]) == (5_00, {str(first): 5_00})
        assert event.words == {"reason": "破损", "notice": "抱歉"}


STEP = st.tuples(
    st.sampled_from(["part", "part", "goodwill", "payment", "lines"]),
    st.integers(1, 40_00),
    st.sets(st.integers(0, 2)),
    st.tuples(st.integers(0, 2), st.integers(0, 2)),
)


def act(order: Order, kind: str, fen: int, what: set[int], pieces: tuple[int, int]) -> None:
    if kind == "lines":
        cancel(order, *pieces)
    elif kind == "payment":
        cast.refund_payment(order.payments.get().pk, amount_fen=fen, reason="x", actor=FINANCE)
    else:
        chosen = what if kind == "part" else set()
        refund(order, fen, sorted(chosen - {2}), freight=2 in chosen)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    prices=st.tuples(st.integers(0, 9_99), st.integers(1, 9_99)),
    steps=st.lists(STEP, max_size=7),
    by_lines=st.booleans(),
)
def test_whatever_went_back_before_the_rest_is_exact(prices, steps, by_lines):
    with transaction.atomic():
        order = cast.paid_order(basket={cast.make_sku(price_fen=fen).pk: 3 for fen in prices})
        for step in steps:
            try:
                act(order, *step)
            except Refused as no:
                assert no.code in (
                    "over_share",
                    "over_refundable",
                    "more_than_left",
                    "nothing_chosen",
                    "wrong_stage",
                )
            assert sum(amounts(order)) <= order.paid_fen
        if fresh(order).stage != Stage.CLOSED:
            close(order, by_lines)
        assert sum(amounts(order)) == order.paid_fen
        assert Refund.objects.filter(order=order, amount_fen__lte=0).count() == 0
        assert find_broken_books() == []
        transaction.set_rollback(True)


def close(order: Order, by_lines: bool) -> None:
    if by_lines:
        cancel(order, *(line.to_send for line in order.lines.order_by("id")))
        assert fresh(order).stage == Stage.CLOSED
    else:
        cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
