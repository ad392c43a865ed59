"""Having a courier called and called off by 快递鸟."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shop.clients.collections import CollectionRequest
from shop.clients.errors import BadCredentials, Rejected, Unknown
from shop.clients.kdniao import KdNiao
from shop.clients.waybills import Goods
from tests.clients.conftest import Demo
from tests.clients.couriers.conftest import RECEIVER, SENDER, ZTO

PATH = "/api/OOrderService"
START = datetime(2026, 11, 30, 6, tzinfo=UTC)
ASKED = CollectionRequest(
    "P1-C1",
    ZTO,
    SENDER,
    RECEIVER,
    [Goods("杯子 <大>", 2)],
    "75000000000011",
    START,
    START + timedelta(hours=2),
)


def test_the_courier_is_called_for_a_time_in_beijing(kdniao: KdNiao, demo: Demo) -> None:
    kdniao.call_courier(ASKED)

    (row,) = demo.state()["collections"]
    assert (row["starts"], row["ends"]) == ("2026-11-30 14:00:00", "2026-11-30 16:00:00")
    assert (row["code"], row["courier"], row["number"]) == ("P1-C1", "ZTO", "75000000000011")
    assert "057188990011" in row["sender"] and "文三路" in row["sender"]


def test_the_same_code_is_the_same_collection(kdniao: KdNiao, demo: Demo) -> None:
    kdniao.call_courier(ASKED)
    kdniao.call_courier(ASKED)

    assert len(demo.state()["collections"]) == 1


def test_a_courier_is_called_off_however_often_it_is_said(kdniao: KdNiao, demo: Demo) -> None:
    kdniao.call_courier(ASKED)
    kdniao.call_off("P1-C1", account=ZTO)
    kdniao.call_off("P1-C1", account=ZTO)
    kdniao.call_off("never-called", account=ZTO)

    assert [bool(row["called_off_at"]) for row in demo.state()["collections"]] == [True]


def test_a_no_is_a_no(kdniao: KdNiao, demo: Demo) -> None:
    demo.post("behaviour", collection_refusal="业务错误[客户号不存在]", call_off_refusal="业务错误[已揽收]")
    with pytest.raises(Rejected, match="客户号不存在"):
        kdniao.call_courier(ASKED)
    assert demo.state()["collections"] == []

    demo.post("behaviour", call_off_refusal="业务错误[已揽收]", collection_refusal="")
    kdniao.call_courier(ASKED)
    with pytest.raises(Rejected, match="已揽收"):
        kdniao.call_off("P1-C1", account=ZTO)


def test_an_end_before_the_start_is_refused_there(kdniao: KdNiao) -> None:
    with pytest.raises(Rejected, match="EndDate"):
        kdniao.call_courier(replace(ASKED, end=START - timedelta(hours=1)))


@pytest.mark.parametrize("kind", ["timeout_after", "error_500", "html"])
def test_a_sick_answer_is_unknown(kdniao: KdNiao, demo: Demo, kind: str) -> None:
    demo.add_fault(PATH, kind, seconds=1)

    with pytest.raises(Unknown):
        kdniao.call_courier(ASKED)


def test_what_cannot_be_asked_is_not_sent(kdniao: KdNiao, demo: Demo) -> None:
    with pytest.raises(ValueError, match="code of a collection"):
        replace(ASKED, code="编号")
    with pytest.raises(BadCredentials):
        kdniao.call_courier(replace(ASKED, account=replace(ZTO, month_code="a<b")))
    assert demo.state()["collections"] == []
