"""GET /console/orders/prints/<token>/"""

import pytest
from django.test import Client

from orders.desk.testing.services import place_test_order
from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines
from orders.services.steps import hold_order
from shop.catalog.models import Sku
from shop.store.choices import Delivery, PayMethod
from tests.cast import HOME, clerk, make_sku, open_shop, paid_order, pay, place, shipped_order
from tests.desk.conftest import SignIn
from tests.desk.prints.test_press import press, read
from tests.expect import count_queries

pytestmark = pytest.mark.usefixtures("books_are_clean", "sent_tasks")
DOCUMENTS = ("receipt", "pick_list", "packing_slip", "delivery_note")


def see(client: Client, document: str, *orders: Order, paper: str = "") -> str:
    address = press(client, document, *orders)
    return read(client, f"{address}&paper={paper}" if paper else address)


class TestReceipt:
    def test_it_holds_what_a_clerk_checks(self, owner: Client) -> None:
        sku = make_sku(price_fen=35_00)
        shown = see(owner, "receipt", paid_order(basket={sku.pk: 3}, remark="请包装好"))
        for words in ("山野集", sku.product.name, "250g 罐装", "×3", "¥105.00", "请包装好", "0571-88886666"):
            assert words in shown
        assert "WeChat Pay" in shown

    def test_cash_to_collect_is_written_large(self, owner: Client) -> None:
        cash = place(pay_method=PayMethod.COD)
        assert 'class="collect">Cash to collect <b>¥45.00</b>' in see(owner, "receipt", cash)
        assert "collect" not in see(owner, "receipt", paid_order())

    def test_cancelled_pieces_are_marked(self, owner: Client) -> None:
        order = paid_order(basket={make_sku().pk: 3})
        cancel_lines(order.pk, quantities={order.lines.get().pk: 1}, reason="缺货", actor=clerk())
        assert "1 cancelled" in see(owner, "receipt", order)

    def test_the_roll_of_the_settings_is_used_and_the_other_one_is_offered(self, owner: Client) -> None:
        order = paid_order()
        assert 'class="paper-80"' in see(owner, "receipt", order)
        assert 'class="paper-58"' in see(owner, "receipt", order, paper="58")
        open_shop(receipt_paper="58")
        assert 'class="paper-58"' in see(owner, "receipt", order)
        assert 'class="paper-58"' in see(owner, "receipt", order, paper="a4")

    def test_an_order_nobody_should_send_says_so(self, owner: Client) -> None:
        held = paid_order()
        hold_order(held.pk, reason="等补货", actor=clerk())
        assert "On hold – do not send" in see(owner, "receipt", held)
        assert "Not paid – do not send" in see(owner, "receipt", place())
        assert "do not send" not in see(owner, "receipt", place(pay_method=PayMethod.COD))


class TestPackingSlip:
    def test_it_names_the_goods_left_to_send_and_no_price(self, owner: Client) -> None:
        sku = make_sku()
        order = paid_order(basket={sku.pk: 3})
        cancel_lines(order.pk, quantities={order.lines.get().pk: 1}, reason="缺货", actor=clerk())
        shown = see(owner, "packing_slip", order)
        assert sku.code in shown
        assert "×2" in shown
        assert "¥" not in shown

    def test_it_bears_the_number_as_bars_and_as_a_square(self, owner: Client) -> None:
        order = paid_order()
        shown = see(owner, "packing_slip", order)
        assert f'class="code128" role="img" aria-label="{order.number}"' in shown
        assert f'class="qr" role="img" aria-label="{order.number}"' in shown

    def test_it_goes_on_a_label_too(self, owner: Client) -> None:
        order = paid_order()
        assert 'class="paper-a4"' in see(owner, "packing_slip", order)
        assert 'class="paper-100x150"' in see(owner, "packing_slip", order, paper="100x150")

    def test_of_an_order_that_was_sent_nothing_is_left(self, owner: Client) -> None:
        assert "Nothing of this order is left to send." in see(owner, "packing_slip", shipped_order())


class TestPickList:
    def put_on_shelf(self, sku: Sku, shelf: str) -> Sku:
        Sku.objects.filter(pk=sku.pk).update(shelf=shelf)
        return sku

    def test_goods_of_all_orders_stand_by_shelf_with_their_sums(self, owner: Client) -> None:
        late, early = (self.put_on_shelf(make_sku(), shelf) for shelf in ("B-02", "A-01"))
        nowhere = make_sku()
        first = paid_order(basket={late.pk: 2, early.pk: 1, nowhere.pk: 1})
        second = paid_order(basket={late.pk: 3})
        shown = see(owner, "pick_list", first, second)
        at = [shown.index(code) for code in (early.code, late.code, nowhere.code)]
        assert at == sorted(at)
        assert '<b class="pieces">5</b>' in shown
        assert shown.count("<b>×3</b>") == shown.count("<b>×2</b>") == 1
        assert "2 orders" in shown
        assert "7 pieces" in shown

    def test_what_is_short_is_marked(self, owner: Client) -> None:
        open_shop(reserve_on="paying")
        sku = make_sku(on_hand=2)
        orders = [place(basket={sku.pk: 2}) for _ in range(2)]
        for order in orders:
            pay(order)
        assert "2 short" in see(owner, "pick_list", *orders)


class TestDeliveryNote:
    def test_it_has_prices_and_a_line_to_sign_on(self, owner: Client) -> None:
        shown = see(owner, "delivery_note", paid_order())
        assert "¥35.00" in shown
        assert "Received by" in shown

    def test_our_own_driver_reads_the_street_and_nobody_else(self, owner: Client) -> None:
        local = paid_order(delivery=Delivery.LOCAL)
        assert HOME.detail in see(owner, "delivery_note", local)
        assert HOME.detail not in see(owner, "receipt", local)
        assert HOME.detail not in see(owner, "delivery_note", paid_order())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_name_and_phone_are_masked(owner: Client, document: str) -> None:
    shown = see(owner, document, paid_order(), paid_order(delivery=Delivery.LOCAL))
    assert HOME.recipient not in shown
    assert HOME.phone not in shown
    assert HOME.phone[-4:] not in shown


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_costs_as_many_queries_for_ten_orders_as_for_one(owner: Client, document: str) -> None:
    def count(*orders: Order) -> int:
        address = press(owner, document, *orders)
        return count_queries(lambda: read(owner, address))

    one = count(paid_order())
    assert one <= 6
    assert count(*(paid_order(basket={make_sku().pk: 1, make_sku().pk: 2}) for _ in range(10))) == one


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_page_has_no_style_and_no_script_of_its_own(owner: Client, document: str) -> None:
    shown = see(owner, document, paid_order(remark="<b>hello</b>"))
    assert "<b>hello" not in shown
    assert " style=" not in shown
    assert shown.count("<script") == 1


@pytest.mark.parametrize("role", ["order_clerk", "warehouse", "support"])
def test_those_who_edit_or_ship_see_the_document(sign_in: SignIn, role: str) -> None:
    assert "Packing slip" in see(sign_in(role), "packing_slip", paid_order())


def test_a_test_order_is_marked(owner: Client) -> None:
    make_sku()
    assert "Test order" in see(owner, "receipt", place_test_order(actor=clerk()))
