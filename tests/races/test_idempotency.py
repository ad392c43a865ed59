"""One command sent twice at one moment."""

import threading
from typing import Any

import pytest

from orders.desk.api import views as api
from orders.models import Order
from shop.customers.models import MessageConsent
from shop.http.api import idempotency
from tests import cast
from tests.api.conftest import Buyer, counted_afresh, order_body  # noqa: F401 - a fixture
from tests.races.conftest import Rendezvous, run_together

SHIPPED = "S" * 43
WAIT_S = 2.0


def send_together(path: str, body: dict[str, Any], times: int = 2) -> list[Any]:
    customer = cast.make_customer()
    buyers = [Buyer(customer) for _ in range(times)]
    return run_together([lambda b=b: b.post(path, body, key="k1") for b in buyers])


def test_while_it_runs_the_same_request_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    customer, body, real = cast.make_customer(), order_body(), api.place_new_order
    is_running, may_end = threading.Event(), threading.Event()

    def place_slowly(*args: Any, **kwargs: Any) -> Any:
        is_running.set()
        may_end.wait(WAIT_S)
        return real(*args, **kwargs)

    def ask_again() -> Any:
        is_running.wait(WAIT_S)
        monkeypatch.setattr(api, "place_new_order", real)
        answer = Buyer(customer).post("/orders", body, key="k1")
        may_end.set()
        return answer

    monkeypatch.setattr(api, "place_new_order", place_slowly)
    first, second = run_together([lambda: Buyer(customer).post("/orders", body, key="k1"), ask_again])
    assert first.status_code == 201
    assert (second.status_code, second.json()["code"], second["Retry-After"]) == (409, "in_progress", "2")
    assert Order.objects.count() == 1


def test_without_the_lock_the_unique_key_lets_one_through(monkeypatch: pytest.MonkeyPatch) -> None:
    rendezvous, refused = Rendezvous(4), []
    real = idempotency.find_kept

    def count(command: idempotency.Command) -> Any:
        refused.append(command)
        return real(command)

    monkeypatch.setattr(idempotency, "_hold", lambda _command: rendezvous.meet())
    monkeypatch.setattr(idempotency, "find_kept", count)
    answers = send_together("/orders", order_body(), times=4)
    assert {a.status_code for a in answers} == {201}
    assert len({a.content for a in answers}) == 1
    assert len(refused) == 3
    assert Order.objects.count() == 1


def test_a_consent_sent_twice_at_once_counts_once() -> None:
    cast.open_shop(template_shipped=SHIPPED)
    answers = send_together("/me/subscriptions", {"template_ids": [SHIPPED]}, times=6)
    assert {a.status_code for a in answers} <= {200, 409}
    assert MessageConsent.objects.get().times == 1


def test_without_the_kept_key_it_would_count_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    cast.open_shop(template_shipped=SHIPPED)
    monkeypatch.setattr(idempotency, "_hold", lambda _command: None)
    monkeypatch.setattr(idempotency, "_keep", lambda _command, answer: (answer[0], "{}"))
    send_together("/me/subscriptions", {"template_ids": [SHIPPED]}, times=6)
    assert MessageConsent.objects.get().times == 6
