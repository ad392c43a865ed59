"""GET /console/orders/: filters, queues and how the list looks."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from orders.desk.list import filters
from orders.desk.list.counts import count_tabs
from orders.desk.list.filters import WorkQueue
from orders.models import Order
from orders.payments.models import Refund, RefundState
from orders.services.steps import confirm_order, hold_order
from orders.stages import Source
from shop import clock
from shop.actor import SYSTEM
from shop.crypto import Sealed
from shop.store.choices import PayMethod
from tests.cast import clerk, make_customer, make_sku, paid_order, place, prepared_order

URL = "/console/orders/"


def numbers(client: Client, query: str) -> list[str]:
    response = client.get(f"{URL}{query}")
    assert response.status_code == 200
    return re.findall(r'<tr data-href="/console/orders/(\d{18})/"', response.content.decode())


def change(order: Order, **columns: Any) -> Order:
    Order.objects.filter(pk=order.pk).update(**columns)
    return order


def refund(order: Order, state: RefundState, **columns: Any) -> None:
    row = {"payment": order.payments.get(), "order": order, "number": f"{order.number}R-1", "amount_fen": 100}
    Refund.objects.create(**row, reason="x", state=state, created_at=clock.now(), **columns)


def put_in_queue(queue: str) -> Order:
    now = clock.now()
    if queue in ("refund_failed", "to_pay_out"):
        order = paid_order()
        refund(order, RefundState.FAILED if queue == "refund_failed" else RefundState.TO_PAY_OUT)
        return order
    if queue == "closing_soon":
        return change(place(), pay_by=now + timedelta(minutes=5))
    if queue == "transfers":
        return change(place(), pay_method=PayMethod.TRANSFER, proof_sent_at=now)
    if queue == "held":
        return hold_order(paid_order().pk, reason="等", actor=clerk())
    if queue == "short":
        return change(paid_order(), is_short=True)
    hours = {"overdue": -1, "within_24h": 23, "ship_later": 30}[queue]
    return change(prepared_order(), ship_by=now + timedelta(hours=hours))


def offered(client: Client, name: str, query: str = "") -> list[str]:
    page = client.get(f"{URL}filter/{query}").content.decode()
    select = re.search(rf'<select name="{name}".*?</select>', page, re.DOTALL)
    return re.findall(r'<option value="(\w+)"', select[0]) if select else []


def test_only_values_that_orders_can_have_are_offered(owner: Client) -> None:
    assert offered(owner, "pay") == ["wechat", "alipay", "balance", "cod", "transfer"]
    assert offered(owner, "source") == ["mini_program", "test"]
    assert offered(owner, "aftersale") == ["open", "settled"]


def test_what_an_address_asks_for_is_offered_all_the_same(owner: Client) -> None:
    assert "alipay" in offered(owner, "pay", "?pay=alipay")
    assert offered(owner, "source", "?source=staff") == ["mini_program", "staff", "test"]


def test_a_part_that_brings_sources_switches_them_on(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "SOURCES_IN_USE", (Source.MINI_PROGRAM, Source.STAFF))
    assert offered(owner, "source") == ["mini_program", "staff"]


@pytest.mark.parametrize("queue", WorkQueue.values)
def test_a_queue_shows_its_orders_and_its_count_stands_beside_the_tabs(owner: Client, queue: str) -> None:
    order = put_in_queue(queue)
    place()
    assert numbers(owner, f"?queue={queue}") == [order.number]
    words = str(WorkQueue(queue).label).replace("(", r"\(")
    link = rf'href="/console/orders/\?queue={queue}">{words}<span class="count">1</span>'
    assert re.search(link, owner.get(URL).content.decode())


@pytest.mark.parametrize(("queue", "hours"), [("overdue", -1), ("within_24h", 23)])
def test_what_waits_to_be_confirmed_is_urgent_too(owner: Client, queue: str, hours: int) -> None:
    order = change(paid_order(), ship_by=clock.now() + timedelta(hours=hours))
    assert numbers(owner, f"?queue={queue}") == [order.number]
    assert count_tabs(SYSTEM).queues[queue] == 1


def test_but_on_hold_it_is_not(owner: Client) -> None:
    order = hold_order(paid_order().pk, reason="等", actor=clerk())
    change(order, ship_by=clock.now() - timedelta(hours=1))
    assert numbers(owner, "?queue=overdue") == []


def test_an_empty_queue_is_not_offered(owner: Client) -> None:
    place()
    assert "queue=" not in owner.get(URL).content.decode().split("dialog-filter")[0]


def test_counts_are_left_out_beside_a_narrowed_list(owner: Client) -> None:
    put_in_queue("overdue")
    assert 'class="queue-links"' in owner.get(f"{URL}?queue=overdue").content.decode()
    assert 'class="queue-links"' not in owner.get(f"{URL}?queue=overdue&pay=wechat").content.decode()


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("above=100", {"payable_fen": 100_00}),
        ("below=20", {"payable_fen": 20_00}),
        ("below=0", {"payable_fen": 0}),
        ("above=99.99&below=100.01", {"payable_fen": 100_00}),
        ("aftersale=open", {"aftersale_mark": "open"}),
        ("aftersale=settled", {"aftersale_mark": "settled"}),
        ("source=staff", {"source": "staff"}),
        ("remark=yes", {"seller_remark": Sealed("v2:k1:sealed")}),
    ],
)
def test_a_filter_finds_what_it_says(owner: Client, query: str, columns: dict[str, Any]) -> None:
    place()
    order = change(place(), **columns)
    assert numbers(owner, f"?{query}") == [order.number]


def test_a_remark_of_the_buyer_counts_though_it_is_encrypted(owner: Client) -> None:
    place()
    order = place(remark="请放在门卫处")
    assert numbers(owner, "?remark=yes") == [order.number]


def test_the_orders_of_one_customer(owner: Client) -> None:
    customer = make_customer()
    order = place(customer)
    place()
    assert numbers(owner, f"?buyer={customer.pk}") == [order.number]
    assert len(numbers(owner, "?buyer=x")) == 2


def test_orders_with_a_product_page_by_page(owner: Client) -> None:
    tea, other = make_sku(on_hand=500, name="礼盒装"), make_sku(on_hand=500, name="散装")
    orders = [
        place(basket={tea.pk: 1, other.pk: 1}) if n % 2 else place(basket={other.pk: 1}) for n in range(50)
    ]
    expected = [order.number for order in reversed(orders[1::2])]
    first = owner.get(f"{URL}?product=云雾 礼盒装").content.decode()
    shown = re.findall(r'<tr data-href="/console/orders/(\d{18})/"', first)
    older = re.search(r'href="[^?]*(\?[^"]*)" rel="next"', first)
    assert older is not None
    rest = numbers(owner, older[1].replace("&amp;", "&"))
    assert shown + rest == expected
    assert numbers(owner, "?product=礼盒装&tab=unpaid")[:3] == expected[:3]
    assert numbers(owner, "?product=礼盒装&tab=done") == []
    assert numbers(owner, "?product=恐龙") == []


def test_refunded_on_a_day(owner: Client) -> None:
    order, other = paid_order(), paid_order()
    refund(order, RefundState.DONE, finished_at=clock.now())
    refund(other, RefundState.DONE, finished_at=clock.now() - timedelta(days=3))
    since = f"{clock.now() - timedelta(days=1):%Y-%m-%d}"
    assert numbers(owner, f"?date=refunded&since={since}") == [order.number]


def test_delivery_and_pay_method_keep_the_newest_first_over_all_stages(owner: Client) -> None:
    first, second, third = place(), paid_order(), prepared_order()
    confirm_order(second.pk, actor=clerk())
    assert numbers(owner, "?delivery=express&pay=wechat") == [o.number for o in (third, second, first)]


@pytest.mark.parametrize(
    "query",
    [
        "?queue=overdue",
        "?product=云雾",
        "?q=云雾",
        "?pay=wechat&delivery=express",
        "?above=1&remark=yes&source=staff&aftersale=open",
        "?q=5678",
        "?q=123456%0A123457",
    ],
)
def test_every_view_asks_at_most_twelve_questions(
    owner: Client, query: str, django_assert_max_num_queries: Any
) -> None:
    sku = make_sku(on_hand=99)
    for _ in range(5):
        place(basket={sku.pk: 1})
        change(prepared_order(basket={sku.pk: 1}), ship_by=clock.now())
    with django_assert_max_num_queries(12):
        owner.get(f"{URL}{query}")


class TestLooks:
    SAVE = f"{URL}looks/"

    def test_columns_left_out_stay_out_for_this_person_alone(self, owner: Client, sign_in: Any) -> None:
        place()
        answer = owner.post(
            self.SAVE, {"column": ["goods", "amount"], "density": "compact", "next": f"{URL}?tab=unpaid"}
        )
        assert answer["Location"] == f"{URL}?tab=unpaid"
        html = owner.get(URL).content.decode()
        assert "cell-buyer" not in html
        assert "cell-delivery" not in html
        assert "cell-goods" in html
        assert "is-compact" in html
        others = sign_in("owner").get(URL).content.decode()
        assert "cell-buyer" in others
        assert "is-compact" not in others

    def test_they_can_be_taken_back(self, owner: Client) -> None:
        place()
        owner.post(self.SAVE, {"density": "compact"})
        owner.post(self.SAVE, {"column": ["buyer", "goods", "amount", "delivery"], "density": "roomy"})
        html = owner.get(URL).content.decode()
        assert "cell-buyer" in html
        assert "is-compact" not in html

    def test_it_never_leads_to_another_site(self, owner: Client) -> None:
        assert owner.post(self.SAVE, {"next": "https://evil.example/"})["Location"] == URL

    def test_looking_changes_nothing(self, owner: Client) -> None:
        assert owner.get(self.SAVE).status_code == 405
