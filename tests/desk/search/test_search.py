"""GET /console/orders/?q=: one box for everything an order can be found by."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.desk.order.page import reveal_in_full
from orders.desk.search.matches import find_matches
from orders.desk.search.words import read_payment_number, split_words
from orders.models import Order, SoldName
from orders.numbers import drawn_by
from orders.payments.changes.addressing import change_address
from orders.payments.models import Refund
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.shipping.models import Parcel
from orders.shipping.services.replacing import WhyReplaced, replace_number
from shop.actor import GATEWAY, SYSTEM
from shop.catalog.models import Product
from shop.catalog.services import NewSku, add_product
from tests.cast import HOME, clerk, make_customer, make_sku, paid_order, place, refund_payment, shipped_order
from tests.console import browser

URL = "/console/orders/"


def found(client: Client, text: str) -> list[str]:
    html = client.get(URL, {"q": text}).content.decode()
    return re.findall(r'<tr data-href="/console/orders/(\d{18})/"', html)


def order_of(name: str, sku: str = "罐装") -> Order:
    product = add_product(name, skus=[NewSku(f"S-{Product.objects.count()}", sku, 35_00, 9)], actor=SYSTEM)
    return place(basket={product.skus.get().pk: 1})


@pytest.mark.parametrize(
    "words", ["岩茶", "武夷", "武夷岩茶", "岩茶 罐装", "罐装 武夷", "茶", "250g", "250G", "２５０ｇ"]
)
def test_orders_are_found_by_words_of_their_goods(owner: Client, words: str) -> None:
    order = order_of("武夷岩茶 2026", "250g 罐装")
    place()
    numbers = found(owner, words)
    assert order.number in numbers
    if words not in ("茶", "250g", "250G", "２５０ｇ"):
        assert numbers == [order.number]


def test_words_that_no_goods_have_together_find_nothing(owner: Client) -> None:
    order_of("武夷岩茶")
    order_of("东北木耳")
    assert found(owner, "武夷 木耳") == []


def test_goods_renamed_since_are_found_by_both_names(owner: Client) -> None:
    old = order_of("武夷岩茶")
    line = old.lines.get()
    Product.objects.filter(skus=line.sku_id).update(name="大红袍")
    new = place(basket={line.sku_id: 1})
    assert found(owner, "大红袍") == [new.number, old.number]
    assert found(owner, "武夷岩茶") == [new.number, old.number]


def test_a_name_is_kept_once_however_often_it_is_sold() -> None:
    sku = make_sku()
    for _ in range(3):
        place(basket={sku.pk: 1})
    assert SoldName.objects.filter(sku=sku).count() == 1


def test_newest_orders_come_first_and_no_more_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.desk.search.matches.LIMIT", 2)
    sku = make_sku()
    orders = [place(basket={sku.pk: 1}) for _ in range(3)]
    assert find_matches("云雾", actor=SYSTEM).ids == {orders[1].pk, orders[2].pk}


@pytest.mark.parametrize(("start", "end"), [(0, 4), (2, 6), (7, 11), (0, 17), (14, 18)])
@pytest.mark.parametrize("drawn", [73_519_824_660, 25_112_511_251, 10_101_010_101])
def test_any_four_digits_of_the_number_are_enough(owner: Client, start: int, end: int, drawn: int) -> None:
    """Also digits that look like a year and a month and are none."""
    with drawn_by(lambda _below: drawn):
        order = place()
    assert order.number in found(owner, order.number[start:end])
    assert order.number in re.findall(
        r"\d{18}", owner.get(f"{URL}?number={order.number[start:end]}").content.decode()
    )


def test_three_digits_are_too_few(owner: Client) -> None:
    order = place(make_customer(), basket={make_sku().pk: 1})
    assert order.number not in found(owner, order.number[-3:])


def test_a_customer_number_finds_their_orders(owner: Client) -> None:
    customer = make_customer()
    order = place(customer)
    place()
    matches = find_matches(str(customer.pk), actor=SYSTEM)
    assert order.pk in matches.ids
    assert "buyer" in matches.kinds


def test_what_fits_several_kinds_finds_all_and_says_which(owner: Client) -> None:
    by_phone = place()
    by_nickname = place(make_customer("5678"))
    by_number = place()
    Order.objects.filter(pk=by_number.pk).update(number="269956780000000000", phone="", recipient="")
    html = owner.get(URL, {"q": "5678"}).content.decode()
    assert {by_phone.number, "269956780000000000"} <= set(found(owner, "5678"))
    words = re.search(r"Found by: ([^<]*)", html)
    assert words is not None
    assert "order number" in words[1]
    assert "last four digits of the phone" in words[1]
    assert by_nickname.number in found(owner, "5678")


class TestManyLines:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("林晓燕, 王小明", ["林晓燕", "王小明"]),
            ("林晓燕\n王小明\r\n", ["林晓燕", "王小明"]),
            ("5678, 1234, 5678", ["5678", "1234"]),
            ("林晓燕，5678、13800005678", ["林晓燕", "5678", "13800005678"]),
            ("Mary Ann Lee, 5678", ["Mary Ann Lee", "5678"]),
            ("2611 2512 3456 7890 12, SF 1234", ["2611 2512 3456 7890 12", "SF 1234"]),
            ("SF0000000000001 SF0000000000002", ["SF0000000000001", "SF0000000000002"]),
            ("5678 1234", ["5678 1234"]),
            (" , ,, ", []),
        ],
    )
    def test_lines_joined_by_commas_come_apart_again(self, text: str, words: list[str]) -> None:
        assert split_words(text) == words

    def test_names_and_last_digits_are_found_side_by_side(self, owner: Client) -> None:
        by_name, by_phone, other = place(), place(), place(make_customer("山里人"))
        for order, name, phone in ((by_name, "王小明", "13911112222"), (by_phone, "赵一", "13911113333")):
            change_address(order.pk, to=replace(HOME, recipient=name, phone=phone), actor=clerk())
        text = "王小明, 3333, 山里人, 8888"
        assert set(found(owner, text)) == {by_name.number, by_phone.number, other.number}
        assert find_matches(text, actor=SYSTEM).missing == ("8888",)

    def test_pasted_lines_find_every_order_and_say_what_is_missing(self, owner: Client) -> None:
        first, second, third = place(), shipped_order(), paid_order()
        tracking = second.lines.get().parcel_lines.get().parcel.tracking_no
        place()
        text = f"{first.number}\r\n{tracking}\n\n {third.payments.get().trade_no}\nSF404404404404"
        html = owner.get(URL, {"q": text}).content.decode()
        assert set(found(owner, text)) == {first.number, second.number, third.number}
        assert "Nothing found for:" in html
        assert "SF404404404404" in html.split("Nothing found for:")[1]

    def test_a_number_that_was_replaced_finds_its_order(self, owner: Client) -> None:
        order = shipped_order()
        parcel = Parcel.objects.get()
        former = parcel.tracking_no
        number = {"courier": "SF", "tracking_no": "SF404404404404"}
        replace_number(parcel.pk, **number, why=WhyReplaced.TYPED, actor=clerk())
        for text in (former, "SF404404404404", f"{former.lower()[:4]} {former[4:]}"):
            assert found(owner, text) == [order.number]

    def test_one_query_finds_all(self, django_assert_num_queries: Any) -> None:
        orders = [place() for _ in range(5)]
        with django_assert_num_queries(1):
            assert len(find_matches("\n".join(order.number for order in orders), actor=SYSTEM).ids) == 5

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("123456\n123457", ["123456", "123457"]),
            ("SF0001112223, YT1112223334；73111222333", ["SF0001112223", "YT1112223334", "73111222333"]),
            ("SF0001112223 YT1112223334", ["SF0001112223", "YT1112223334"]),
            ("2611 2212 3456 7890 12", ["2611 2212 3456 7890 12"]),
            ("138 0000 5678", ["138 0000 5678"]),
            ("武夷岩茶 250g", ["武夷岩茶 250g"]),
            (" \n\t", []),
            ("a\na\na", ["a"]),
            ("林晓燕 13800005678 浙江省杭州市西湖区文三路 1 号", ["13800005678"]),
            ("林晓燕 １３８００００５６７８ 浙江省", ["13800005678"]),
            ("订单 138000056781", ["订单 138000056781"]),
        ],
    )
    def test_what_is_one_thing_and_what_is_many(self, text: str, words: list[str]) -> None:
        assert split_words(text) == words


@pytest.mark.parametrize("text", ["林晓燕", "138 0000 5678", "１３８００００５６７８", "小燕子"])
def test_people_are_found_though_they_are_encrypted(owner: Client, text: str) -> None:
    order = place()
    assert found(owner, text) == [order.number]


class TestSurnames:
    def give(self, recipient: str) -> Order:
        order = place(make_customer("某人"))
        return change_address(order.pk, to=replace(HOME, recipient=recipient), actor=clerk())

    @pytest.mark.parametrize(
        ("typed", "names"),
        [
            ("王", {"王小明", "王五"}),
            (" 王 ", {"王小明", "王五"}),
            ("欧阳", {"欧阳娜"}),
            ("欧", {"欧阳娜", "欧文"}),
            ("阳", set()),
            ("明", set()),
        ],
    )
    def test_a_surname_alone_finds_everybody_who_has_it(
        self, owner: Client, typed: str, names: set[str]
    ) -> None:
        orders = {name: self.give(name).number for name in ("王小明", "王五", "欧阳娜", "欧文", "Wang")}
        wanted = {orders[name] for name in names}
        assert set(found(owner, typed)) == wanted
        assert ("surname" in find_matches(typed, actor=SYSTEM).kinds) is bool(names)
        listed = re.findall(
            r'<tr data-href="/console/orders/(\d{18})/"',
            owner.get(URL, {"recipient": typed}).content.decode(),
        )
        assert set(listed) == wanted

    def test_many_surnames_at_once(self, owner: Client) -> None:
        wang, li = self.give("王小明"), self.give("李四")
        matches = find_matches("王, 李, 赵", actor=SYSTEM)
        assert (matches.ids, matches.missing) == ({wang.pk, li.pk}, ("赵",))

    def test_so_many_that_not_all_are_shown_are_said_to_be(
        self, owner: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("orders.desk.search.matches.LIMIT", 2)
        words = "with filters older orders are found"
        self.give("王一")
        assert words not in owner.get(URL, {"q": "王"}).content.decode()
        orders = [self.give(name) for name in ("王二", "王三")]
        assert words in owner.get(URL, {"q": "王"}).content.decode()
        assert set(found(owner, "王")) == {order.number for order in orders}
        assert owner.get(URL, {"recipient": "王"}).content.decode().count("<tr data-href") == 3


class TestSkuCodes:
    @pytest.mark.parametrize(
        "write", [str, str.lower, lambda code: f" {code} ", lambda code: "Ｓ" + code[1:]]
    )
    def test_a_code_finds_its_orders_and_leads_to_the_sku(
        self, owner: Client, write: Callable[[str], str]
    ) -> None:
        order, _other = order_of("武夷岩茶"), order_of("东北木耳")
        sku = order.lines.get().sku
        assert found(owner, write(sku.code)) == [order.number]
        assert find_matches(write(sku.code), actor=SYSTEM).kinds == ("sku",)
        assert f"?sku={sku.pk}" in owner.get(URL, {"q": write(sku.code)}).content.decode()

    def test_a_code_that_nobody_bought_leads_to_the_sku_all_the_same(self, owner: Client) -> None:
        sku = make_sku()
        page = owner.get(URL, {"q": sku.code}).content.decode()
        assert f"?sku={sku.pk}" in page and "No order fits" in page

    def test_who_may_not_see_products_is_not_led_there(self) -> None:
        sku = make_sku()
        assert f"?sku={sku.pk}" not in browser("finance").get(URL, {"q": sku.code}).content.decode()

    def test_codes_and_numbers_are_found_side_by_side(self) -> None:
        by_code, by_number = order_of("武夷岩茶"), order_of("东北木耳")
        text = f"{by_code.lines.get().sku.code}\n{by_number.number}\nS-404"
        matches = find_matches(text, actor=SYSTEM)
        assert (matches.ids, matches.missing) == ({by_code.pk, by_number.pk}, ("S-404",))

    def test_a_code_of_digits_is_found_too(self, owner: Client) -> None:
        product = add_product("扫码茶", skus=[NewSku("6901234567892", "盒", 35_00, 9)], actor=SYSTEM)
        order = place(basket={product.skus.get().pk: 1})
        assert found(owner, "6901234567892") == [order.number]


class TestWhatPagesLetOneCopy:
    def test_an_attempt_and_a_payment_from_the_balance_by_their_numbers(self, owner: Client) -> None:
        order = paid_order()
        attempt, payment = order.attempts.get(), order.payments.get()
        assert found(owner, attempt.number) == found(owner, payment.trade_no) == [order.number]
        order.payments.update(trade_no=f"{order.number}-B1")
        assert found(owner, f"{order.number}-B1") == found(owner, f"{order.number}-b1") == [order.number]

    def test_what_was_typed_of_a_receipt_and_of_a_payout(self, owner: Client) -> None:
        order = paid_order()
        refund_payment(order.payments.get().pk, amount_fen=100, reason="x", actor=clerk())
        order.payments.update(reference="Receipt 12-7")
        order.refunds.update(reference="OUT-2026/9")
        assert found(owner, "Receipt 12-7") == found(owner, " OUT-2026/9") == [order.number]
        assert find_matches("OUT-2026/9", actor=SYSTEM).kinds == ("refund",)

    def test_a_recipient_with_phone_and_address(self, owner: Client) -> None:
        order = place()
        assert found(owner, reveal_in_full(order).copy_text) == [order.number]

    def test_a_customer_number_leads_to_the_customer(self, owner: Client) -> None:
        customer = make_customer()
        assert (
            f'href="/console/customers/{customer.pk}/"'
            in owner.get(URL, {"q": str(customer.pk)}).content.decode()
        )


@pytest.mark.parametrize(
    ("typed", "tried", "also"),
    [
        ("9876", "order number, last four digits of the phone, tracking number", "a surname alone"),
        ("赵", "recipient, surname of the recipient, nickname, product", "a whole phone number"),
        ("SF404404404404", "recipient, nickname, tracking number, payment number", "a customer number"),
    ],
)
def test_nothing_found_says_what_was_tried_and_what_else_finds_orders(
    owner: Client, typed: str, tried: str, also: str
) -> None:
    words = re.search(
        r"Looked for as: ([^.]*)\. You can also type: ([^.]*)\.",
        owner.get(URL, {"q": typed}).content.decode(),
    )
    assert words is not None
    assert tried in words[1] and also in words[2]


def test_orders_that_a_filter_takes_away_are_not_said_to_be_nowhere(owner: Client) -> None:
    order = place()
    page = owner.get(URL, {"q": order.number, "stage": "done"}).content.decode()
    assert "take a filter off" in page and "Looked for as" not in page


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4200001234567890123456789012", "4200001234567890123456789012"),
        (" 420000123456 7890123456789012", "4200001234567890123456789012"),
        ("261122123456789012-1", "261122123456789012-1"),
        ("261122123456789012", ""),
        ("SF0001112223", ""),
        ("4200001234567890123456789012'", ""),
    ],
)
def test_what_may_be_a_payment_number(text: str, number: str) -> None:
    assert read_payment_number(text) == number


def test_the_page_itself_never_asks_the_gateway(owner: Client) -> None:
    """There are no credentials here: asking would be refused."""
    html = owner.get(URL, {"q": "4200009999999999999999999999"}).content.decode()
    assert 'hx-get="/console/orders/gateway/?number=4200009999999999999999999999"' in html
    assert "orders/gateway/" not in owner.get(URL, {"q": "SF404404404404"}).content.decode()


def test_none_of_many_pasted_things_is_dropped(owner: Client) -> None:
    orders = [place() for _ in range(3)]
    others = [f"{100_000 + n}" for n in range(250)]
    matches = find_matches("\n".join([*others, *(order.number for order in orders)]), actor=SYSTEM)
    assert matches.ids == {order.pk for order in orders}
    assert list(matches.missing) == others


SQLITE_MOST_BRANCHES = 500


def test_of_many_things_only_codes_take_a_branch_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.desk.search.matches.CODES_AT_ONCE", 2)
    orders = [order_of(name) for name in ("武夷岩茶", "东北木耳", "高山云雾")]
    codes = [order.lines.get().sku.code for order in orders]
    others = [f"a{n:03}" for n in range(300)]
    with CaptureQueriesContext(connection) as asked:
        matches = find_matches("\n".join([*others, *codes]), actor=SYSTEM)
    assert (matches.ids, list(matches.missing)) == ({order.pk for order in orders}, others)
    assert max(query["sql"].count(" UNION ALL ") for query in asked.captured_queries) < SQLITE_MOST_BRANCHES


def test_many_are_said_to_be_cut_only_where_some_were_left_out(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, words = "\n".join(place().number for _ in range(3)), "with filters older orders are found"
    monkeypatch.setattr("orders.desk.search.matches.LIMIT", 2)
    assert words not in owner.get(URL, {"q": text}).content.decode()
    monkeypatch.setattr("orders.desk.search.matches.LIMIT_OF_MANY", 3)
    assert f"The newest 3 at most; {words}" in owner.get(URL, {"q": text}).content.decode()


class TestRefunds:
    @pytest.fixture
    def refund(self) -> Refund:
        order = paid_order()
        made = refund_payment(order.payments.get().pk, amount_fen=100, reason="x", actor=clerk())
        gateway_id = "50000000382019052709732678859"
        return apply_refund_evidence(made.number, status="SUCCESS", gateway_id=gateway_id, actor=GATEWAY)

    @pytest.mark.parametrize("write", [str, str.lower, lambda number: f" {number[:4]} {number[4:]} "])
    def test_our_number_finds_the_order(
        self, owner: Client, refund: Refund, write: Callable[[str], str]
    ) -> None:
        paid_order()
        assert found(owner, write(refund.number)) == [refund.order.number]
        assert find_matches(write(refund.number), actor=SYSTEM).kinds == ("refund",)

    def test_so_does_the_gateways(self, owner: Client, refund: Refund) -> None:
        assert found(owner, refund.gateway_id) == [refund.order.number]

    def test_one_made_outside_the_shop_is_found_as_it_is_called_there(
        self, owner: Client, refund: Refund
    ) -> None:
        Refund.objects.filter(pk=refund.pk).update(number="mch-Refund_2026@7")
        assert found(owner, " mch-Refund_2026@7 ") == [refund.order.number]

    def test_many_at_once_and_the_one_that_is_missing_is_named(self, refund: Refund) -> None:
        missing = f"{refund.order.number}R-9"
        matches = find_matches(f"{refund.number}\n{missing}", actor=SYSTEM)
        assert (matches.ids, matches.missing) == ({refund.order_id}, (missing,))
