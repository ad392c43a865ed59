"""Production log lines: JSON, one per request, and never anything a person typed."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from shop import logs
from tests import cast
from tests.api.conftest import order_body
from tests.cast import HOME
from tests.console import browser


class Log:
    """Everything logged, as the production formatter writes it."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(logs.JsonLines())

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    log, root = Log(), logging.getLogger()
    level = root.level
    root.addHandler(log.handler)
    root.setLevel(logging.INFO)
    yield log
    root.removeHandler(log.handler)
    root.setLevel(level)


def place_order(client: Client, token: str, **changes: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "a-key-of-the-phone"}
    body = order_body(**changes)
    return client.post("/api/v1/orders", body, content_type="application/json", headers=headers)


@pytest.mark.django_db
def test_a_request_is_one_line_with_route_status_and_time(log: Log) -> None:
    cast.open_shop()
    answer = browser().get("/console/orders/?q=13800005678&page=2")
    (line,) = [line for line in log.lines if line["logger"] == "shop.http.request_log"]
    assert line["route"] == "orders:list" and line["path"] == "/console/orders/"
    assert line["query"] == ["page", "q"] and line["status"] == 200 and line["ms"] > 0
    assert line["request_id"] == answer["X-Request-ID"]


@pytest.mark.django_db
def test_no_personal_value_and_no_token_is_ever_written(log: Log) -> None:
    cast.open_shop()
    client, token = Client(), cast.make_token(cast.make_customer())
    assert place_order(client, token).status_code == 201
    assert place_order(client, token, delivery="13800005678").status_code in (400, 422)
    clerk = browser()
    clerk.get("/console/orders/?q=林晓燕&phone=13800005678&13800005678=1")
    clerk.get("/console/orders/13800005678/")
    clerk.get("/console/customers/?q=13800005678")
    client.get(f"/{token}/文三路/13800005678")
    client.post("/console/staff/login/", {"username": "13800005678", "password": cast.PASSWORD})
    assert len(log.lines) >= 7
    for value in ("13800005678", HOME.recipient, "文三路", token, cast.PASSWORD, "a-key-of-the-phone"):
        assert value not in log.text
        assert json.dumps(value)[1:-1] not in log.text


@pytest.mark.django_db
def test_a_fault_is_told_by_type_and_place_never_by_its_message(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise IntegrityError("DETAIL: Failing row contains (1, 林晓燕, 13800005678).")

    monkeypatch.setattr("shop.files.views.get_store", fail)
    client = Client(raise_request_exception=False)
    answer = client.get(f"/media/pictures/ab/{'a' * 24}.jpg")
    assert answer.status_code == 500
    (fault,) = [line for line in log.lines if "error" in line]
    assert fault["error"] == "IntegrityError" and "picture" in fault["error_at"][-2]
    assert fault["request_id"] == answer["X-Request-ID"]
    assert "林晓燕" not in log.text and "13800005678" not in log.text


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [("0123456789abcdef", True), ("short", False), ("x" * 65, False), ("a b\nc" * 3, False)],
)
@pytest.mark.django_db
def test_the_proxy_s_request_id_is_kept_if_it_is_one(log: Log, given: str, is_kept: bool) -> None:
    answer = Client().get("/healthz", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is is_kept


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("call 13800005678 now", "call (phone) now"),
        ("+8613800005678", "(phone)"),
        ("Authorization: Bearer abc.def", "Authorization: (token)"),
        ("order 202611220000000123 paid", "order 202611220000000123 paid"),
        (
            "orders.payments.handlers.enqueue_refund_at_the_gateway",
            "orders.payments.handlers.enqueue_refund_at_the_gateway",
        ),
        (f"token {'k' * 43}", "token (token)"),
    ],
)
def test_phones_and_tokens_are_taken_out_of_any_message(text: str, hidden: str) -> None:
    assert logs.scrub(text) == hidden
