"""Whatever goes wrong on the wire, the provider's own journal shows one number for each code."""

from typing import Any

import pytest

from orders.waybills.models import Waybill, WaybillState
from orders.waybills.services.ending import void_waybill
from shop import clock
from shop.clients.circuit import forget_circuits
from shop.couriers.models import Provider, ProviderAccount
from shop.demo.standins import StandInServer
from shop.demo.standins.faults import Fault
from shop.demo.standins.ledger import DEFAULT_BEHAVIOUR
from tests import cast
from tests.expect import fresh
from tests.waybills.conftest import WAREHOUSE, answer, ask

PATH = "/api/EOrderService"


class Vendor:
    """The strict stand-in of 快递鸟."""

    def __init__(self, server: StandInServer) -> None:
        self._world = server.world

    def fail(self, kind: str) -> None:
        self._world.faults.add(Fault(PATH, kind, 1, 0.2))

    def behave(self, **changes: Any) -> None:
        self._world.ledger.set_behaviour(DEFAULT_BEHAVIOUR | changes)

    def list_numbers(self, waybill: Waybill) -> list[str]:
        """What was issued under its code, as the journal has it."""
        rows = self._world.ledger.find_all("SELECT * FROM waybills WHERE code = ?", waybill.code)
        return [row["number"] for row in rows]


@pytest.fixture
def vendor(standin_server: StandInServer, settings: Any, sender: object) -> Vendor:
    made = standin_server.world.couriers
    ProviderAccount.objects.all().delete()
    ProviderAccount.objects.create(
        provider=Provider.KDNIAO,
        customer=made.kdniao_business_id,
        key=made.kdniao_api_key,
        tested_at=clock.now(),
    )
    settings.KDNIAO_URL = standin_server.base_url
    standin_server.world.faults.clear()
    forget_circuits()
    vendor = Vendor(standin_server)
    vendor.behave()
    return vendor


def asked() -> Waybill:
    return ask(cast.prepared_order())


@pytest.mark.django_db(transaction=True)
class TestOnTheWire:
    @pytest.mark.parametrize(
        "kind", ["timeout_after", "truncated", "html", "gbk", "wrong_type", "slow", "late"]
    )
    def test_what_was_done_is_found_by_its_code(self, vendor: Vendor, kind: str) -> None:
        waybill = asked()
        vendor.fail(kind)
        first = answer(waybill)
        again = answer(waybill)
        assert (again.state, vendor.list_numbers(waybill)) == (WaybillState.ISSUED, [again.tracking_no])
        assert first.state in (WaybillState.UNKNOWN, WaybillState.ISSUED)

    @pytest.mark.parametrize("kind", ["timeout_before", "error_500"])
    def test_what_was_not_done_is_done_under_its_code(self, vendor: Vendor, kind: str) -> None:
        waybill = asked()
        vendor.fail(kind)
        assert answer(waybill).state == WaybillState.UNKNOWN
        again = answer(waybill)
        assert (again.state, vendor.list_numbers(waybill)) == (WaybillState.ISSUED, [again.tracking_no])

    def test_a_code_that_the_provider_has_without_saying_which_number(self, vendor: Vendor) -> None:
        waybill = asked()
        vendor.behave(waybill_repeat_silent=True)
        vendor.fail("timeout_after")
        answer(waybill)
        assert answer(waybill).state == WaybillState.DISPUTED
        assert len(vendor.list_numbers(waybill)) == 1

    def test_the_number_of_somebody_else(self, vendor: Vendor) -> None:
        first = answer(asked())
        vendor.behave(waybill_duplicate=True)
        second = answer(asked())
        assert (second.state, second.tracking_no) == (WaybillState.DISPUTED, "")
        assert first.tracking_no in second.last_error

    def test_an_answer_to_another_question(self, vendor: Vendor) -> None:
        waybill = asked()
        vendor.behave(waybill_foreign=True)
        assert answer(waybill).state == WaybillState.UNKNOWN
        vendor.behave()
        assert answer(waybill).state == WaybillState.ISSUED

    def test_a_refusal_in_the_provider_s_own_words(self, vendor: Vendor) -> None:
        vendor.behave(waybill_refusal="业务错误[没有可用套餐]")
        waybill = answer(asked())
        assert (waybill.state, waybill.last_error) == (WaybillState.FAILED, "业务错误[没有可用套餐]")

    def test_a_provider_that_is_silent_rests_and_drains_afterwards(self, vendor: Vendor) -> None:
        waybills = [asked() for _ in range(8)]
        for _ in range(8):
            vendor.fail("error_500")
        states = [answer(waybill).state for waybill in waybills]
        assert WaybillState.REQUESTED in states, "after five failures nobody is asked"
        forget_circuits()
        for _ in range(4):
            for waybill in waybills:
                answer(waybill)
        assert {answer(waybill).state for waybill in waybills} == {WaybillState.ISSUED}
        assert [len(vendor.list_numbers(waybill)) for waybill in waybills] == [1] * 8

    def test_voiding_at_the_provider(self, vendor: Vendor) -> None:
        waybill = answer(asked())
        void_waybill(waybill.pk, actor=WAREHOUSE)
        assert answer(waybill).state == WaybillState.VOID
        assert not fresh(waybill.order).has_label

    def test_the_label_names_the_number_and_the_recipient(self, vendor: Vendor) -> None:
        waybill = answer(asked())
        html = waybill.label.html
        assert waybill.tracking_no in html.replace(" ", "") and waybill.order.recipient[0] in html
