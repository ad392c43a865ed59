"""POST /console/orders/<number>/<verb>/: done, refused, and stale."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from orders.desk.order.actions import ACTIONS
from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.models import Refund, RefundState
from orders.services.steps import add_note, confirm_order, hold_order
from shop.catalog.models import Sku
from shop.events.models import Event
from shop.staff.models import StaffUser
from shop.store.choices import Delivery, PayMethod
from tests.cast import HOME, clerk, make_sku, open_shop, paid_order, place, prepared_order, shipped_order
from tests.desk.buttons import assert_done, assert_refused, parcel_data, post


@pytest.fixture
def order() -> Order:
    return paid_order()


class TestSteps:
    def test_confirm_with_a_note(self, owner: Client, order: Order) -> None:
        assert_done(post(owner, order, "confirm", note="已电话确认"), order)
        assert order.stage == "confirmed"
        assert order.notes.get().text == "已电话确认"

    def test_prepare_release_and_receive(self, owner: Client, order: Order) -> None:
        confirm_order(order.pk, actor=clerk())
        order.refresh_from_db()
        assert_done(post(owner, order, "prepare"), order)
        assert order.stage == "preparing"
        hold_order(order.pk, reason="wait", actor=clerk())
        order.refresh_from_db()
        assert_done(post(owner, order, "release"), order)
        assert not order.is_held
        sent = shipped_order()
        assert_done(post(owner, sent, "receive"), sent)
        assert sent.stage == "done"

    def test_a_second_press_says_who_did_it(self, owner: Client, order: Order) -> None:
        confirm_order(order.pk, actor=clerk(name="李四", id_=99))
        html = assert_refused(
            post(owner, order, "confirm"), Order.objects.get(pk=order.pk), 409, "Already done by 李四"
        )
        assert "Confirmed" in html

    def test_hold_with_reason_and_release_time(self, owner: Client, order: Order) -> None:
        at = timezone.localtime() + timedelta(days=1)
        assert_done(post(owner, order, "hold", reason="等补货", release_at=f"{at:%Y-%m-%dT%H:%M}"), order)
        assert order.is_held
        assert order.hold_reason == "等补货"
        assert order.release_at is not None
        assert f"{timezone.localtime(order.release_at):%F %H:%M}" == f"{at:%F %H:%M}"

    def test_hold_into_the_past_is_refused_and_keeps_what_was_typed(self, owner: Client) -> None:
        order = paid_order()
        response = post(owner, order, "hold", reason="等补货", release_at="2020-01-01T00:00")
        html = assert_refused(response, order, 400, "The time of release must lie ahead.")
        assert 'value="等补货"' in html
        assert "data-dialog-auto" in html

    @pytest.mark.parametrize(
        ("days", "sentence"),
        [
            ("三天", "Type a whole number."),
            ("0", "Not less than 1."),
            ("999", "Not more than 30."),
            ("", "Please fill this in."),
        ],
    )
    def test_a_number_that_is_none_is_kept_as_it_was_typed(
        self, owner: Client, days: str, sentence: str
    ) -> None:
        sent = shipped_order()
        html = assert_refused(post(owner, sent, "extend", days=days), sent, 422, sentence)
        field = html[html.index('id="extend_days"') - 300 : html.index('id="extend_days"') + 300]
        assert 'type="text" inputmode="numeric"' in field
        assert not days or f'value="{days}"' in field
        assert 'aria-invalid="true"' in field
        assert " max=" not in field

    def test_an_empty_reason_stands_beside_its_field(self, owner: Client, order: Order) -> None:
        html = assert_refused(post(owner, order, "hold", reason=" "), order, 422, "data-dialog-auto")
        assert 'id="hold_reason_error"' in html


class TestChoosePayment:
    def test_an_unpaid_order_is_paid_in_another_way(self, owner: Client) -> None:
        order = place()
        html = owner.get(f"/console/orders/{order.number}/choose-payment/").content.decode()
        assert '<option value="cod">' in html
        assert '<option value="wechat">' not in html
        assert_done(post(owner, order, "choose-payment", method="cod"), order)
        assert (order.pay_method, order.stage) == (PayMethod.COD, "to_confirm")

    def test_a_way_that_is_not_offered_is_refused_beside_its_field(self, owner: Client) -> None:
        order = place()
        response = post(owner, order, "choose-payment", method="transfer")
        html = assert_refused(response, order, 422, "data-dialog-auto")
        assert 'id="choose_payment_method_error"' in html
        order.refresh_from_db()
        assert order.pay_method == PayMethod.WECHAT

    def test_without_another_way_the_page_says_why(self, owner: Client) -> None:
        order = place()
        open_shop(express_cod_on=False, local_cod_on=False)
        html = owner.get(f"/console/orders/{order.number}/").content.decode()
        assert "The shop offers no other way to pay for this order." in html

    def test_it_is_absent_once_the_order_is_paid(self, owner: Client) -> None:
        html = owner.get(f"/console/orders/{paid_order().number}/").content.decode()
        assert "choose-payment" not in html


class TestStale:
    def test_a_form_opened_before_a_colleague_changed_the_order_is_refused(self, owner: Client) -> None:
        order = prepared_order()
        hold_order(order.pk, reason="x", actor=clerk(name="李四", id_=99))
        now = Order.objects.get(pk=order.pk)
        html = assert_refused(post(owner, order, "hold", reason="mine"), now, 409, "Already done by 李四")
        assert "Put on hold" in html

    def test_what_was_typed_is_kept_and_the_next_press_is_fresh(self, owner: Client, order: Order) -> None:
        add_note(order.pk, text="careful", actor=clerk(name="李四", id_=99))
        now = Order.objects.get(pk=order.pk)
        response = post(owner, order, "hold", reason="mine")
        html = assert_refused(response, now, 409, "Already done by 李四")
        assert 'value="mine"' in html
        assert f'name="version" value="{now.version}"' in html
        assert_done(post(owner, now, "hold", reason="mine"), now)

    def test_own_saves_one_after_the_other_from_one_page_do_not_conflict(self, owner: Client) -> None:
        order = paid_order()
        version = order.version
        for action, data in (("remark", {"text": "a"}), ("note", {"text": "b"}), ("hold", {"reason": "c"})):
            assert_done(post(owner, order, action, version=version, **data), order)
        assert order.is_held

    def test_that_a_colleague_looked_at_the_address_changes_nothing(
        self, owner: Client, sign_in: Any, order: Order
    ) -> None:
        sign_in("support").post(f"/console/orders/{order.number}/reveal/")
        assert_done(post(owner, order, "confirm"), order)


class TestCancel:
    def test_unpaid(self, owner: Client) -> None:
        order = place()
        assert_done(post(owner, order, "cancel-unpaid", reason="重复下单"), order)
        assert (order.stage, order.close_reason) == ("closed", "staff")

    def test_paid_with_reason_and_notice(self, owner: Client, order: Order) -> None:
        assert_done(post(owner, order, "cancel-paid", reason="缺货", notice="抱歉"), order)
        assert order.stage == "closed"
        assert order.refunds.get().amount_fen == 45_00

    def test_paid_beyond_the_own_limit_is_refused_in_the_dialog(self, owner: Client, order: Order) -> None:
        StaffUser.objects.filter(pk=owner.session["_auth_user_id"]).update(refund_limit_fen=10_00)
        response = post(owner, order, "cancel-paid", reason="缺货")
        html = assert_refused(response, order, 403, "more than you may refund")
        assert 'value="缺货"' in html

    def test_some_goods(self, owner: Client) -> None:
        order = paid_order(basket={make_sku().pk: 3})
        line = order.lines.get()
        response = post(owner, order, "cancel-lines", reason="破损", **{f"line_{line.pk}": 2})
        assert_done(response, order)
        line.refresh_from_db()
        assert line.cancelled == 2
        assert order.refunds.get().amount_fen == 70_00

    @pytest.mark.parametrize("pieces", ["4", "-1", "x", "99999999999999999999"])
    def test_more_goods_than_there_are_is_refused(self, owner: Client, pieces: str) -> None:
        order = paid_order(basket={make_sku().pk: 3})
        line = order.lines.get()
        response = post(owner, order, "cancel-lines", reason="破损", **{f"line_{line.pk}": pieces})
        assert_refused(response, order, 422, "data-dialog-auto")


class TestPriceAndAddress:
    def test_the_price_is_changed_in_yuan(self, owner: Client) -> None:
        order = place()
        response = post(owner, order, "change-price", goods="30.5", freight="0", reason="议价")
        assert_done(response, order)
        assert order.payable_fen == 30_50

    def test_an_unreadable_amount_stands_beside_its_field(self, owner: Client) -> None:
        order = place()
        response = post(owner, order, "change-price", goods="30.555", freight="0", reason="议价")
        html = assert_refused(response, order, 422, "at most two decimals")
        assert 'value="30.555"' in html

    def test_an_address_keeps_what_is_left_empty(self, owner: Client, order: Order) -> None:
        region = {"province": HOME.province, "city": HOME.city, "district": HOME.district}
        assert_done(post(owner, order, "change-address", recipient="王小明", **region), order)
        assert (order.recipient, order.phone, order.address_detail) == ("王小明", HOME.phone, HOME.detail)

    def test_another_city_needs_its_own_street(self, owner: Client, order: Order) -> None:
        region = {"province": HOME.province, "city": "宁波市", "district": "海曙区"}
        response = post(owner, order, "change-address", **region)
        assert_refused(response, order, 422, "Another region needs its own street")

    def test_after_shipping_the_address_stays(self, owner: Client) -> None:
        order = prepared_order(basket={make_sku().pk: 2})
        line = order.lines.get()
        data = parcel_data(order, "SF1234567890123", **{f"parcel-0-line_{line.pk}": 1})
        assert_done(post(owner, order, "ship", **data), order)
        region = {"province": HOME.province, "city": HOME.city, "district": HOME.district}
        response = post(owner, order, "change-address", recipient="王小明", **region)
        assert_refused(response, order, 409, "Goods of this order have been shipped.")


class TestMoney:
    def test_cash_is_recorded_with_its_reference(self, owner: Client) -> None:
        order = place(delivery=Delivery.LOCAL, pay_method=PayMethod.COD)
        assert_done(post(owner, order, "collect", reference="R-7"), order)
        assert order.paid_fen == order.payable_fen
        assert order.payments.get().reference == "R-7"

    def test_a_failed_refund_is_tried_again(self, owner: Client, order: Order) -> None:
        cancel_paid(order.pk, reason="x", actor=clerk())
        refund = order.refunds.get()
        Refund.objects.filter(pk=refund.pk).update(state=RefundState.FAILED)
        address = f"/console/orders/{order.number}/"
        assert f"refunds/{refund.pk}/retry/" in owner.get(address).content.decode()
        owner.post(f"{address}refunds/{refund.pk}/retry/")
        refund.refresh_from_db()
        assert refund.state == RefundState.COMMITTED
        again = owner.post(f"{address}refunds/{refund.pk}/retry/", follow=True)
        assert "This refund has not failed." in again.content.decode()

    def test_cash_is_paid_out_with_a_reference(self, owner: Client) -> None:
        order = place(delivery=Delivery.LOCAL, pay_method=PayMethod.COD)
        post(owner, order, "collect")
        cancel_paid(order.pk, reason="x", actor=clerk())
        refund = order.refunds.get()
        address = f"/console/orders/{order.number}/refunds/{refund.pk}/pay-out/"
        refused = owner.post(address, {"reference": " "}, follow=True)
        assert "Type the reference of the payout." in refused.content.decode()
        owner.post(address, {"reference": "Z-1"})
        refund.refresh_from_db()
        assert (refund.state, refund.reference) == (RefundState.DONE, "Z-1")

    def test_a_refund_of_another_order_is_404(self, owner: Client) -> None:
        order, other = paid_order(), paid_order()
        cancel_paid(order.pk, reason="x", actor=clerk())
        refund = order.refunds.get()
        for action in ("retry", "pay-out"):
            address = f"/console/orders/{other.number}/refunds/{refund.pk}/{action}/"
            assert owner.post(address, headers={"HX-Request": "true"}).status_code == 404


class TestWords:
    def test_a_note_and_a_remark(self, owner: Client, order: Order) -> None:
        response = post(owner, order, "note", text="老客户")
        assert_done(response, order)
        assert response["Location"].endswith("#notes")
        assert_done(post(owner, order, "remark", text="送一包"), order)
        assert order.seller_remark == "送一包"
        assert_done(post(owner, order, "remark", text=""), order)
        assert order.seller_remark == ""

    def test_an_empty_or_endless_note_is_refused(self, owner: Client, order: Order) -> None:
        assert_refused(post(owner, order, "note", text=" "), order, 422, "Please fill this in.")
        response = post(owner, order, "note", text="x" * 501)
        assert "x" * 501 in assert_refused(response, order, 422, "At most 500 characters")


@pytest.mark.parametrize(
    ("action", "typed", "status", "words"),
    [
        ("cancel-unpaid", {}, 409, "The order has been paid."),
        ("change-price", {"goods": "1", "freight": "0", "reason": "x"}, 409, "The order has been paid."),
        ("collect", {}, 409, "Nothing is owed for this order."),
        ("cancel-lines", {"reason": "破损"}, 400, "Choose what is to be cancelled."),
        ("confirm", {"version": "x"}, 422, "This form is damaged."),
    ],
)
def test_what_a_paid_order_does_not_allow_is_refused_with_its_sentence(
    owner: Client, order: Order, action: str, typed: dict[str, str], status: int, words: str
) -> None:
    assert_refused(post(owner, order, action, **typed), order, status, words)


AT_THE_COUNTER = ("verify", "remind-pickup", "store-goods", "snooze-pickup")


@pytest.mark.parametrize("action", [action.name.replace("_", "-") for action in ACTIONS.values()])
def test_a_role_without_the_verb_is_refused(sign_in: Any, action: str, order: Order) -> None:
    client = sign_in("warehouse" if action in AT_THE_COUNTER else "store_clerk")
    before = Event.objects.count()
    assert client.post(f"/console/orders/{order.number}/{action}/").status_code == 403
    assert client.get(f"/console/orders/{order.number}/{action}/").status_code == 403
    assert Event.objects.count() == before


def test_stock_is_back_after_a_cancelled_order(owner: Client) -> None:
    sku = make_sku(on_hand=10)
    order = paid_order(basket={sku.pk: 4})
    post(owner, order, "cancel-paid", reason="x")
    assert Sku.objects.get(pk=sku.pk).sellable == 10
