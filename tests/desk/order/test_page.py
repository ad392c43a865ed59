"""GET /console/orders/<number>/"""

import pytest
from django.test import Client

from orders.models import Order
from orders.payments.changes.addressing import change_address
from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.models import AttemptState, PayAttempt
from orders.payments.services.attempts import open_attempt
from orders.services.steps import add_note, hold_order, set_seller_remark
from orders.shipping.services.ship import undo_ship
from shop.catalog.models import Sku
from shop.events.models import Event
from shop.store.choices import Delivery, PayMethod
from tests.cast import (
    HOME,
    buyer,
    clerk,
    make_customer,
    make_sku,
    open_shop,
    paid_order,
    pay,
    place,
    prepared_order,
    shipped_order,
)
from tests.console import page_with

XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "{{ 7|add:7 }}{% csrf_token %}",
    "\u202etxt.exe",
    "😀" * 200,
)


def page(client: Client, order: Order) -> str:
    return page_with(200, client.get(f"/console/orders/{order.number}/"))


def test_personal_data_is_masked(owner: Client) -> None:
    html = page(owner, paid_order())
    for secret in (HOME.recipient, HOME.phone, HOME.detail):
        assert secret not in html
    assert "林**" in html
    assert "138******78" in html
    assert "浙江省杭州市西湖区 文三路" in html


def test_it_shows_goods_with_live_stock_and_what_is_short(owner: Client) -> None:
    sku = make_sku(on_hand=3)
    open_shop(reserve_on="paying")
    first, short = place(basket={sku.pk: 2}), place(basket={sku.pk: 3})
    pay(first)
    html = page(owner, pay(short))
    assert "3 on hand" in html
    assert "0 free" in html
    assert "2 short" in html
    assert "Short of stock" in html
    Sku.objects.filter(pk=sku.pk).update(on_hand=5)
    assert "2 free" in page(owner, short)


def test_it_shows_the_money_in_yuan(owner: Client) -> None:
    order = paid_order()
    html = page(owner, order)
    assert "¥45.00" in html
    assert order.payments.get().trade_no in html


def test_the_label_says_what_is_paid_and_what_comes_next(owner: Client) -> None:
    cod = place(delivery=Delivery.LOCAL, pay_method=PayMethod.COD)
    assert "Unpaid, to confirm (cash on delivery)" in page(owner, cod)
    assert "Awaiting payment" in page(owner, place())
    assert "Paid, preparing" in page(owner, prepared_order())


def test_skipped_steps_are_shown_as_skipped(owner: Client) -> None:
    open_shop(confirm_step_on=False, prepare_step_on=False)
    html = page(owner, paid_order())
    assert html.count("stage-step is-skipped") == 1
    assert "Confirm step is off" in html


def test_a_held_order_says_why_and_offers_its_release(owner: Client) -> None:
    order = prepared_order()
    hold_order(order.pk, reason="地址不清楚", actor=clerk())
    html = page(owner, order)
    assert "地址不清楚" in html
    assert "On hold: Paid, preparing" in html
    assert f'action="/console/orders/{order.number}/release/"' in html
    assert "Release it first." in html


def test_money_that_came_late_is_on_its_way_back_until_it_is_there(owner: Client) -> None:
    order = place()
    attempt = open_attempt(order.pk, actor=buyer(order))
    PayAttempt.objects.filter(pk=attempt.pk).update(state=AttemptState.CLOSED)
    cancel_unpaid(order.pk, actor=buyer(order))
    assert "Nothing more to do" in page(owner, order)
    pay(order, attempt=attempt)
    assert "Closed, the refund is not done yet" in page(owner, order)


def test_actions_follow_stage_and_role(owner: Client, sign_in: object) -> None:
    order = place()
    html = page(owner, order)
    assert 'data-dialog-open="#dialog-change_price"' in html
    assert 'data-dialog-open="#dialog-cancel_unpaid"' in html
    assert 'data-dialog-open="#dialog-cancel_paid"' not in html
    assert 'data-dialog-open="#dialog-ship"' not in html
    warehouse = page(sign_in("warehouse"), order)  # type: ignore[operator]
    assert 'data-dialog-open="#dialog-change_price"' not in warehouse
    assert 'data-dialog-open="#dialog-cancel_unpaid"' not in warehouse


def test_a_role_that_may_not_reveal_gets_no_button_for_it(sign_in: object) -> None:
    html = page(sign_in("finance"), paid_order())  # type: ignore[operator]
    assert "/reveal/" not in html
    assert "/copy/" not in html


def test_the_timeline_tells_the_story_newest_first(owner: Client) -> None:
    order = shipped_order()
    set_seller_remark(order.pk, text="老客户", actor=clerk(name="李四"))
    set_seller_remark(order.pk, text="多送一包", actor=clerk(name="李四"))
    undo_ship(order.lines.get().parcel_lines.get().parcel_id, actor=clerk())
    html = page(owner, order)
    story = html[html.index("Timeline") :]
    places = [
        story.index(words)
        for words in ("Shipping undone", "Seller remark changed", "<span>Shipped", "<span>Paid")
    ]
    assert places == sorted(places)
    assert "李四" in story
    assert "<del><bdi>老客户</bdi></del> → <ins><bdi>多送一包</bdi></ins>" in story
    assert "SF Express SF" in story


def test_what_a_move_sets_off_is_told_together_with_it(owner: Client) -> None:
    open_shop(confirm_step_on=False, prepare_step_on=False)
    story = page(owner, paid_order())
    followers = story[story.index('<ul class="followers">') :]
    assert "Confirm step is off" in followers


def test_looking_several_times_is_told_once_with_how_often(owner: Client) -> None:
    order = paid_order()
    for _ in range(3):
        owner.post(f"/console/orders/{order.number}/reveal/")
    assert "Personal data revealed ×3" in page(owner, order)


@pytest.mark.parametrize("text", XSS)
def test_what_buyers_write_is_inert_on_list_and_page(owner: Client, text: str) -> None:
    customer = make_customer(text[:60])
    order = place(customer, remark=text)
    to = HOME.__class__(text[:60], "13800005678", "浙江省", "杭州市", "西湖区", text[:200])
    change_address(order.pk, to=to, actor=clerk())
    add_note(order.pk, text=text, actor=clerk(name=text[:60]))
    set_seller_remark(order.pk, text=text, actor=clerk())
    number = order.number
    reveal = owner.post(f"/console/orders/{number}/reveal/").content.decode()
    event = Event.objects.get(order_id=order.pk, verb="order.change_address")
    sealed = owner.post(f"/console/orders/{number}/events/{event.pk}/reveal/").content.decode()
    for html in (page(owner, order), owner.get("/console/orders/").content.decode(), reveal, sealed):
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<svg/onload" not in html
        if "{{" in text:
            assert "{{ 7|add:7 }}" in html


def test_it_asks_at_most_fourteen_questions_however_much_happened(
    owner: Client, django_assert_max_num_queries: object
) -> None:
    skus = {make_sku().pk: 2 for _ in range(6)}
    order = shipped_order(basket=skus, customer=make_customer())
    for number in range(5):
        add_note(order.pk, text=f"note {number}", actor=clerk())
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        page(owner, order)


def test_an_unknown_number_is_404(owner: Client) -> None:
    assert owner.get("/console/orders/123/").status_code == 404
    assert owner.get("/console/orders/1234567890123456789/").status_code == 404


class TestReveal:
    def test_it_shows_the_recipient_and_is_recorded(self, owner: Client) -> None:
        order = paid_order()
        html = owner.post(f"/console/orders/{order.number}/reveal/", headers={"HX-Request": "true"})
        for shown in (HOME.recipient, HOME.phone, HOME.detail):
            assert shown in html.content.decode()
        assert "no-store" in html["Cache-Control"]
        event = Event.objects.filter(order_id=order.pk).latest("id")
        assert (event.verb, event.data) == ("order.reveal", {"purpose": "reveal"})
        assert HOME.phone not in page(owner, order)

    def test_a_copy_gives_one_line_and_is_recorded(self, owner: Client) -> None:
        order = paid_order()
        answer = owner.post(f"/console/orders/{order.number}/copy/")
        assert answer.json()["text"] == "林晓燕 13800005678 浙江省杭州市西湖区文三路 88 号 3 幢 502"
        assert Event.objects.filter(order_id=order.pk).latest("id").data == {"purpose": "copy"}

    def test_looking_needs_a_post_and_the_capability(self, owner: Client, sign_in: object) -> None:
        order = paid_order()
        address = f"/console/orders/{order.number}/reveal/"
        assert owner.get(address).status_code == 405
        assert sign_in("finance").post(address).status_code == 403  # type: ignore[operator]
        assert not Event.objects.filter(order_id=order.pk, verb="order.reveal").exists()

    def test_a_changed_address_can_be_seen_before_and_after_on_the_record(self, owner: Client) -> None:
        order = paid_order()
        to = HOME.__class__("王小明", "13911112222", "浙江省", "宁波市", "海曙区", "中山路 1 号")
        change_address(order.pk, to=to, actor=clerk())
        event = Event.objects.filter(order_id=order.pk).latest("id")
        html = page(owner, order)
        assert "13911112222" not in html
        address = f"/console/orders/{order.number}/events/{event.pk}/reveal/"
        shown = owner.post(address).content.decode()
        assert HOME.phone in shown
        assert "13911112222" in shown
        assert Event.objects.filter(order_id=order.pk).latest("id").data == {"purpose": "history"}

    def test_an_event_of_another_order_or_without_a_seal_is_404(self, owner: Client) -> None:
        order, other = paid_order(), paid_order()
        event = Event.objects.filter(order_id=order.pk).latest("id")
        for number in (order.number, other.number):
            address = f"/console/orders/{number}/events/{event.pk}/reveal/"
            assert owner.post(address, headers={"HX-Request": "true"}).status_code == 404
