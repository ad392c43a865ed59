"""Giving money back from the order page while the order goes on."""

import pytest
from django.test import Client

from orders.models import Order
from orders.payments.models import Refund
from orders.stages import Stage
from tests import cast, console
from tests.desk.buttons import assert_done, assert_refused, post
from tests.desk.conftest import SignIn
from tests.expect import fresh


@pytest.fixture
def order() -> Order:
    return cast.paid_order(basket={cast.make_sku(price_fen=fen).pk: 1 for fen in (20_00, 30_00)})


@pytest.fixture
def finance(sign_in: SignIn) -> Client:
    return sign_in("finance")


def page(client: Client, order: Order) -> str:
    return client.get(f"/console/orders/{order.number}/").content.decode()


def dialog(client: Client, order: Order) -> str:
    return client.get(f"/console/orders/{order.number}/refund/").content.decode()


def test_finance_gives_a_part_back_and_the_page_says_for_what(finance: Client, order: Order) -> None:
    first = order.lines.order_by("pk").first()
    assert first
    form = {"amount": "7.50", "parts": [first.pk, "freight"], "reason": "破损", "notice": "抱歉"}
    assert_done(post(finance, order, "refund", **form), order)
    assert (order.stage, order.refunds.get().amount_fen) == (Stage.TO_CONFIRM, 7_50)
    shown = page(finance, order)
    assert f"{first.product_name} {first.sku_name} ¥5.00" in shown
    assert "¥5.00 refunded" in shown
    assert "Told the buyer: 抱歉" in shown


@pytest.mark.parametrize("role", ["order_clerk", "support", "warehouse", "store_clerk"])
def test_it_is_not_offered_to_who_may_not(sign_in: SignIn, order: Order, role: str) -> None:
    assert "Refund without cancelling" not in page(sign_in(role), order)


def test_it_is_not_offered_where_nothing_was_paid(finance: Client) -> None:
    assert "Refund without cancelling" not in page(finance, cast.place())


def test_the_dialog_shows_what_is_left_of_everything(finance: Client, order: Order) -> None:
    post(
        finance, order, "refund", amount="12", parts=["freight", order.lines.order_by("pk")[0].pk], reason="x"
    )
    shown = dialog(finance, order)
    assert "¥48.00" in shown
    assert "Freight · ¥6.00" in shown
    assert "¥12.00" in shown


def test_where_all_is_on_its_way_back_that_is_said(finance: Client, order: Order) -> None:
    post(finance, order, "refund", amount="60", parts=["goodwill"], reason="x")
    assert "All that was paid is back or on its way back." in page(finance, order)


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"amount": "10.01", "parts": ["freight"]}, 409, "only ¥10.00 is left"),
        ({"amount": "1", "parts": ["freight", "goodwill"]}, 422, "Tick either goodwill"),
        ({"amount": "1"}, 422, "Please choose."),
        ({"amount": "1", "parts": ["0"]}, 422, "Choose one of those that are offered."),
        ({"amount": "0", "parts": ["freight"]}, 400, "Type how much"),
        ({"amount": "x", "parts": ["freight"]}, 422, "at most two decimals"),
    ],
)
def test_what_does_not_fit_is_said_in_the_dialog(
    finance: Client, order: Order, form: dict[str, object], status: int, words: str
) -> None:
    assert_refused(post(finance, order, "refund", reason="x", **form), order, status, words)
    assert not Refund.objects.exists()


def test_ones_limit_is_shown_and_kept(order: Order) -> None:
    user = cast.make_staff("finance")
    user.refund_limit_fen = 5_00
    user.save()
    client = console.sign_in(user)
    assert "You may refund of one order" in dialog(client, order)
    answer = post(client, order, "refund", amount="5.01", parts=["goodwill"], reason="x")
    assert_refused(answer, order, 403, "more than you may refund")


def test_above_the_shops_limit_a_second_person_is_asked_for(finance: Client, order: Order) -> None:
    cast.open_shop(second_person_above_fen=5_00)
    answer = post(finance, order, "refund", amount="5.01", parts=["goodwill"], reason="x")
    assert "second_username" in answer.content.decode()
    assert not Refund.objects.exists()


def preview(client: Client, order: Order, **typed: object) -> str:
    return client.post(f"/console/orders/{order.number}/refund/preview/", typed).content.decode()


def test_pieces_need_no_amount(finance: Client) -> None:
    order = cast.paid_order(basket={cast.make_sku(price_fen=20_00).pk: 3})
    line = order.lines.get()
    assert_done(post(finance, order, "refund", reason="破损", **{f"pieces_{line.pk}": 2}), order)
    refund = order.refunds.get()
    assert (refund.amount_fen, refund.lines.get().pieces) == (40_00, 2)
    assert "/ 1" in dialog(finance, order)


def test_not_more_pieces_than_are_left(finance: Client, order: Order) -> None:
    line = order.lines.order_by("pk")[0]
    answer = post(finance, order, "refund", reason="x", **{f"pieces_{line.pk}": 2})
    assert answer.status_code == 422
    assert not Refund.objects.exists()


def test_without_pieces_an_amount_is_asked_for(finance: Client, order: Order) -> None:
    assert_refused(
        post(finance, order, "refund", reason="x", parts=["freight"]),
        order,
        422,
        "Type how much is to be refunded.",
    )


def test_what_goes_back_and_how_is_shown_before_anything_is_pressed(finance: Client, order: Order) -> None:
    first = order.lines.order_by("pk")[0]
    shown = preview(finance, order, parts=["freight"], **{f"pieces_{first.pk}": 1})
    for words in (f"{first.product_name} {first.sku_name} ×1", "¥20.00", "¥10.00", "¥30.00 by WeChat Pay"):
        assert words in shown
    assert "only ¥10.00 is left" in preview(finance, order, parts=["freight"], amount="11")
    assert "¥3.00 by WeChat Pay" in preview(finance, order, parts=["goodwill"], amount="3")
    assert preview(finance, order, amount="x").strip() == ""
    assert not Refund.objects.exists()


def test_the_second_refund_of_a_payment_says_when_it_goes_out(finance: Client, order: Order) -> None:
    post(finance, order, "refund", amount="1", parts=["goodwill"], reason="x")
    assert "wants a minute between refunds" in preview(finance, order, parts=["goodwill"], amount="3")
    post(finance, fresh(order), "refund", amount="1", parts=["goodwill"], reason="x")
    assert "goes out at" in page(finance, order)
