"""Whatever JSON is sent, no endpoint breaks, and none answers with a status that its description lacks."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import cast
from tests.api.conftest import Buyer, order_body
from tests.cast import address

TARGETS = [
    ("POST", "/auth/login", "/auth/login"),
    ("PATCH", "/me", "/me"),
    ("POST", "/me/phone", "/me/phone"),
    ("POST", "/addresses", "/addresses"),
    ("PUT", "/addresses/{id}", "/addresses/1"),
    ("PATCH", "/addresses/{id}", "/addresses/1"),
    ("POST", "/orders/preview", "/orders/preview"),
    ("POST", "/orders", "/orders"),
    ("POST", "/orders/{number}/choose-payment", "/orders/{number}/choose-payment"),
    ("POST", "/orders/{number}/cancel", "/orders/{number}/cancel"),
]
NAMES = [
    "code",
    "device",
    "nickname",
    "basket",
    "sku_id",
    "quantity",
    "address_id",
    "buyer_remark",
    *address(),
]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=70)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXT
)
KEYS = st.one_of(st.sampled_from(NAMES), TEXT)
VALUES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3))
)


@pytest.mark.parametrize(("method", "route", "path"), TARGETS, ids=[f"{t[0]} {t[1]}" for t in TARGETS])
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(noise=st.dictionaries(KEYS, VALUES, max_size=4), keeps_valid_fields=st.booleans())
def test_any_json_gets_a_documented_answer(
    buyer: Buyer,
    schema: dict[str, Any],
    method: str,
    route: str,
    path: str,
    noise: dict[str, Any],
    keeps_valid_fields: bool,
) -> None:
    number = cast.place(buyer.customer).number if "{number}" in path else ""
    valid = order_body(basket=[{"sku_id": "1", "quantity": 1}]) if "orders" in path else address()
    body = {**valid, **noise} if keeps_valid_fields else noise
    answer = buyer.send(method, path.replace("{number}", number), body, key="k1")
    documented = schema["paths"][f"/api/v1{route}"][method.lower()]["responses"]
    assert str(answer.status_code) in documented
    assert answer.status_code < 500 or answer.json()["code"] == "wechat_unavailable"
