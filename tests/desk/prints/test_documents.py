"""GET /console/orders/prints/<token>/"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from orders.desk.testing.services import place_test_order
from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines
from orders.payments.changes.swapping import Swap, change_lines
from orders.services.postponing import postpone_order
from orders.services.steps import hold_order
from shop import clock
from shop.catalog.models import Sku
from shop.store.choices import Delivery, PayMethod
from tests.cast import HOME, clerk, make_sku, open_shop, paid_order, paid_pickup, pay, place, shipped_order
from tests.desk.conftest import SignIn
from tests.desk.prints.test_press import press, read
from tests.expect import count_queries, fresh

pytestmark = pytest.mark.usefixtures("books_are_clean", "sent_tasks")
DOCUMENTS = ("receipt", "pick_list", "packing_slip", "delivery_note")


def owing() -> Order:
    """A paid order of which goods were changed for dearer ones: the rest is not paid."""
    order = paid_order(basket={make_sku(price_fen=20_00).pk: 3})
    swap = Swap(order.lines.get().pk, 1, make_sku(price_fen=26_00).pk, 1)
    return change_lines(order.pk, swap, actor=clerk())


def postpone(order: Order) -> date:
    day = timezone.localdate(clock.now()) + timedelta(days=9)
    postpone_order(order.pk, ship_on=day, actor=clerk())
    return day


def see(client: Client, document: str, *orders: Order, paper: str = "") -> str:
    address = press(client, document, *orders)
    return read(client, f"{address}&paper={paper}" if paper else address)


@pytest.mark.parametrize("document", ["receipt", "packing_slip", "delivery_note"])
def test_the_time_slot_of_who_picks_it_up_stands_there(owner: Client, document: str) -> None:
    order = paid_pickup()
    assert "Comes at" not in see(owner, document, order)
    start = datetime(2026, 12, 1, 10, tzinfo=UTC)
    slot = {"pickup_from": start, "pickup_until": start + timedelta(minutes=30)}
    Order.objects.filter(pk=order.pk).update(**slot)
    shown = see(owner, document, order)
    assert "Comes at" in shown and "2026-12-01 18:00–18:30" in shown


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

    def test_what_stands_above_the_sum_adds_up_after_goods_were_changed(self, owner: Client) -> None:
        shown = see(owner, "receipt", owing())
        amounts = [
            Decimal(f"{sign}{figure}") for sign, figure in re.findall(r"<dd[^>]*>(-?)¥([0-9.]+)</dd>", shown)
        ]
        goods, freight, adjusted, payable, paid, owed = amounts
        lines = re.findall(r'<td class="end">¥([0-9.]+)</td>', shown)
        assert goods == sum(Decimal(line) for line in lines) == Decimal("86.00")
        assert goods + freight + adjusted == payable == paid + owed

    def test_the_roll_of_the_settings_is_used_and_the_other_one_is_offered(self, owner: Client) -> None:
        order = paid_order()
        assert 'class="paper-80"' in see(owner, "receipt", order)
        assert 'class="paper-58"' in see(owner, "receipt", order, paper="58")
        open_shop(receipt_paper="58")
        assert 'class="paper-58"' in see(owner, "receipt", order)
        assert 'class="paper-58"' in see(owner, "receipt", order, paper="a4")


@pytest.mark.parametrize("document", ["receipt", "packing_slip", "delivery_note"])
class TestMarks:
    def test_an_order_nobody_should_send_says_so(self, owner: Client, document: str) -> None:
        held = paid_order()
        hold_order(held.pk, reason="等补货", actor=clerk())
        assert "On hold – do not send" in see(owner, document, held)
        assert "Not paid – do not send" in see(owner, document, place())
        assert "do not send" not in see(owner, document, place(pay_method=PayMethod.COD))

    def test_an_order_of_which_the_rest_is_not_paid_says_so(self, owner: Client, document: str) -> None:
        order = owing()
        assert "Rest not paid – do not send" in see(owner, document, order)
        pay(fresh(order))
        assert "do not send" not in see(owner, document, order)

    def test_a_postponed_order_says_until_when_it_is_to_be_sent(self, owner: Client, document: str) -> None:
        order, other = paid_order(), paid_order()
        day = postpone(order)
        shown = see(owner, document, order, other)
        assert shown.count(f"Postponed – send by {day:%m-%d}") == shown.count("Postponed") == 1


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

    def test_orders_that_are_not_to_be_sent_yet_are_named(self, owner: Client) -> None:
        owed, late, plain = owing(), paid_order(), paid_order()
        day = postpone(late)
        shown = see(owner, "pick_list", owed, late, plain)
        noted = re.findall(r"<li>(.*?)</li>", shown.partition("<table>")[0], re.DOTALL)
        assert ["Rest not paid – do not send" in noted[0], f"send by {day:%m-%d}" in noted[1]] == [True, True]
        assert len(noted) == 2

    def test_the_first_one_bears_no_mark_and_the_same_one_printed_again_a_single_one(
        self, owner: Client
    ) -> None:
        orders = paid_order(), paid_order()
        assert "Reprint" not in see(owner, "pick_list", *orders)
        assert see(owner, "pick_list", *orders).count('<p class="mark">Reprint 2</p>') == 1

    def test_of_orders_among_others_it_says_which_were_on_a_list_before(self, owner: Client) -> None:
        before, new = paid_order(), paid_order()
        see(owner, "pick_list", before)
        shown = see(owner, "pick_list", before, new)
        assert shown.count("Reprint") == 1
        noted = re.findall(r"<li>(.*?)</li>", shown, re.DOTALL)[0]
        words = re.sub(r"<[^>]*>|\s", "", noted)
        assert words == f"{before.number}Reprint2"

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
