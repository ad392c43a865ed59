"""POST /orders/{number}/urge, /extend"""

from django.db import transaction

from orders.moves import lock_row, move
from orders.stages import AftersaleMark
from tests import cast
from tests.api.conftest import Buyer
from tests.console import browser


def test_urging_says_when_it_may_be_repeated(buyer: Buyer) -> None:
    order = cast.paid_order(customer=buyer.customer)
    path = f"/orders/{order.number}"
    assert "urge" in buyer.get(path).json()["actions"]
    answer = buyer.post(f"{path}/urge")
    assert answer.status_code == 200
    assert "urge" not in answer.json()["actions"]
    again = buyer.post(f"{path}/urge")
    assert (again.status_code, again.json()["code"]) == (429, "urged_lately")
    assert 0 < int(again["Retry-After"]) <= 3601
    assert "urge" in [entry["verb"] for entry in buyer.get(f"{path}/timeline").json()["results"]]


def test_extending_once(buyer: Buyer) -> None:
    order = cast.shipped_order(customer=buyer.customer)
    path = f"/orders/{order.number}"
    before = buyer.get(path).json()
    assert "extend" in before["actions"]
    after = buyer.post(f"{path}/extend").json()
    assert after["receive_by"] > before["receive_by"]
    assert "extend" not in after["actions"]
    assert buyer.post(f"{path}/extend").json()["code"] == "already_extended"


def test_while_the_time_to_receive_stands_none_is_told(buyer: Buyer) -> None:
    order = cast.shipped_order(customer=buyer.customer)
    for mark, is_told in ((AftersaleMark.OPEN, False), (AftersaleMark.SETTLED, True)):
        with transaction.atomic():
            move(lock_row(order.pk), "order.note", actor=cast.clerk(), changes={"aftersale_mark": mark})
        assert bool(buyer.get(f"/orders/{order.number}").json()["receive_by"]) == is_told
        page = browser().get(f"/console/orders/{order.number}/").content.decode()
        assert ("<dt>Receives itself</dt>" in page) == is_told


def test_nobody_elses_order(buyer: Buyer, other: Buyer) -> None:
    order = cast.paid_order(customer=buyer.customer)
    assert other.post(f"/orders/{order.number}/urge").status_code == 404
    assert other.post(f"/orders/{order.number}/extend").status_code == 404


def test_a_body_is_not_welcome(buyer: Buyer) -> None:
    order = cast.shipped_order(customer=buyer.customer)
    assert buyer.post(f"/orders/{order.number}/extend", {"days": 30}).json()["code"] == "invalid"


def test_the_shop_says_how_many_days(anyone: Buyer) -> None:
    assert anyone.get("/shop").json()["timers"]["extend_days"] == 3
