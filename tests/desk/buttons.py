"""Pressing a button of the order page, and what to expect of it."""

from typing import Any

from django.test import Client

from orders.models import Order


def post(client: Client, order: Order, action: str, **data: Any) -> Any:
    data.setdefault("version", order.version)
    return client.post(f"/console/orders/{order.number}/{action}/", data)


def assert_done(response: Any, order: Order) -> None:
    assert response.status_code == 302, response.content.decode()
    order.refresh_from_db()


def assert_refused(response: Any, order: Order, status: int, sentence: str) -> str:
    """Nothing has changed, the sentence is on the page, and the page is the order's."""
    html = response.content.decode()
    assert response.status_code == status
    assert sentence in html
    version = order.version
    order.refresh_from_db()
    assert order.version == version
    return html


def parcel_data(order: Order, *numbers: str, **more: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"parcel-TOTAL_FORMS": len(numbers), "parcel-INITIAL_FORMS": 0}
    for i, number in enumerate(numbers):
        data[f"parcel-{i}-tracking_no"] = number
    line = order.lines.get()
    data["parcel-0-" + f"line_{line.pk}"] = line.to_send
    return data | more
