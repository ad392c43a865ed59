"""POST /orders, POST /orders/preview"""

import re
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from rest_framework.throttling import ScopedRateThrottle

from orders.desk.api import views as api
from orders.desk.api.serializers import OrderOut
from orders.models import Order
from shop.http.models import IdempotencyKey
from tests import cast
from tests.api.conftest import JSON, Buyer, order_body, refusal, wrong_fields
from tests.api.test_addresses import CORPUS
from tests.cast import address
from tests.races.conftest import run_together


def test_an_order_is_placed_and_shown_whole(buyer: Buyer) -> None:
    sku = cast.make_sku(price_fen=3500)
    body = order_body(basket=[{"sku_id": str(sku.pk), "quantity": 2}], buyer_remark="多放一点")
    answer = buyer.post("/orders", body, key="k1")
    assert answer.status_code == 201
    order = answer.json()
    assert (order["goods_fen"], order["freight_fen"], order["payable_fen"]) == (7000, 1000, 8000)
    assert (order["owed_fen"], order["paid_fen"], order["pieces"]) == (8000, 0, 2)
    assert (order["status"], order["status_label"]) == ("to_pay", "Awaiting payment")
    assert order["address"] == address()
    assert order["buyer_remark"] == "多放一点"
    assert order["lines"][0]["sku_id"] == str(sku.pk)
    assert order["actions"] == ["pay", "choose_payment", "cancel"]
    assert buyer.get(f"/orders/{order['number']}").json() == order


def test_it_goes_to_an_address_of_the_book(buyer: Buyer) -> None:
    id_ = buyer.post("/addresses", address(city="宁波市")).json()["id"]
    body = order_body(address_id=id_)
    del body["address"]
    assert buyer.post("/orders", body, key="k1").json()["address"]["city"] == "宁波市"


def test_somebody_elses_address_is_not_found(buyer: Buyer, other: Buyer) -> None:
    body = order_body(address_id=other.post("/addresses", address()).json()["id"])
    del body["address"]
    answer = buyer.post("/orders", body, key="k1")
    unknown = buyer.post("/orders", {**body, "address_id": "987654321"}, key="k2")
    assert (answer.status_code, answer.content) == (404, unknown.content)


def test_a_sku_named_twice_is_summed(buyer: Buyer) -> None:
    id_ = str(cast.make_sku().pk)
    basket = [{"sku_id": id_, "quantity": 2}, {"sku_id": id_, "quantity": 3}]
    lines = buyer.post("/orders", order_body(basket=basket), key="k1").json()["lines"]
    assert [line["quantity"] for line in lines] == [5]


def test_a_whole_number_may_be_written_with_a_point(buyer: Buyer) -> None:
    basket = [{"sku_id": str(cast.make_sku().pk), "quantity": 2.0}]
    answer = buyer.post("/orders", order_body(basket=basket), key="k1")
    assert answer.json()["lines"][0]["quantity"] == 2


def test_cash_on_delivery_need_not_be_paid_first(buyer: Buyer) -> None:
    order = buyer.post("/orders", order_body(pay_method="cod"), key="k1").json()
    assert (order["status"], order["actions"], order["pay_by"]) == ("to_ship", ["urge", "cancel"], None)


def test_the_same_key_and_body_give_the_same_answer_and_one_order(buyer: Buyer) -> None:
    body = order_body()
    first, second = (buyer.post("/orders", body, key="k1") for _ in range(2))
    assert (second.status_code, second.json()) == (201, first.json())
    assert Order.objects.count() == 1


def test_the_answer_is_kept_although_the_address_is_gone(buyer: Buyer) -> None:
    id_ = buyer.post("/addresses", address()).json()["id"]
    body = order_body(address_id=id_)
    del body["address"]
    first = buyer.post("/orders", body, key="k1")
    buyer.send("DELETE", f"/addresses/{id_}")
    assert buyer.post("/orders", body, key="k1").json() == first.json()


def test_the_kept_answer_is_not_readable_in_the_database(buyer: Buyer) -> None:
    buyer.post("/orders", order_body(buyer_remark="canary-4711"), key="k1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM http_idempotencykey")
        assert cursor.fetchone()[0].startswith("v2:")


def test_the_same_key_with_another_body_is_422(buyer: Buyer) -> None:
    body = order_body()
    buyer.post("/orders", body, key="k1")
    answer = buyer.post("/orders", {**body, "buyer_remark": "anders"}, key="k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert Order.objects.count() == 1


def test_two_buyers_may_use_the_same_key(buyer: Buyer, other: Buyer) -> None:
    body = order_body()
    numbers = {b.post("/orders", body, key="k1").json()["number"] for b in (buyer, other)}
    assert len(numbers) == 2


def test_a_refused_order_leaves_its_key_free(buyer: Buyer) -> None:
    sku = cast.make_sku(on_hand=1)
    body = order_body(basket=[{"sku_id": str(sku.pk), "quantity": 2}])
    answer = buyer.post("/orders", body, key="k1")
    assert (answer.status_code, answer.json()["code"]) == (409, "out_of_stock")
    assert answer.json()["extra"] == {"sku_id": str(sku.pk), "left": 1}
    body["basket"][0]["quantity"] = 1
    assert buyer.post("/orders", body, key="k1").status_code == 201


def test_a_crash_before_the_end_leaves_nothing_and_the_key_free(
    buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    body, real = order_body(), api.describe_placed

    def crash(*_args: Any) -> Any:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(api, "describe_placed", crash)
    assert buyer.post("/orders", body, key="k1").status_code == 503
    assert (Order.objects.count(), IdempotencyKey.objects.count()) == (0, 0)
    monkeypatch.setattr(api, "describe_placed", real)
    answer = buyer.post("/orders", body, key="k1")
    assert answer.status_code == 201
    assert Order.objects.get().number == answer.json()["number"]


def test_what_a_former_version_began_and_did_not_end_is_still_running(buyer: Buyer) -> None:
    body = order_body()
    buyer.post("/orders", body, key="k1")
    IdempotencyKey.objects.update(status=None, body="")
    assert refusal(buyer.post("/orders", body, key="k1")) == (409, "in_progress")


@pytest.mark.parametrize("delivery", ["express", "local"])
@pytest.mark.parametrize("method", ["wechat", "balance", "transfer", "cod"])
def test_the_answer_is_what_looking_at_the_order_shows(buyer: Buyer, method: str, delivery: str) -> None:
    cast.open_shop(
        **{
            f"{name}_on": True
            for name in ("local", "wechat", "balance", "transfer", "express_cod", "local_cod")
        },
        local_fee_fen=500,
        local_phone="0571-88888888",
        transfer_bank="招商银行",
        transfer_name="茶店",
        transfer_number="6214830000000000",
    )
    skus = [cast.make_sku(), cast.make_sku()]
    basket = [{"sku_id": str(sku.pk), "quantity": 2} for sku in reversed(skus)]
    body = order_body(basket=basket, pay_method=method, delivery=delivery, buyer_remark="不要袋子")
    answer = buyer.post("/orders", body, key="k1")
    assert answer.status_code == 201
    order = answer.json()
    seen = buyer.get(f"/orders/{order['number']}").json()
    assert in_order(order) == in_order(seen)
    assert set(order) == set(OrderOut().fields)


def in_order(answer: dict[str, Any]) -> dict[str, Any]:
    return answer | {"lines": sorted(answer["lines"], key=lambda line: str(line["id"]))}


def test_without_idempotency_rows_the_order_itself_knows_its_key(buyer: Buyer) -> None:
    body = order_body()
    first = buyer.post("/orders", body, key="k1").json()
    IdempotencyKey.objects.all().delete()
    assert buyer.post("/orders", body, key="k1").json()["number"] == first["number"]
    assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_request_twenty_times_at_once_is_one_order(shop_open: None) -> None:
    customer, body = cast.make_customer(), order_body()
    answers = run_together([lambda: Buyer(customer).post("/orders", body, key="k1")] * 20)
    assert Order.objects.count() == 1
    assert {a.status_code for a in answers} <= {201, 409}
    numbers = {a.json()["number"] for a in answers if a.status_code == 201}
    assert numbers == {Order.objects.get().number}


@pytest.mark.parametrize("key", ["", " ", "x" * 81, "schlüssel", "a\tb"])
def test_a_key_is_required(buyer: Buyer, key: str) -> None:
    assert refusal(buyer.post("/orders", order_body(), key=key)) == (400, "idempotency_key_required")


ROW_FIELDS = sorted(
    {field.name for field in Order._meta.get_fields()} - {"delivery", "pay_method", "buyer_remark"}
)


@pytest.mark.parametrize("name", [*ROW_FIELDS, "price_fen", "customer_id", "openid"])
def test_no_column_of_an_order_can_be_written(buyer: Buyer, name: str) -> None:
    assert wrong_fields(buyer.post("/orders", order_body(**{name: 1}), key="k1")) == [name]
    assert not Order.objects.exists()


@pytest.mark.parametrize("name", ["price_fen", "total_fen", "adjust_fen"])
def test_no_price_can_be_slipped_into_the_basket(buyer: Buyer, name: str) -> None:
    item = {"sku_id": str(cast.make_sku().pk), "quantity": 1, name: 1}
    assert buyer.post("/orders", order_body(basket=[item]), key="k1").status_code == 400
    assert not Order.objects.exists()


WRONG = [
    ({"basket": []}, "basket"),
    ({"basket": None}, "basket"),
    ({"basket": "1"}, "basket"),
    ({"basket": {}}, "basket"),
    ({"basket": [1]}, "basket"),
    ({"basket": [{}]}, "basket"),
    ({"basket": [{"sku_id": 1, "quantity": 1}]}, "basket"),
    ({"basket": [{"sku_id": "9" * 19, "quantity": 1}]}, "basket"),
    ({"basket": [{"sku_id": "1", "quantity": 0}]}, "basket"),
    ({"basket": [{"sku_id": "1", "quantity": -1}]}, "basket"),
    ({"basket": [{"sku_id": "1", "quantity": 1.5}]}, "basket"),
    ({"basket": [{"sku_id": "1", "quantity": "1"}]}, "basket"),
    ({"basket": [{"sku_id": "1", "quantity": True}]}, "basket"),
    ({"basket": [{"sku_id": "1", "quantity": 10**30}]}, "basket"),
    ({"basket": [{"sku_id": "1", "quantity": 1}] * 101}, "basket"),
    ({"delivery": "drone"}, "delivery"),
    ({"delivery": None}, "delivery"),
    ({"delivery": ["express"]}, "delivery"),
    ({"pay_method": "gold"}, "pay_method"),
    ({"address": None}, "address"),
    ({"address": []}, "address"),
    ({"address": {"recipient": "x"}}, "address"),
    ({"address": {**address(), "id": "1"}}, "address"),
    ({"address_id": "1"}, "address"),
    ({"address_id": 1}, "address_id"),
    ({"delivery": "pickup"}, "pickup"),
    ({"pickup": {"store_id": "1"}}, "pickup"),
    ({"buyer_remark": "x" * 3001}, "buyer_remark"),
    ({"buyer_remark": None}, "buyer_remark"),
    ({"buyer_remark": 1}, "buyer_remark"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG)
def test_a_wrong_field_is_named_and_nothing_is_placed(
    buyer: Buyer, changes: dict[str, Any], field: str
) -> None:
    assert wrong_fields(buyer.post("/orders", order_body(**changes), key="k1")) == [field]
    assert not Order.objects.exists()


@pytest.mark.parametrize("name", ["basket", "delivery", "pay_method", "address"])
def test_a_missing_field_is_named(buyer: Buyer, name: str) -> None:
    body = order_body()
    del body[name]
    assert wrong_fields(buyer.post("/orders", body, key="k1")) == [name]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"delivery": "local", "address": address(city="宁波市", district="鄞州区")}, "outside_area"),
        ({"pay_method": "alipay"}, "payment_not_offered"),
        ({"pay_method": "balance"}, "payment_not_offered"),
    ],
)
def test_what_is_not_offered_is_refused(buyer: Buyer, changes: dict[str, Any], code: str) -> None:
    assert refusal(buyer.post("/orders", order_body(**changes), key="k1")) == (400, code)


def test_too_many_of_one_thing_or_of_things_is_refused(buyer: Buyer) -> None:
    twice = [{"sku_id": "1", "quantity": 9999}, {"sku_id": "1", "quantity": 1}]
    many = [{"sku_id": str(n), "quantity": 1} for n in range(1, 52)]
    for basket in (twice, many):
        assert refusal(buyer.post("/orders", order_body(basket=basket), key="k1")) == (400, "too_many")


def test_an_unknown_sku_is_named(buyer: Buyer) -> None:
    basket = [{"sku_id": "9223372036854775807", "quantity": 1}]
    answer = buyer.post("/orders", order_body(basket=basket), key="k1")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_on_sale")
    assert answer.json()["extra"] == {"sku_id": "9223372036854775807"}


BODIES = [
    (b"", 400),
    (b"nonsense", 400),
    (b"[]", 400),
    (b'"text"', 400),
    (b"null", 400),
    (b"\xff\xfe", 400),
    (b'{"a": NaN}', 400),
    (b'{"a": Infinity}', 400),
    (b'{"buyer_remark": "\\ud800"}', 400),
    (b'{"delivery": 1e999}', 400),
    (b'{"a": ' + b"9" * 5000 + b"}", 400),
    (b'{"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400),
    (b'{"a": "' + b"x" * 300_000 + b'"}', 413),
]


@pytest.mark.parametrize(("raw", "status"), BODIES, ids=[str(i) for i in range(len(BODIES))])
@pytest.mark.parametrize("path", ["/orders", "/orders/preview", "/auth/login", "/addresses"])
def test_an_unreadable_body_is_a_clear_error(buyer: Buyer, path: str, raw: bytes, status: int) -> None:
    answer = buyer.post(path, raw, key="k1")
    assert answer.status_code == status
    assert not Order.objects.exists()


def test_a_form_is_not_read(buyer: Buyer) -> None:
    answer = buyer.client.post(
        "/api/v1/orders", {"a": "1"}, headers={**buyer.headers, "Idempotency-Key": "k"}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_answers_are_json_whatever_is_accepted(buyer: Buyer) -> None:
    for accepted in ("text/html", "application/xml", "nonsense"):
        buyer.headers["Accept"] = accepted
        assert buyer.get("/orders")["Content-Type"] == JSON


@pytest.mark.parametrize("text", [*CORPUS, "😀" * 3000])
def test_a_remark_is_kept_as_it_was_written(buyer: Buyer, text: str) -> None:
    order = buyer.post("/orders", order_body(buyer_remark=text), key="k1").json()
    assert order["buyer_remark"] == text
    assert buyer.get(f"/orders/{order['number']}").json()["buyer_remark"] == text


@pytest.mark.parametrize(
    ("language", "words"), [("en", "This field is required."), ("zh-hans", "该字段是必填项。")]
)
def test_errors_are_in_the_language_of_the_request(shop_open: None, language: str, words: str) -> None:
    buyer = Buyer(cast.make_customer(), language=language)
    fields = buyer.post("/orders", {}, key="k1").json()["extra"]["fields"]
    assert fields["delivery"] == [words]


def test_placing_costs_a_fixed_number_of_queries(buyer: Buyer) -> None:
    body = order_body(basket=[{"sku_id": str(cast.make_sku().pk), "quantity": 1} for _ in range(5)])
    asked: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        assert buyer.post("/orders", body, key="k1").status_code == 201
    read = ["customertoken", "order", "storesettings", "sku", "freightrule"]
    written = ["order", "event", *["sku"] * 5, "stockmovement", "orderline", "soldname", "blindindex"]
    tables = [name_table(sql) for sql in asked if not sql.startswith(("SAVEPOINT", "RELEASE"))]
    # One lock of the key, one of the buyer.
    assert tables == [*read[:1], "lock", "lock", *read[1:], *written, "idempotencykey"]


def name_table(sql: str) -> str:
    found = re.findall(r'(?:FROM|INTO|UPDATE) "?[a-z]+_([a-z]+)', sql)
    return found[-1] if found else "lock"


@pytest.mark.django_db(transaction=True)
def test_placing_is_one_transaction(shop_open: None) -> None:
    buyer, body = Buyer(cast.make_customer()), order_body()
    with CaptureQueriesContext(connection) as asked:
        assert buyer.post("/orders", body, key="k1").status_code == 201
    words = [str(query["sql"]).split()[0] for query in asked]
    ends = [word for word in words if word in {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK"}]
    assert ends == ["BEGIN", "COMMIT"]


def test_too_many_orders_are_put_off_but_looking_is_free(
    buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"login": "9/min", "place": "1/min"})
    assert buyer.get("/orders").status_code == buyer.get("/orders").status_code == 200
    answers = [buyer.post("/orders", order_body(), key=f"k{n}") for n in range(2)]
    assert [a.status_code for a in answers] == [201, 429]


def test_a_preview_prices_the_basket_and_reserves_nothing(buyer: Buyer) -> None:
    sku = cast.make_sku(price_fen=5000, on_hand=3)
    body = {"basket": [{"sku_id": str(sku.pk), "quantity": 4}], "delivery": "express"}
    preview = buyer.post("/orders/preview", body).json()
    assert (preview["goods_fen"], preview["freight_fen"], preview["payable_fen"]) == (20000, 0, 20000)
    assert [p["pay_method"] for p in preview["pay_methods"]] == ["wechat", "cod"]
    assert (preview["lines"][0]["sellable"], preview["lines"][0]["is_enough"]) == (3, False)
    sku.refresh_from_db()
    assert sku.reserved == 0
    assert not Order.objects.exists()


def test_a_preview_says_where_own_delivery_does_not_go(buyer: Buyer) -> None:
    body = {"basket": [{"sku_id": str(cast.make_sku().pk), "quantity": 1}], "delivery": "local"}
    assert buyer.post("/orders/preview", {**body, "address": address()}).json()["freight_fen"] == 500
    for elsewhere in ({"city": "宁波市"}, {"district": "上城区"}):
        answer = buyer.post("/orders/preview", {**body, "address": address(**elsewhere)})
        assert (answer.status_code, answer.json()["code"]) == (400, "outside_area")


def test_a_buyer_holds_back_stock_with_a_few_unpaid_orders_only(buyer: Buyer, settings: Any) -> None:
    settings.MAX_UNPAID_ORDERS = 2
    sku = cast.make_sku()
    body = order_body(basket=[{"sku_id": str(sku.pk), "quantity": 1}])
    numbers = [buyer.post("/orders", body, key=f"k{n}").json()["number"] for n in range(2)]
    assert refusal(buyer.post("/orders", body, key="k3")) == (409, "too_many_unpaid")
    assert buyer.post("/orders", body, key="k0").json()["number"] == numbers[0]
    buyer.post(f"/orders/{numbers[0]}/cancel", {})
    assert buyer.post("/orders", body, key="k3").status_code == 201
