"""POST and DELETE /me/erasure: a buyer asks for it, and takes it back."""

from shop.customers.models import CustomerToken
from tests import cast
from tests.api.conftest import Buyer, order_body, refusal


def test_the_buyer_asks_in_the_mini_program(buyer: Buyer) -> None:
    assert buyer.get("/me").json()["erase_at"] is None
    assert buyer.post("/me/erasure").json()["erase_at"]
    assert buyer.get("/me").status_code == 401
    again = Buyer(buyer.customer)
    assert CustomerToken.objects.filter(customer=buyer.customer, revoked_at__isnull=True).count() == 1
    cast.open_shop()
    assert refusal(again.post("/orders", order_body(), key="k")) == (403, "being_erased")
    assert again.send("DELETE", "/me/erasure").json()["erase_at"] is None
    assert again.send("DELETE", "/me/erasure").json()["code"] == "not_asked"
