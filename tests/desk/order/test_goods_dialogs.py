"""The dialogs for goods that are not there, and for what is still owed."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from orders.models import Order
from orders.payments.changes.addressing import change_address
from orders.payments.changes.difference import Difference
from shop.catalog.models import Sku
from shop.catalog.stock.changes import correct_stock
from shop.store.choices import ReserveOn
from tests.cast import HOME, clerk, make_sku, open_shop, paid_order, pay, place, set_freight
from tests.desk.buttons import assert_done, assert_refused, post

FAR: dict[str, Any] = {
    "province": "西藏自治区",
    "city": "拉萨市",
    "district": "城关区",
    "detail": "北京中路 1 号",
}

NINGBO = FAR | {"province": "浙江省", "city": "宁波市", "district": "海曙区"}


def page(client: Client, order: Order, dialog: str = "") -> str:
    return client.get(f"/console/orders/{order.number}/{dialog and f'{dialog}/'}").content.decode()


def short_order() -> Order:
    open_shop(reserve_on=ReserveOn.PAYING)
    sku = make_sku(price_fen=20_00, on_hand=3)
    order = place(basket={sku.pk: 3})
    correct_stock(sku.pk, on_hand=1, reason="盘点", actor=clerk())
    return pay(order)


class TestAnotherAddress:
    def test_the_freight_is_asked_for_only_where_it_differs(self, owner: Client) -> None:
        order = paid_order()
        response = post(
            owner,
            order,
            "change-address",
            **FAR | {"province": "浙江省", "city": "宁波市", "district": "海曙区"},
        )
        assert_done(response, order)
        assert (order.city, order.owed_fen) == ("宁波市", 0)

    def test_a_dearer_region_asks_who_bears_it_and_keeps_what_was_typed(self, owner: Client) -> None:
        order = self.order_with_two_prices()
        assert 'name="difference"' not in page(owner, order, "change-address")
        html = assert_refused(post(owner, order, "change-address", **FAR), order, 422, "¥8.00 more")
        assert 'value="北京中路 1 号"' in html
        assert html.count('name="difference"') == 2
        assert_done(post(owner, order, "change-address", **FAR, difference="settle"), order)
        assert (order.city, order.owed_fen) == ("拉萨市", 8_00)
        html = page(owner, order)
        assert "The rest is to be paid" in html
        assert "On hold unless paid in" in html

    def test_a_region_without_service_is_said_beside_the_province(self, owner: Client) -> None:
        order = self.order_with_two_prices()
        to = FAR | {"province": "新疆维吾尔自治区", "city": "乌鲁木齐市", "district": "天山区"}
        assert_refused(post(owner, order, "change-address", **to), order, 422, "Not sent to")

    def test_what_is_owed_is_waived(self, owner: Client) -> None:
        order = self.order_with_two_prices()
        to = HOME.__class__(HOME.recipient, HOME.phone, *FAR.values())
        change_address(order.pk, to=to, difference=Difference.SETTLE, actor=clerk())
        order.refresh_from_db()
        assert "¥8.00" in page(owner, order, "waive")
        assert_refused(post(owner, order, "waive"), order, 422, "Please fill this in.")
        assert_done(post(owner, order, "waive", reason="老顾客"), order)
        assert order.owed_fen == 0

    def order_with_two_prices(self) -> Order:
        open_shop()
        rules = set_freight(10_00).rules
        rules.update(position=2)
        rules.create(position=0, regions=["540000"], first_fen=18_00)
        rules.create(position=1, regions=["650000"], is_served=False)
        return paid_order()


class TestOtherGoods:
    def test_a_short_line_offers_what_to_do(self, owner: Client) -> None:
        order = short_order()
        html = page(owner, order)
        for name in ("change-lines", "postpone", "cancel-lines"):
            assert (
                f"/console/orders/{order.number}/{name}/"
                in html.partition("line-list")[2].partition("</table>")[0]
            )
        dialog = page(owner, order, "change-lines")
        assert 'name="pieces" value="2"' in dialog
        assert f'<option value="{order.lines.get().sku.code}">' not in dialog

    def test_what_there_is_of_the_same_product_is_chosen(self, owner: Client) -> None:
        order = short_order()
        other = self.add_sibling(order, on_hand=5)
        gone = self.add_sibling(order, on_hand=0)
        dialog = page(owner, order, "change-lines")
        assert f'<option value="{other.code}">' in dialog and "¥20.00 · 5 left" in dialog
        assert gone.code not in dialog
        data = {"line": order.lines.get().pk, "pieces": 2, "difference": "settle", "notice": ""}
        assert_refused(post(owner, order, "change-lines", **data), order, 422, "Choose what is sent")
        both = data | {"sibling": other.code, "sku": make_sku().code}
        assert_refused(post(owner, order, "change-lines", **both), order, 422, "not both")
        assert_done(post(owner, order, "change-lines", **data, sibling=other.code), order)
        assert order.lines.latest("pk").sku_id == other.pk
        assert f"Instead: {other} ×2" in page(owner, order)

    def add_sibling(self, order: Order, *, on_hand: int) -> Sku:
        sku = make_sku(price_fen=20_00, on_hand=on_hand)
        Sku.objects.filter(pk=sku.pk).update(product_id=order.lines.get().sku.product_id)
        return Sku.objects.select_related("product").get(pk=sku.pk)

    def test_what_is_short_is_replaced(self, owner: Client) -> None:
        order, other = short_order(), make_sku(price_fen=20_00)
        data = {"line": order.lines.get().pk, "pieces": 2, "sku": f" {other.code} ", "difference": "settle"}
        assert_done(post(owner, order, "change-lines", **data, notice="换成罐装"), order)
        assert not order.is_short
        assert [line.to_send for line in order.lines.order_by("pk")] == [1, 2]
        html = page(owner, order)
        assert "Goods changed" in html
        assert "换成罐装" in html

    def test_an_article_is_found_by_its_barcode_and_an_unknown_one_is_said(self, owner: Client) -> None:
        order, other = paid_order(), make_sku()
        Sku.objects.filter(pk=other.pk).update(barcode="6901234567892")
        data = {"line": order.lines.get().pk, "pieces": 1, "difference": "keep"}
        assert_refused(
            post(owner, order, "change-lines", **data, sku="6900000000000"), order, 422, "There is no article"
        )
        assert_done(post(owner, order, "change-lines", **data, sku="６９０１２３４５６７８９２"), order)
        assert order.lines.latest("pk").sku_id == other.pk

    def test_what_is_not_there_is_said_and_what_was_typed_stays(self, owner: Client) -> None:
        order, other = paid_order(), make_sku(on_hand=0)
        data = {"line": order.lines.get().pk, "pieces": 1, "sku": other.code, "difference": "settle"}
        html = assert_refused(post(owner, order, "change-lines", **data), order, 409, "has only 0 left")
        assert f'value="{other.code}"' in html

    def test_it_is_postponed(self, owner: Client) -> None:
        order, day = short_order(), timezone.localdate() + timedelta(days=9)
        assert_refused(post(owner, order, "postpone", ship_on="2020-01-01"), order, 400, "from today on")
        assert_done(post(owner, order, "postpone", ship_on=f"{day}", notice="九天后到"), order)
        assert timezone.localdate(order.ship_by - timedelta(seconds=1)) == day
