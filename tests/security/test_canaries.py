"""No answer to one buyer holds anything of another: every value of B is marked, A asks for everything by every id."""

import json
from typing import Any

import pytest
from django.test import Client

from orders.models import Order
from orders.payments.changes.addressing import change_address
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.models import PayAttempt, Refund
from orders.payments.services.transfers import send_proof
from orders.services.place import Recipient
from orders.services.steps import add_note, set_seller_remark
from shop.customers.balance import change_balance
from shop.customers.models import Customer
from shop.customers.services import save_address
from shop.files.services import store_picture
from shop.store.choices import PayMethod
from tests import cast
from tests.ground.test_files import picture_bytes
from tests.security.test_permissions import MATRIX, list_routes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_clean", "sent_tasks")]
MARK = "canary"
PHONE = "13911110000"
MONEY = 7_654_321
"""B's balance in fen, which nobody has by chance."""

HOME = Recipient(f"{MARK}-recipient", PHONE, "浙江省", "杭州市", f"{MARK}区", f"{MARK}-detail")
ACCOUNT = {
    "transfer_on": True,
    "transfer_bank": "招商银行",
    "transfer_name": "山野集",
    "transfer_number": "6225",
}
BODIES: tuple[dict[str, Any], ...] = (
    {},
    {"pay_method": "cod"},
    {"code": "x"},
    {"text": "x"},
    vars(cast.HOME),
)


class Other:
    """Buyer B, who has one of everything."""

    def __init__(self) -> None:
        self.customer = cast.make_customer(f"{MARK}-nickname")
        marked = Customer.objects.get(pk=self.customer.pk)
        marked.openid, marked.remark = f"{MARK}-openid", f"{MARK}-remark"
        marked.save(update_fields=["openid", "remark"])
        self.customer.refresh_from_db()
        actor = cast.clerk()
        change_balance(self.customer.pk, delta_fen=MONEY, reason=f"{MARK}-reason", actor=actor)
        self.address = save_address(self.customer, vars(HOME))
        self.picture = store_picture(picture_bytes(), customer_id=self.customer.pk)
        self.orders = [
            cast.place(self.customer, remark=f"{MARK}-words", key=f"{MARK}-key"),
            cast.pay(cast.place(self.customer), trade_no=f"{MARK}-trade"),
            cast.shipped_order(customer=self.customer),
            self._transferred(),
        ]
        for order in self.orders[:2]:
            add_note(order.pk, text=f"{MARK}-note", actor=actor)
            set_seller_remark(order.pk, text=f"{MARK}-seller", actor=actor)
            change_address(order.pk, to=HOME, actor=actor)
        cancel_paid(self.orders[1].pk, reason=f"{MARK}-why", notice=f"{MARK}-notice", actor=actor)

    def _transferred(self) -> Order:
        order = cast.place(self.customer, pay_method=PayMethod.TRANSFER)
        send_proof(order.pk, picture_ids=[self.picture.pk], words=f"{MARK}-proof", actor=cast.buyer(order))
        return order

    def list_secrets(self) -> list[str]:
        """What stands in the answers to B and must stand in none to A."""
        numbers = [order.number for order in self.orders]
        drawn = [
            *PayAttempt.objects.values_list("number", flat=True),
            *Refund.objects.values_list("number", flat=True),
        ]
        return [MARK, PHONE, str(MONEY), self.picture.path, *numbers, *drawn]

    def name_things(self) -> list[dict[str, str]]:
        """Path arguments that lead to what is B's, each id also as the id of everything else."""
        ids = [self.address.pk, self.customer.pk, self.picture.pk, *(order.pk for order in self.orders)]
        texts = [*(order.number for order in self.orders), *map(str, ids), f"{self.orders[0].number}-1"]
        return [{"number": text, "id": text} for text in texts]

    def bodies(self) -> list[dict[str, Any]]:
        """Bodies that name what is B's."""
        sku = str(cast.make_sku().pk)
        order = {
            "basket": [{"sku_id": sku, "quantity": 1}],
            "delivery": "express",
            "address_id": str(self.address.pk),
        }
        return [*BODIES, order, order | {"pay_method": "cod"}, {"image_ids": [str(self.picture.pk)]}]


def ask(client: Client, method: str, path: str, token: str, body: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"{MARK}-key"}
    if method == "GET":
        return client.get(path, headers=headers)
    return client.generic(method, path, json.dumps(body), content_type="application/json", headers=headers)


def list_paths(name: str, other: Other) -> list[str]:
    """The addresses of one operation, filled with what is B's."""
    if not name.startswith("api:"):
        return []
    route = f"/api/v1/{dict(list_routes())[name].pattern}"
    filled = {
        route.replace("<str:number>", things["number"]).replace("<str:id>", things["id"])
        for things in other.name_things()
    }
    return sorted(filled)


def state_of(other: Other) -> list[Any]:
    """What A must not have changed."""
    customer = Customer.objects.get(pk=other.customer.pk)
    return [
        *Order.objects.filter(customer=customer).order_by("pk").values_list("version", "stage", "pay_method"),
        *customer.addresses.order_by("pk").values_list("pk", "is_default", "city"),
        (customer.version, customer.balance_fen, customer.nickname),
    ]


def test_nothing_of_one_buyer_is_in_any_answer_to_another() -> None:
    cast.open_shop(**ACCOUNT)
    other, mine = Other(), cast.make_customer("甲")
    cast.place(mine)
    bodies = other.bodies()
    before, secrets, leaks, client = state_of(other), other.list_secrets(), [], Client()
    for name, method in MATRIX:
        if not name.startswith("api:") or name in ("api:openapi", "api:docs"):
            continue
        for path in list_paths(name, other):
            for body in bodies if method in ("POST", "PUT", "PATCH") else [{}]:
                answer = ask(client, method, path, cast.make_token(mine), body)
                text = answer.content.decode()
                assert answer.status_code < 500 or answer.json()["code"] == "wechat_unavailable"
                leaks += [f"{method} {path} {body}: {secret}" for secret in secrets if secret in text]
    assert leaks == []
    assert state_of(other) == before


def test_the_marks_are_in_the_answers_to_their_own_buyer() -> None:
    """Else the test above would prove nothing."""
    cast.open_shop(**ACCOUNT)
    other, client = Other(), Client()
    token = cast.make_token(other.customer)
    paths = [path for name, method in MATRIX if method == "GET" for path in list_paths(name, other)]
    seen = "".join(ask(client, "GET", path, token, {}).content.decode() for path in paths)
    shown = ("nickname", "recipient", "detail", "words", "notice", "proof")
    assert [word for word in shown if f"{MARK}-{word}" not in seen] == []
    assert all(secret in seen for secret in (PHONE, str(MONEY), other.picture.path, other.orders[0].number))
