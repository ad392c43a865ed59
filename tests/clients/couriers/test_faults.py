"""Each way a provider can be sick: what became of the parcel is not known, and asking again heals it."""

import pytest

from shop.clients.circuit import FAILURES, Resting
from shop.clients.errors import Unknown
from shop.clients.kdniao import KdNiao
from shop.clients.waybills import WaybillProvider
from tests.clients.conftest import Demo
from tests.clients.couriers.conftest import ask

DONE = ["timeout_after", "truncated", "html", "slow"]
NOT_DONE = ["timeout_before", "error_500"]


@pytest.mark.parametrize("kind", DONE + NOT_DONE)
def test_a_sick_answer_is_unknown_and_no_second_number_follows(
    hasty: WaybillProvider, demo: Demo, kind: str
) -> None:
    demo.add_fault("/", kind, seconds=1)

    with pytest.raises(Unknown):
        hasty.issue(ask())

    before = demo.state()["waybills"]
    assert len(before) == (1 if kind in DONE else 0)
    healed = hasty.issue(ask())
    assert [row["number"] for row in demo.state()["waybills"]] == [healed.tracking_no]


def test_an_answer_in_gbk_is_unknown(kdniao: KdNiao, demo: Demo) -> None:
    demo.add_fault("/api/EOrderService", "gbk")

    with pytest.raises(Unknown):
        kdniao.issue(ask())

    assert kdniao.issue(ask()).tracking_no == demo.state()["waybills"][0]["number"]


def test_a_late_answer_within_the_time_is_an_answer(provider: WaybillProvider, demo: Demo) -> None:
    demo.add_fault("/", "late", seconds=0.3)

    assert provider.issue(ask()).tracking_no


def test_a_wrong_content_type_does_not_matter(provider: WaybillProvider, demo: Demo) -> None:
    demo.add_fault("/", "wrong_type")

    assert provider.issue(ask()).tracking_no


def test_a_sick_provider_is_left_alone_for_a_while(provider: WaybillProvider, demo: Demo) -> None:
    demo.add_fault("/", "html", times=FAILURES)
    for index in range(FAILURES):
        with pytest.raises(Unknown):
            provider.issue(ask(f"P-{index}"))

    with pytest.raises(Resting):
        provider.issue(ask("P-9"))
    assert "P-9" not in demo.state()["calls"]


def test_refusals_are_answers_however_many(provider: WaybillProvider, demo: Demo) -> None:
    demo.post("behaviour", waybill_refusal="缺少参数[缺少货物信息]")
    for index in range(2 * FAILURES):
        with pytest.raises(Exception, match="缺少货物信息"):
            provider.issue(ask(f"P-{index}"))
