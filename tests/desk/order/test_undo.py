"""The button in the toast that takes back what was just done."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid
from orders.services.steps import confirm_order, prepare_order, undo_confirm, undo_prepare
from orders.shipping.services.ship import undo_ship
from orders.stages import Stage
from tests import cast
from tests.cast import clerk, paid_order, prepared_order, shipped_order
from tests.console import page_with
from tests.desk.buttons import assert_done, parcel_data, post
from tests.expect import fresh, refused, stock_of, verbs_of

_TOAST = re.compile(r'<div class="toast-note.*?</div>', re.S)
_FORM = re.compile(r'<form method="post" action="([^"]+)".*?</form>', re.S)
_FIELD = re.compile(r'name="(\w+)" value="([^"]*)"')


def read_undo(html: str) -> tuple[str, dict[str, str]] | None:
    """The form in the toast of a page: its address and fields; None where it has none."""
    toasts = html[html.index('id="toasts"') : html.index('<template id="toast-success"')]
    (toast,) = _TOAST.findall(toasts) or [""]
    form = _FORM.search(toast)
    return (form[1], {name: unescape(value) for name, value in _FIELD.findall(form[0])}) if form else None


def press_undo(client: Client, done: Any) -> Any:
    """Follow an answer to the page with the toast and press the button in it."""
    undo = read_undo(page_with(200, client.get(done.url)))
    assert undo
    return client.post(undo[0], undo[1])


class TestTheToast:
    """Every verb that is to be undone at once, from the order's page."""

    @pytest.mark.parametrize(
        ("verb", "before", "typed"),
        [
            ("confirm", Stage.TO_CONFIRM, {}),
            ("prepare", Stage.CONFIRMED, {}),
            ("hold", Stage.CONFIRMED, {"reason": "等补货"}),
        ],
    )
    def test_takes_the_order_back_to_where_it_was(
        self, owner: Client, verb: str, before: Stage, typed: dict[str, str]
    ) -> None:
        order = paid_order()
        if before == Stage.CONFIRMED:
            order = confirm_order(order.pk, actor=clerk())
        done = post(owner, order, verb, **typed)
        assert_done(done, order)
        assert order.is_held or order.stage != before
        undone = press_undo(owner, done)
        assert_done(undone, order)
        assert undone.url == f"/console/orders/{order.number}/"
        assert (order.stage, order.is_held) == (before, False)
        assert read_undo(page_with(200, owner.get(undone.url))) is None

    def test_takes_back_the_parcel_that_was_sent(self, owner: Client) -> None:
        order = prepared_order()
        sku_id = order.lines.get().sku_id
        was = stock_of(sku_id)
        done = post(owner, order, "ship", **parcel_data(order, "SF1234567890123"))
        assert_done(done, order)
        assert_done(press_undo(owner, done), order)
        assert (order.stage, order.pieces_shipped, stock_of(sku_id)) == (Stage.PREPARING, 0, was)

    def test_offers_none_for_several_parcels_which_have_their_own_on_the_page(self, owner: Client) -> None:
        order = prepared_order(basket={cast.make_sku().pk: 2})
        line = order.lines.get().pk
        parts = {f"parcel-0-line_{line}": 1, f"parcel-1-line_{line}": 1}
        done = post(owner, order, "ship", **parcel_data(order, "SF1234567890123", "SF1234567890124", **parts))
        assert_done(done, order)
        html = page_with(200, owner.get(done.url))
        assert read_undo(html) is None
        assert html.count("/undo/") == 2

    def test_offers_none_for_what_cannot_be_taken_back(self, owner: Client) -> None:
        order = shipped_order()
        done = post(owner, order, "receive")
        assert_done(done, order)
        assert read_undo(page_with(200, owner.get(done.url))) is None

    def test_of_a_row_leads_back_to_the_list(self, owner: Client) -> None:
        order = paid_order()
        here = "/console/orders/?tab=to_confirm&size=50"
        done = post(owner, order, "confirm", next=here)
        assert done.url == here
        undone = press_undo(owner, done)
        assert_done(undone, order)
        assert (undone.url, order.stage) == (here, Stage.TO_CONFIRM)

    def test_of_a_parcel_leads_back_to_the_list_too(self, owner: Client) -> None:
        order = prepared_order()
        here = "/console/orders/?tab=to_ship"
        done = post(owner, order, "ship", next=here, **parcel_data(order, "SF1234567890123"))
        assert done.url == here
        assert press_undo(owner, done).url == here
        assert fresh(order).stage == Stage.PREPARING


def test_an_undo_that_comes_too_late_is_refused_as_any_verb_is(owner: Client) -> None:
    order = paid_order()
    done = post(owner, order, "confirm")
    undo = read_undo(page_with(200, owner.get(done.url)))
    assert undo
    prepare_order(order.pk, actor=clerk(name="李四", id_=99))
    response = owner.post(*undo)
    assert "Already done by 李四" in page_with(409, response)
    assert fresh(order).stage == Stage.PREPARING


class TestTheVerbs:
    def test_a_confirmed_order_is_to_be_confirmed_once_more(self) -> None:
        order = paid_order()
        confirm_order(order.pk, note="要礼盒", actor=clerk("order_clerk"))
        assert undo_confirm(order.pk, actor=clerk("order_clerk")).stage == Stage.TO_CONFIRM
        assert order.notes.get().text == "要礼盒"
        with refused("already_done", 409):
            undo_confirm(order.pk, actor=clerk("order_clerk"))
        assert confirm_order(order.pk, actor=clerk("order_clerk")).stage == Stage.CONFIRMED

    def test_with_the_preparing_step_off_it_goes_back_both_steps(self) -> None:
        cast.open_shop(prepare_step_on=False)
        order = paid_order()
        assert confirm_order(order.pk, actor=clerk("order_clerk")).stage == Stage.PREPARING
        assert undo_confirm(order.pk, actor=clerk("order_clerk")).stage == Stage.TO_CONFIRM
        assert verbs_of(order)[-3:] == ["confirm", "skip_prepare", "undo_confirm"]

    @pytest.mark.parametrize("undo", [undo_confirm, undo_prepare])
    def test_nothing_goes_back_below_goods_that_are_under_way(self, undo: Any) -> None:
        order = prepared_order(basket={cast.make_sku().pk: 2})
        line = order.lines.get().pk
        cast.ship_order(order.pk, parcels=[cast.parcel({line: 1})], actor=clerk("warehouse"))
        with refused("already_shipped", 409):
            undo(order.pk, actor=clerk("order_clerk"))

    @pytest.mark.parametrize("undo", [undo_confirm, undo_prepare])
    def test_who_may_not_confirm_may_not_take_it_back(self, undo: Any) -> None:
        order = prepared_order()
        with refused("forbidden", 403):
            undo(order.pk, actor=clerk("warehouse"))


class TestTheStageLine:
    """It tells what is true: a stage that was reached and undone is none."""

    def steps_of(self, client: Client, order: Order) -> list[tuple[str, str]]:
        html = page_with(200, client.get(f"/console/orders/{order.number}/"))
        return re.findall(r'class="stage-step is-(\w+)".*?<b>([^<]+)</b>', html, re.S)

    def test_an_order_cancelled_after_its_parcel_was_taken_back_was_never_shipped(
        self, owner: Client
    ) -> None:
        order = shipped_order()
        undo_ship(order.lines.get().parcel_lines.get().parcel_id, actor=clerk())
        assert self.steps_of(owner, order)[-1] == ("now", "Preparing")
        cancel_paid(order.pk, reason="不要了", actor=clerk())
        assert [state for state, _label in self.steps_of(owner, order)][-2:] == ["past", "stopped"]
        assert [label for _state, label in self.steps_of(owner, order)][-2:] == ["Preparing", "Closed"]

    def test_what_was_undone_before_closing_is_left_out_and_its_time_with_it(self, owner: Client) -> None:
        order = prepared_order()
        undo_confirm(order.pk, actor=clerk())
        assert self.steps_of(owner, order)[-1] == ("now", "To confirm")
        cancel_paid(order.pk, reason="不要了", actor=clerk())
        assert [label for _state, label in self.steps_of(owner, order)][-1] == "Closed"
        assert "Preparing" not in str(self.steps_of(owner, order))
