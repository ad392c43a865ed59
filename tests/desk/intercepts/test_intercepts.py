"""Stopping or redirecting a parcel: the dialog on the order page, the list, the home page, the page of one task."""

from typing import Any

from django.test import Client

from orders.models import Order
from orders.shipping.models import Intercept, Parcel
from orders.shipping.services.ship import arrive_parcel
from shop.events.models import Event
from tests.cast import clerk, prepared_order, shipped_order
from tests.console import page_with
from tests.desk.buttons import assert_done, assert_refused, post
from tests.shipping.test_intercept import ELSEWHERE, asked

LIST = "/console/orders/intercepts/"


def page_of(client: Client, order: Order) -> str:
    return page_with(200, client.get(f"/console/orders/{order.number}/"))


def ask(client: Client, order: Order, **typed: Any) -> Any:
    parcel = Parcel.objects.get(lines__order_line__order=order)
    return post(client, order, "ask-intercept", **{"parcel": parcel.pk} | typed)


def test_where_the_address_cannot_be_changed_any_more_it_stands_in_the_menu(owner: Client) -> None:
    assert "ask-intercept/" not in page_of(owner, prepared_order())
    html = page_of(owner, order := shipped_order())
    assert f"/console/orders/{order.number}/ask-intercept/" in html and 'href="tel:' in html
    arrive_parcel(Parcel.objects.get(lines__order_line__order=order).pk, actor=clerk())
    assert "All parcels of this order have been delivered." in page_of(owner, order)


def test_a_task_is_made_and_found_again(owner: Client) -> None:
    order = shipped_order()
    assert_done(ask(owner, order, kind="redirect", called="客服小陈", **ELSEWHERE), order)
    intercept = Intercept.objects.select_related("order__customer").get()
    assert (intercept.recipient, intercept.city) == ("李雷", "宁波市")
    url = f"{LIST}{intercept.pk}/"
    assert url in page_of(owner, order)
    assert url in page_with(200, owner.get(LIST))
    assert "Intercepts" in page_with(200, owner.get("/console/"))
    html = page_with(200, owner.get(url))
    assert "13800002222" not in html and "中山路9号" not in html and "宁波市" in html


def test_the_dialog_says_which_parcel_and_whom_to_call(owner: Client) -> None:
    order = shipped_order()
    parcel = Parcel.objects.get(lines__order_line__order=order)
    dialog = page_with(200, owner.get(f"/console/orders/{order.number}/ask-intercept/")).partition("<dialog")[
        2
    ]
    assert parcel.tracking_no in dialog and 'href="tel:' in dialog


def test_a_pasted_address_is_taken_apart(owner: Client) -> None:
    order = shipped_order()
    pasted = "李雷 13800002222 浙江省宁波市海曙区中山路9号"
    assert_done(ask(owner, order, kind="redirect", pasted=pasted), order)
    assert Intercept.objects.select_related("order__customer").get().phone == "13800002222"


def test_elsewhere_wants_a_whole_address_and_keeps_what_was_typed(owner: Client) -> None:
    order = shipped_order()
    refused = ask(owner, order, kind="redirect", **ELSEWHERE | {"phone": ""})
    html = assert_refused(refused, order, 422, "Please fill this in.")
    assert html.count("Please fill this in.") == 1
    assert 'value="中山路9号"' in html


def test_a_second_task_is_refused_beside_the_parcel(owner: Client) -> None:
    order = shipped_order()
    asked(order, "stop")
    order.refresh_from_db()
    assert_refused(ask(owner, order, kind="stop"), order, 409, "This parcel has such a task already.")


def test_a_parcel_of_another_order_is_none_of_this_one(owner: Client) -> None:
    order, other = shipped_order(), shipped_order()
    foreign = Parcel.objects.get(lines__order_line__order=other)
    assert ask(owner, order, kind="stop", parcel=foreign.pk).status_code == 422
    assert not Intercept.objects.exists()


def press(client: Client, intercept: Intercept, action: str, **typed: Any) -> Any:
    return client.post(f"{LIST}{intercept.pk}/{action}/", {"version": intercept.version} | typed)


def test_it_is_finished_failed_or_withdrawn(owner: Client) -> None:
    for action, typed, state in (
        ("finish-intercept", {"note": "已拦下"}, "done"),
        ("fail-intercept", {"reason": "已派送"}, "failed"),
        ("withdraw-intercept", {}, "withdrawn"),
    ):
        intercept = asked(shipped_order())
        assert press(owner, intercept, action, **typed).status_code == 302
        intercept.refresh_from_db()
        assert intercept.state == state
        html = page_with(200, owner.get(f"{LIST}{intercept.pk}/"))
        assert all(words in html for words in typed.values()) and "finish-intercept/" not in html
    assert "No parcel is to be stopped or redirected" in page_with(200, owner.get(LIST))


def test_who_failed_says_why(owner: Client) -> None:
    intercept = asked(shipped_order())
    assert press(owner, intercept, "fail-intercept").status_code == 422
    intercept.refresh_from_db()
    assert intercept.state == "asked"


def test_the_address_in_full_is_on_the_record(owner: Client) -> None:
    intercept = asked(shipped_order())
    html = owner.post(f"{LIST}{intercept.pk}/reveal/").content.decode()
    assert "13800002222" in html and "中山路9号" in html
    assert Event.objects.get(verb="order.reveal").data == {"purpose": "redirect"}
    assert "The address of a redirected parcel shown" in page_of(owner, intercept.order)
