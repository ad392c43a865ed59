"""Looking changes nothing: previews of links, pages loaded twice, a browser that fetches ahead."""

import re

import pytest
from csp.constants import WASM_UNSAFE_EVAL
from django.test import Client

from orders.models import Order
from pickup.phone.urls import urlpatterns
from pickup.services.invites import make_invite, make_link
from shop.store.choices import PayMethod
from tests import cast
from tests.console import ENGLISH
from tests.expect import list_statements
from tests.pickup.counter import appoint, unpaid
from tests.pickup.phone.phones import link_of, phone_of

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
ROUTES = sorted({route.name for route in urlpatterns} - {"back"})
"""Of all pages of the phone but the one to which WeChat leads back: its code, good once, signs in."""
ADDRESSES = {route.name: str(route.pattern) for route in urlpatterns}


def path_to(name: str, order: Order) -> str:
    """The address of a page, with a code that waits or an invite that is open."""
    if name == "join":
        invite = make_invite([order.pickup_store_id], actor=cast.clerk("manager"))
        return f"/v/{make_link(invite).rpartition('/v/')[2]}"
    return "/v/" + ADDRESSES[name].replace("<str:token>", link_of(order).rpartition("/")[2])


@pytest.mark.parametrize("name", [*ROUTES, "card"])
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_looking_writes_nothing(name, is_signed_in):
    order = unpaid(pay_method=PayMethod.COD)
    verifier = appoint(order.pickup_store)
    phone = phone_of(verifier) if is_signed_in else Client(headers=ENGLISH)
    path = link_of(order) if name == "card" else path_to(name, order)
    query = {
        "shown": "5678",
        "here": "1",
        "sure": "1",
        "as": str(verifier.pk),
        "store": order.pickup_store_id,
    }

    def look() -> None:
        for method in (phone.get, phone.head):
            assert method(path, query).status_code in (200, 204, 302, 405, 409)

    assert [sql for sql in list_statements(look) if WRITES.match(sql)] == []


def test_only_pages_with_a_camera_may_run_its_library():
    order = unpaid(pay_method=PayMethod.COD)
    phone = phone_of(appoint(order.pickup_store))
    policies = {
        path: phone.get(path)["Content-Security-Policy"] for path in ("/v/", link_of(order), "/v/cash/")
    }
    assert [path for path, policy in policies.items() if WASM_UNSAFE_EVAL in policy] == ["/v/"]
    assert all(
        "'unsafe-eval'" not in policy and "'unsafe-inline'" not in policy for policy in policies.values()
    )
