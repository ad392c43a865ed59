"""What people read about an order: label, deadline, and the one next step."""

from datetime import timedelta

import pytest

from orders.desk.labels import describe_deadline, describe_order, describe_span
from orders.desk.next_steps import find_next_step
from orders.models import Order
from orders.stages import CloseReason, Stage
from shop import clock
from shop.store.choices import Delivery, PayMethod
from tests.cast import clerk

pytestmark = pytest.mark.usefixtures("in_english")
NOW = clock.now()


def order(stage: Stage, **values: object) -> Order:
    """An order that was never saved: labels read columns only."""
    columns: dict[str, object] = {
        "number": "261121000000000000",
        "delivery": Delivery.EXPRESS,
        "pay_method": PayMethod.WECHAT,
        "payable_fen": 100,
        "paid_fen": 0 if stage == Stage.UNPAID else 100,
        "pieces": 2,
    }
    return Order(stage=stage, **(columns | values))


@pytest.mark.parametrize(
    ("made", "words", "tone"),
    [
        (order(Stage.UNPAID), "Awaiting payment", "waiting"),
        (order(Stage.TO_CONFIRM), "Paid, to confirm", "move"),
        (order(Stage.CONFIRMED), "Paid, to ship", "move"),
        (
            order(Stage.CONFIRMED, paid_fen=0, pay_method=PayMethod.COD),
            "Unpaid, to ship (cash on delivery)",
            "move",
        ),
        (order(Stage.PREPARING, pieces_shipped=1), "Shipped in part", "move"),
        (order(Stage.PREPARING, is_held=True), "On hold: Paid, preparing", "held"),
        (order(Stage.SHIPPED), "Shipped", "waiting"),
        (order(Stage.SHIPPED, paid_fen=0, pay_method=PayMethod.COD), "Shipped, not paid yet", "waiting"),
        (order(Stage.DONE), "Completed", "done"),
        (order(Stage.DONE, paid_fen=0), "Completed, not paid yet", "soon"),
        (order(Stage.CLOSED, close_reason=CloseReason.TIMEOUT), "Closed: not paid in time", "waiting"),
    ],
)
def test_the_label(made: Order, words: str, tone: str) -> None:
    label = describe_order(made)
    assert (label.words, label.tone) == (words, tone)


@pytest.mark.parametrize(
    ("hours", "words", "tone"),
    [
        (30, "Ship within 30 h", ""),
        (24, "Ship within 24 h", "soon"),
        (0.5, "Ship within 30 min", "soon"),
        (0, "0 min overdue", "overdue"),
        (-72, "3 days overdue", "overdue"),
    ],
)
def test_the_time_to_ship_is_amber_within_a_day_and_red_when_over(
    hours: float, words: str, tone: str
) -> None:
    deadline = describe_deadline(order(Stage.PREPARING, ship_by=NOW + timedelta(hours=hours)), NOW)
    assert deadline is not None
    assert (deadline.words, deadline.tone) == (words, tone)


def test_a_held_order_has_no_time_to_ship() -> None:
    held = order(Stage.PREPARING, ship_by=NOW, is_held=True)
    assert describe_deadline(held, NOW) is None


def test_other_deadlines_say_what_happens_by_itself() -> None:
    unpaid = describe_deadline(order(Stage.UNPAID, pay_by=NOW + timedelta(minutes=12)), NOW)
    shipped = describe_deadline(order(Stage.SHIPPED, receive_by=NOW + timedelta(days=6)), NOW)
    assert unpaid is not None
    assert unpaid.words == "Closes in 12 min"
    assert shipped is not None
    assert shipped.words == "Receives itself in 6 days"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(hours=48), "2 days"),
        (timedelta(minutes=-5), "0 min"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(span: timedelta, words: str) -> None:
    assert describe_span(span) == words


@pytest.mark.parametrize(
    ("made", "role", "verb"),
    [
        (order(Stage.UNPAID), "owner", "order.change_price"),
        (order(Stage.TO_CONFIRM), "owner", "order.confirm"),
        (order(Stage.TO_CONFIRM), "warehouse", None),
        (order(Stage.CONFIRMED), "owner", "order.prepare"),
        (order(Stage.CONFIRMED), "warehouse", "order.ship_part"),
        (order(Stage.PREPARING), "owner", "order.ship_part"),
        (order(Stage.PREPARING, is_held=True), "owner", "order.release"),
        (order(Stage.PREPARING, is_held=True), "warehouse", None),
        (order(Stage.SHIPPED), "owner", None),
        (order(Stage.SHIPPED, paid_fen=0, pay_method=PayMethod.COD), "finance", "order.collect"),
        (order(Stage.CLOSED), "owner", None),
    ],
)
def test_the_next_step_is_the_first_that_this_role_can_take(made: Order, role: str, verb: str | None) -> None:
    step = find_next_step(made, clerk(role))
    assert (step.verb if step else None) == verb
