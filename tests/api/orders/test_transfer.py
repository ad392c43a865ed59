"""POST /images, /orders/{number}/transfer-proof"""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.services.transfers import reject_proof
from shop.files.models import Picture
from tests import cast
from tests.api.conftest import ROOT, Buyer, order_body
from tests.ground.test_files import picture_bytes


@pytest.fixture(autouse=True)
def with_transfers(shop_open: None) -> None:
    cast.open_shop(
        transfer_on=True, transfer_bank="招商银行", transfer_name="山野集商贸", transfer_number="62250000"
    )


def upload(buyer: Buyer, raw: bytes | None = None, **fields: Any) -> Any:
    data = fields or {
        "image": SimpleUploadedFile("a.png", picture_bytes() if raw is None else raw, "image/png")
    }
    return buyer._check(buyer.client.post(f"{ROOT}/images", data, headers=buyer.headers))


def place(buyer: Buyer) -> dict[str, Any]:
    order: dict[str, Any] = buyer.post("/orders", order_body(pay_method="transfer"), key="k1").json()
    return order


def test_a_picture_is_kept_as_the_buyers_own(buyer: Buyer) -> None:
    answer = upload(buyer)
    assert answer.status_code == 201
    picture = Picture.objects.get(pk=int(answer.json()["id"]))
    assert picture.customer_id == buyer.customer.pk  # type: ignore[union-attr]
    assert answer.json()["url"].startswith(f"{picture.url}?sign=")
    assert buyer.client.get(answer.json()["url"]).status_code == 200
    assert buyer.client.get(picture.url).status_code == 404


def test_what_is_not_one_picture_is_refused(buyer: Buyer) -> None:
    assert upload(buyer, b"<svg onload=alert(1)>").json()["code"] == "not_a_picture"
    assert upload(buyer, words="x").json()["code"] == "invalid"
    two = {"image": SimpleUploadedFile("a.png", picture_bytes()), "more": "x"}
    assert upload(buyer, **two).json()["code"] == "invalid"
    assert upload(buyer, b"\0" * 5_000_001).json()["code"] == "picture_too_large"
    assert upload(buyer, b"\0" * 5_100_000).status_code == 413
    assert buyer.post("/images").json()["code"] == "unsupported_media_type"
    assert Picture.objects.count() == 0


def test_after_placing_the_account_is_told(buyer: Buyer) -> None:
    order = place(buyer)
    account = {"bank": "招商银行", "name": "山野集商贸", "number": "62250000", "code_url": ""}
    assert order["transfer_account"] == account
    assert order["transfer_proof"] is None
    assert "send_proof" in order["actions"]


def test_other_orders_are_not_told_the_account(buyer: Buyer) -> None:
    order = cast.place(buyer.customer)
    assert buyer.get(f"/orders/{order.number}").json()["transfer_account"] is None


def test_sending_a_proof_and_hearing_of_it(buyer: Buyer) -> None:
    number = place(buyer)["number"]
    path = f"/orders/{number}"
    picture = upload(buyer).json()
    answer = buyer.post(f"{path}/transfer-proof", {"image_ids": [picture["id"]], "words": "尾号 1111"}).json()
    assert answer["pay_by"] is None
    assert answer["transfer_proof"]["state"] == "sent"
    shown = [url.partition("?")[0] for url in answer["transfer_proof"]["picture_urls"]]
    assert shown == [picture["url"].partition("?")[0]]
    assert not {"send_proof", "cancel", "choose_payment"} & set(answer["actions"])
    order_id = cast.Order.objects.get(number=number).pk
    reject_proof(order_id, reason="没有收到款项", actor=cast.clerk("finance"))
    after = buyer.get(path).json()
    assert (after["transfer_proof"]["state"], after["transfer_proof"]["reason"]) == (
        "rejected",
        "没有收到款项",
    )
    assert "send_proof" in after["actions"]
    notices = {e["verb"]: e["notice"] for e in buyer.get(f"{path}/timeline").json()["results"]}
    assert notices["reject_proof"] == "没有收到款项"


def test_why_staff_cancel_the_order_is_no_answer_to_its_proof(buyer: Buyer) -> None:
    path = f"/orders/{place(buyer)['number']}"
    buyer.post(f"{path}/transfer-proof", {"image_ids": [upload(buyer).json()["id"]]})
    cancel_unpaid(cast.Order.objects.get().pk, reason="疑似黄牛", actor=cast.clerk())
    order = buyer.get(path)
    assert order.json()["transfer_proof"]["state"] == "rejected"
    assert "疑似黄牛" not in order.content.decode() + buyer.get(f"{path}/timeline").content.decode()


def test_somebody_elses_picture_cannot_be_seen_through_it(buyer: Buyer, other: Buyer) -> None:
    theirs = upload(other).json()["id"]
    number = place(buyer)["number"]
    answer = buyer.post(f"/orders/{number}/transfer-proof", {"image_ids": [theirs]})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_pictures")


def test_the_shop_offers_it_only_with_an_account(anyone: Buyer) -> None:
    def offered() -> set[str]:
        deliveries = anyone.get("/shop").json()["deliveries"]
        return {method["pay_method"] for method in deliveries[0]["pay_methods"]}

    assert "transfer" in offered()
    cast.open_shop(transfer_on=True, transfer_number="")
    assert "transfer" not in offered()
