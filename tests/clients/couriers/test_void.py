"""Taking a waybill back."""

from dataclasses import replace

import pytest

from shop.clients.errors import Rejected, Unknown
from shop.clients.waybills import WaybillProvider
from tests.clients.conftest import Demo
from tests.clients.couriers.conftest import ask, void

PATHS = {"KdNiao": "/api/EOrderService", "Kuaidi100": "/label/order"}


def test_a_waybill_is_taken_back(provider: WaybillProvider, demo: Demo) -> None:
    void(provider, provider.issue(ask()))

    assert demo.state()["waybills"][0]["voided_at"]


def test_a_second_time_is_refused(provider: WaybillProvider) -> None:
    waybill = provider.issue(ask())
    void(provider, waybill)

    with pytest.raises(Rejected, match="已取消"):
        void(provider, waybill)


def test_its_code_stays_used(provider: WaybillProvider, demo: Demo) -> None:
    waybill = provider.issue(ask())
    void(provider, waybill)

    assert provider.issue(ask()).tracking_no == waybill.tracking_no
    assert provider.issue(ask("P-2")).tracking_no != waybill.tracking_no
    assert len(demo.state()["waybills"]) == 2


def test_a_number_that_was_not_issued_is_refused(provider: WaybillProvider, demo: Demo) -> None:
    waybill = provider.issue(ask())

    with pytest.raises(Rejected, match="不存在"):
        void(provider, replace(waybill, tracking_no="75000000000009"))

    assert demo.state()["waybills"][0]["voided_at"] is None


@pytest.mark.parametrize(
    "kind", ["timeout_before", "timeout_after", "error_500", "truncated", "html", "slow"]
)
def test_after_a_sick_answer_nobody_knows(hasty: WaybillProvider, demo: Demo, kind: str) -> None:
    waybill = hasty.issue(ask())
    demo.add_fault(PATHS[type(hasty).__name__], kind, seconds=1)

    with pytest.raises(Unknown):
        void(hasty, waybill)
