"""Every operation under schemathesis: what its description allows and what it forbids, answered as it documents.

The requests are made from the OpenAPI document, the same ones in every run. Most of them name a buyer's own things,
so that they get further than "not found"; the buyer has orders in many stages, money, addresses and pictures.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from rest_framework.throttling import ScopedRateThrottle
from schemathesis import checks
from schemathesis.config import (
    CoveragePhaseConfig,
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)

from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid, cancel_unpaid
from orders.services.steps import receive_order
from pickup.codes import make_code
from pickup.services.verifiers import appoint_verifier
from shop.customers.balance import change_balance
from shop.customers.models import Customer
from shop.customers.services import save_address
from shop.files.services import store_picture
from shop.store.choices import Delivery, PayMethod
from shop.store.models import StoreSettings
from tests import cast
from tests.ground.test_files import picture_bytes

MAX_EXAMPLES = 12
OFFERED = (PayMethod.WECHAT, PayMethod.COD, PayMethod.TRANSFER, PayMethod.BALANCE)
CONFIG = SchemathesisConfig(
    seed=1,
    projects=ProjectsConfig(
        default=ProjectConfig(
            generation=GenerationConfig(max_examples=MAX_EXAMPLES, deterministic=True),
            phases=PhasesConfig(coverage=CoveragePhaseConfig(enabled=False)),
        )
    ),
)
API = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True), config=CONFIG)
API.app = get_wsgi_application()
CHECKED = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
]


class Own:
    """What belongs to the buyer who asks."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self.turns = count()
        self.skus = [cast.make_sku(on_hand=1000), cast.make_sku(on_hand=1)]
        self.orders = [order.number for order in self._place()]
        self.addresses = [save_address(customer, vars(cast.HOME)).pk for _ in range(3)]
        self.pictures = [store_picture(picture_bytes(), customer_id=customer.pk).pk for _ in range(2)]
        self.store = cast.make_store()
        appoint_verifier(customer.pk, store_ids=[self.store.pk], actor=cast.clerk("manager"))
        self.codes = list(self._wait_at_counter())
        change_balance(customer.pk, delta_fen=5000_00, reason="充值", actor=cast.clerk())

    def _place(self) -> Iterator[Order]:
        mine: dict[str, Any] = {"customer": self.customer, "basket": {self.skus[0].pk: 2}}
        yield from (cast.place(**mine, pay_method=method) for method in OFFERED)
        yield cast.paid_order(**mine)
        yield cast.prepared_order(**mine)
        yield cast.shipped_order(**mine)
        received = cast.shipped_order(**mine)
        yield receive_order(received.pk, actor=cast.buyer(received))
        closed = cast.place(**mine)
        yield cancel_unpaid(closed.pk, actor=cast.buyer(closed))
        yield cancel_paid(cast.paid_order(**mine).pk, reason="缺货", actor=cast.clerk())

    def _wait_at_counter(self) -> Iterator[str]:
        """Codes of orders at the buyer's store, who is a verifier there, and of one elsewhere."""
        for place in (self.store, self.store, cast.make_store()):
            order = cast.paid_order()
            Order.objects.filter(pk=order.pk).update(delivery=Delivery.PICKUP, pickup_store=place)
            order.refresh_from_db()
            yield make_code(order).token  # type: ignore[union-attr]  # as it waits

    def lend(self, case: schemathesis.Case) -> None:
        """Put the buyer's own ids in place of three of four made-up ones, each in turn."""
        turn = next(self.turns)
        if turn % 4 == 3:
            return
        things = self.addresses if "addresses" in case.path else [self.skus[0].product_id]
        for name in case.path_parameters or {}:
            own = {"number": self.orders, "code": self.codes}.get(name, things)
            case.path_parameters[name] = str(own[turn % len(own)])
        self._lend_in(case.body, turn)
        self._lend_in(case.query, turn)

    def _lend_in(self, body: Any, turn: int) -> None:
        if isinstance(body, list):
            for part in body:
                self._lend_in(part, turn)
        if not isinstance(body, dict):
            return
        own = {"sku_id": str(self.skus[turn % 2].pk), "address_id": str(self.addresses[turn % 3])}
        own |= {"province": cast.HOME.province, "city": cast.HOME.city}
        own |= {"store_id": str(self.store.pk), "code": self.codes[turn % 3]}
        own |= {"image_ids": [str(pk) for pk in self.pictures]}
        for name, value in body.items():
            if name in own and is_sound(value):
                body[name] = own[name]
            else:
                self._lend_in(value, turn)


def is_sound(value: Any) -> bool:
    """Whether the generator meant this value to be taken: what is wrong on purpose stays as it is."""
    values = value if isinstance(value, list) else [value]
    return 0 < len(values) <= 5 and all(
        isinstance(each, str) and each.strip() and each.isprintable() for each in values
    )


@pytest.fixture
def kept_connection(db: None) -> Iterator[None]:
    """Requests that come by WSGI must not close the connection in whose transaction the test runs."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def own(kept_connection: None, wechat: object, books_are_clean: None, monkeypatch: pytest.MonkeyPatch) -> Own:
    monkeypatch.setattr(ScopedRateThrottle, "allow_request", lambda *_: True)
    account = {"transfer_bank": "招商银行", "transfer_name": "山野集商贸", "transfer_number": "62250000"}
    StoreSettings.objects.update(balance_on=True, transfer_on=True, **account)
    return Own(cast.make_customer())


@API.parametrize()
@settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_every_answer_is_as_documented(own: Own, case: schemathesis.Case) -> None:
    own.lend(case)
    case.call_and_validate(
        headers={"Authorization": f"Bearer {cast.make_token(own.customer)}"}, checks=CHECKED
    )
