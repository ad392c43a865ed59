"""GET /console/orders/"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import Client

from orders.desk.list import counts
from orders.models import Order
from orders.services.steps import confirm_order, receive_order
from shop import clock
from shop.store.choices import Delivery, PayMethod
from tests.cast import (
    clerk,
    make_customer,
    make_sku,
    paid_order,
    parcel,
    place,
    prepared_order,
    shipped_order,
)

URL = "/console/orders/"


def numbers(client: Client, query: str = "", **headers: str) -> list[str]:
    response = client.get(f"{URL}{query}", headers=headers)
    assert response.status_code == 200
    return re.findall(r'<tr data-href="/console/orders/(\d{18})/"', response.content.decode())


def test_each_tab_shows_the_orders_of_its_stages(owner: Client) -> None:
    unpaid, to_confirm, preparing, shipped = place(), paid_order(), prepared_order(), shipped_order()
    confirmed = paid_order()
    confirm_order(confirmed.pk, actor=clerk())
    done = shipped_order()
    receive_order(done.pk, actor=clerk())

    assert numbers(owner) == [
        order.number for order in (done, confirmed, shipped, preparing, to_confirm, unpaid)
    ]
    assert numbers(owner, "?tab=unpaid") == [unpaid.number]
    assert numbers(owner, "?tab=to_confirm") == [to_confirm.number]
    assert numbers(owner, "?tab=to_ship") == [confirmed.number, preparing.number]
    assert numbers(owner, "?tab=shipped") == [shipped.number]
    assert numbers(owner, "?tab=done") == [done.number]
    assert numbers(owner, "?tab=closed") == []


def test_tabs_carry_counts_that_stop_at_the_cap(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        place()
    assert '<span class="count">3</span>' in owner.get(URL).content.decode()
    monkeypatch.setattr(counts, "CAP", 2)
    assert '<span class="count">2+</span>' in owner.get(URL).content.decode()


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("delivery=local", "local"),
        ("delivery=express", "express"),
        ("pay=cod", "local"),
        ("pay=wechat", "express"),
        ("stage=unpaid", "express"),
        ("stage=to_confirm", "local"),
    ],
)
def test_a_choice_narrows_the_list(owner: Client, query: str, fits: str) -> None:
    orders = {
        "express": place(),
        "local": place(delivery=Delivery.LOCAL, pay_method=PayMethod.COD),
    }
    assert numbers(owner, f"?{query}") == [orders[fits].number]


def test_a_stage_outside_the_tab_finds_nothing(owner: Client) -> None:
    place()
    assert numbers(owner, "?tab=to_ship&stage=unpaid") == []


@pytest.mark.parametrize("text", ["13800005678", "5678", "138 0000 5678", "１３８００００５６７８"])
def test_the_phone_filter_takes_the_whole_phone_or_its_last_four_digits(owner: Client, text: str) -> None:
    order = place()
    assert numbers(owner, f"?phone={text}") == [order.number]
    assert numbers(owner, "?phone=9999") == []


def test_number_and_recipient_filters(owner: Client) -> None:
    order, other = place(), place()
    assert numbers(owner, f"?number={order.number[8:]}") == [order.number]
    assert numbers(owner, "?recipient=林晓燕") == [other.number, order.number]
    assert numbers(owner, "?recipient=林晓") == []


@pytest.mark.parametrize("kind", ["placed", "paid", "shipped", "received", "closed"])
def test_each_date_can_be_filtered_by_its_range_of_days(owner: Client, kind: str) -> None:
    order, other = place(), place()
    day = clock.now() - timedelta(days=10)
    Order.objects.filter(pk=order.pk).update(**{f"{kind}_at": day})
    wanted = f"{day:%Y-%m-%d}"
    earlier = f"{day - timedelta(days=2):%Y-%m-%d}"
    later = f"{day + timedelta(days=1):%Y-%m-%d}"
    assert numbers(owner, f"?date={kind}&since={earlier}&until={later}") == [order.number]
    assert numbers(owner, f"?date={kind}&until={earlier}") == []
    assert (other.number in numbers(owner, f"?date={kind}&since={wanted}")) == (kind == "placed")


def test_a_date_filter_orders_by_that_date(owner: Client) -> None:
    first, second = shipped_order(), shipped_order()
    moment = clock.now()
    Order.objects.filter(pk=first.pk).update(shipped_at=moment)
    Order.objects.filter(pk=second.pk).update(shipped_at=moment - timedelta(hours=2))
    since = f"{moment - timedelta(days=3):%Y-%m-%d}"
    assert numbers(owner, f"?date=shipped&since={since}") == [first.number, second.number]


def test_a_filter_that_cannot_be_read_is_left_out_and_said(owner: Client) -> None:
    order = place()
    response = owner.get(f"{URL}?since=yesterday&stage=nonsense&size=7&tab=x&older=x&newer=%00&q=%00")
    assert order.number in response.content.decode()
    assert "could not be read" in response.content.decode()


def test_set_filters_are_chips_that_lead_to_the_list_without_them(owner: Client) -> None:
    html = owner.get(f"{URL}?delivery=express&tab=unpaid").content.decode()
    chip = re.search(r'class="chip">.*?Express.*?href="([^"]*)"', html, re.DOTALL)
    assert chip is not None
    assert chip[1] == f"{URL}?tab=unpaid"


class TestSearch:
    def test_it_recognises_every_kind_and_says_which(self, owner: Client) -> None:
        order = shipped_order(customer=make_customer("山里人"))
        place()
        sent = parcel()
        trade_no = order.payments.get().trade_no
        tracking = order.lines.get().parcel_lines.get().parcel.tracking_no
        assert sent.tracking_no != tracking
        for text, kind in (
            (order.number, "order number"),
            (order.number[6:14], "order number"),
            (tracking, "tracking number"),
            (tracking.lower(), "tracking number"),
            (trade_no, "payment number"),
            ("山里人", "nickname"),
        ):
            html = owner.get(URL, {"q": text}).content.decode()
            assert re.findall(r'data-href="/console/orders/(\d{18})/"', html) == [order.number], text
            assert f"Found by: {kind}" in html

    def test_it_finds_by_phone_and_by_its_last_four_digits(self, owner: Client) -> None:
        order = place()
        for text, kind in (("13800005678", "phone"), ("5678", "last four digits of the phone")):
            html = owner.get(URL, {"q": text}).content.decode()
            assert order.number in html
            assert kind in html

    def test_what_fits_nothing_shows_an_empty_list_that_says_what_to_do(self, owner: Client) -> None:
        order = place()
        html = owner.get(URL, {"q": "nobody"}).content.decode()
        assert order.number not in html
        assert "No order fits" in html


class TestPages:
    def walk(self, client: Client, query: str, direction: str) -> list[str]:
        """All numbers from a page on, following its links in one direction."""
        found: list[str] = []
        address = f"{URL}{query}"
        while address:
            html = client.get(address).content.decode()
            page = re.findall(r'<tr data-href="/console/orders/(\d{18})/"', html)
            found = found + page if direction == "next" else page + found
            link = re.search(rf'href="([^"]*)" rel="{direction}"', html)
            address = link[1].replace("&amp;", "&") if link else ""
        return found

    def make_orders(self, count: int) -> None:
        sku, customer = make_sku(on_hand=9999), make_customer()
        for i in range(count):
            order = place(customer, basket={sku.pk: 1})
            moment = clock.now() - timedelta(minutes=i // 3)
            stage = "confirmed" if i % 4 else "preparing"
            Order.objects.filter(pk=order.pk).update(stage=stage, placed_at=moment)

    @pytest.mark.parametrize(
        "query",
        [
            "?",
            "?tab=to_ship",
            "?date=placed&since=2020-01-01",
            "?tab=to_ship&since=2020-01-01",
            "?q=13800005678",
        ],
    )
    def test_pages_have_neither_gaps_nor_doubles_while_new_orders_arrive(
        self, owner: Client, query: str
    ) -> None:
        self.make_orders(45)
        html = owner.get(f"{URL}{query}").content.decode()
        first = re.findall(r'<tr data-href="/console/orders/(\d{18})/"', html)
        link = re.search(r'href="[^?]*(\?[^"]*)" rel="next"', html)
        assert link is not None
        self.make_orders(3)
        rest = self.walk(owner, link[1].replace("&amp;", "&"), "next")
        column = ("-placed_at", "-id") if "since" in query else ("-id",)
        oldest_45 = Order.objects.order_by("id")[:45].values("pk")
        expected = list(
            Order.objects.filter(pk__in=oldest_45).order_by(*column).values_list("number", flat=True)
        )
        seen = first + rest
        assert len(seen) == len(set(seen))
        assert [number for number in seen if number in expected] == expected

    @pytest.mark.parametrize("query", ["?tab=to_ship", "?q=13800005678"])
    def test_newer_leads_back_to_the_first_page(self, owner: Client, query: str) -> None:
        self.make_orders(45)
        html = owner.get(f"{URL}{query}").content.decode()
        first = re.findall(r'<tr data-href="/console/orders/(\d{18})/"', html)
        older = re.search(r'href="[^?]*(\?[^"]*)" rel="next"', html)
        assert older is not None
        second = owner.get(URL + older[1].replace("&amp;", "&")).content.decode()
        newer = re.search(r'href="[^?]*(\?[^"]*)" rel="prev"', second)
        assert newer is not None
        assert numbers(owner, newer[1].replace("&amp;", "&")) == first

    def test_the_size_of_a_page_can_be_chosen(self, owner: Client) -> None:
        self.make_orders(60)
        assert [len(numbers(owner, f"?size={size}")) for size in (20, 50, 100)] == [20, 50, 60]


def test_htmx_gets_the_part_and_the_back_button_the_whole_page(owner: Client) -> None:
    place()
    part = owner.get(f"{URL}?tab=unpaid&stage=", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert 'id="order-list"' in part.content.decode()
    assert part["HX-Push-Url"] == f"{URL}?tab=unpaid"
    assert "HX-Request" in part["Vary"]
    back = owner.get(
        f"{URL}?tab=unpaid", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    )
    assert "<html" in back.content.decode()


@pytest.mark.parametrize(
    "query",
    ["", "?tab=to_ship", "?q=5678", "?q=SF0001", "?phone=5678&number=26&recipient=林晓燕&since=2020-01-01"],
)
def test_it_asks_at_most_twelve_questions_however_many_orders(
    owner: Client, query: str, django_assert_max_num_queries: object
) -> None:
    sku, customer = make_sku(on_hand=9999), make_customer()
    for _ in range(12):
        place(customer, basket={sku.pk: 1, make_sku().pk: 2})
        shipped_order(customer=customer)
        prepared_order(customer=customer)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        owner.get(f"{URL}{query}")


def test_rows_show_people_masked_and_say_the_next_step(owner: Client) -> None:
    order = paid_order(remark="请放在门卫处")
    html = owner.get(URL).content.decode()
    assert "林晓燕" not in html
    assert "13800005678" not in html
    assert "林**" in html
    assert "138******78" in html
    assert "请放在门卫处" in html
    assert "Paid, to confirm" in html
    assert f'action="{URL}{order.number}/confirm/"' in html


def test_the_button_of_a_row_leads_back_to_the_same_list(owner: Client) -> None:
    order = paid_order()
    response = owner.post(
        f"{URL}{order.number}/confirm/", {"version": order.version, "next": f"{URL}?tab=to_confirm"}
    )
    assert response.status_code == 302
    assert response["Location"] == f"{URL}?tab=to_confirm"
    order.refresh_from_db()
    assert order.stage == "confirmed"


def test_a_button_never_leads_to_another_site(owner: Client) -> None:
    order = paid_order()
    response = owner.post(
        f"{URL}{order.number}/confirm/", {"next": "https://evil.example/", "version": order.version}
    )
    assert response["Location"] == f"{URL}{order.number}/"


def test_a_role_without_the_verb_gets_no_button(sign_in: object) -> None:
    order = paid_order()
    client = sign_in("finance")  # type: ignore[operator]
    assert f"{order.number}/confirm/" not in client.get(URL).content.decode()


def test_only_older_pages_may_come_from_the_replica(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    @contextmanager
    def reading() -> Iterator[None]:
        read.append("replica")
        yield

    monkeypatch.setattr("orders.desk.list.views.reading", reading)
    newest = place()
    assert numbers(owner) == [newest.number]
    assert read == []
    assert numbers(owner, f"?older={newest.pk + 1}") == [newest.number]
    assert read == ["replica"]
