"""The address book: /addresses, /addresses/{id}"""

from typing import Any

import pytest

from shop.customers.models import Address
from tests.api.conftest import Buyer, refusal, wrong_fields
from tests.api.test_products import NOT_IDS
from tests.cast import address


def add(buyer: Buyer, **changes: Any) -> str:
    return buyer.post("/addresses", address(**changes)).json()["id"]


def test_an_address_is_added_shown_changed_and_deleted(buyer: Buyer) -> None:
    answer = buyer.post("/addresses", address())
    assert answer.status_code == 201
    path = f"/addresses/{answer.json()['id']}"
    assert buyer.get(path).json() == answer.json()
    assert answer.json()["phone"] == "13800005678"
    assert buyer.send("PATCH", path, {"detail": "新家 1 号"}).json()["detail"] == "新家 1 号"
    assert buyer.send("PUT", path, address(city="宁波市")).json()["city"] == "宁波市"
    assert buyer.get(path).json()["detail"] == address()["detail"]
    assert buyer.send("DELETE", path).status_code == 204
    assert buyer.get(path).status_code == 404
    assert buyer.get("/addresses").json() == {"results": []}


def test_only_one_address_is_the_default(buyer: Buyer) -> None:
    first, second = add(buyer, is_default=True), add(buyer, is_default=True)
    assert [(a["id"], a["is_default"]) for a in buyer.get("/addresses").json()["results"]] == [
        (second, True),
        (first, False),
    ]
    buyer.send("PATCH", f"/addresses/{first}", {"is_default": True})
    assert [a["id"] for a in buyer.get("/addresses").json()["results"] if a["is_default"]] == [first]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_somebody_elses_address_is_answered_like_an_unknown_one(
    buyer: Buyer, other: Buyer, method: str
) -> None:
    id_ = add(other)
    body = address() if method == "PUT" else {}
    answer = buyer.send(method, f"/addresses/{id_}", body)
    unknown = buyer.send(method, "/addresses/987654321", body)
    assert (answer.status_code, answer.content) == (404, unknown.content)
    assert Address.objects.count() == 1


@pytest.mark.parametrize("wrong", NOT_IDS)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_what_cannot_be_an_id_is_404_and_writes_nothing(buyer: Buyer, method: str, wrong: str) -> None:
    assert refusal(buyer.send(method, f"/addresses/{wrong}", address())) == (404, "not_found")
    assert not Address.objects.exists()


def test_the_book_holds_twenty(buyer: Buyer) -> None:
    for _ in range(20):
        assert buyer.post("/addresses", address()).status_code == 201
    assert refusal(buyer.post("/addresses", address())) == (409, "too_many_addresses")


@pytest.mark.parametrize("name", ["id", "customer", "customer_id", "created_at", "masked"])
def test_fields_of_the_row_cannot_be_written(buyer: Buyer, name: str) -> None:
    assert wrong_fields(buyer.post("/addresses", address(**{name: 1}))) == [name]
    assert not Address.objects.exists()


WRONG = [
    ("recipient", ""),
    ("recipient", "  "),
    ("recipient", "x" * 61),
    ("recipient", 5),
    ("recipient", None),
    ("phone", "12345"),
    ("phone", "1" * 21),
    ("phone", "1380000567x"),
    ("phone", "１３８００００５６７８"),
    ("phone", "13800005678\n"),
    ("phone", "++8613800005678"),
    ("phone", 13800005678),
    ("province", "浙\x00江"),
    ("city", "杭州\n"),
    ("district", "x" * 41),
    ("detail", "x" * 201),
    ("detail", ["a"]),
    ("is_default", "true"),
    ("is_default", 1),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_named(buyer: Buyer, name: str, value: object) -> None:
    assert wrong_fields(buyer.post("/addresses", address(**{name: value}))) == [name]


@pytest.mark.parametrize("phone", ["123456", "010-12345678", "+86 138 0000 5678", "138-0000-5678", "1" * 20])
def test_phones_are_taken_as_people_write_them(buyer: Buyer, phone: str) -> None:
    assert buyer.post("/addresses", address(phone=phone)).json()["phone"] == phone


CORPUS = [
    "<script>alert(1)</script>",
    "<svg onload=alert(1)>",
    "{{ 7*7 }}{% debug %}",
    "\u202egnihton",
    "a\x00b",
    " 前后 ",
    "😀" * 60,
]


@pytest.mark.parametrize("text", CORPUS)
def test_what_a_buyer_writes_is_kept_as_it_is(buyer: Buyer, text: str) -> None:
    id_ = add(buyer, recipient=text[:60], detail=text)
    kept = buyer.get(f"/addresses/{id_}").json()
    assert (kept["recipient"], kept["detail"]) == (text[:60], text)


def test_half_an_address_cannot_name_a_region_that_the_other_half_excludes(buyer: Buyer) -> None:
    path = f"/addresses/{buyer.post('/addresses', address()).json()['id']}"
    before = buyer.get(path).json()
    for change in ({"city": "火星市"}, {"province": "火星省"}, {"city": "苏州市"}):
        assert buyer.send("PATCH", path, change).status_code == 400
    assert buyer.get(path).json() == before
