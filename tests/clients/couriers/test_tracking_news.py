"""The news of both providers as it really comes: odd times, unknown codes, holes, and worked examples."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shop.clients.errors import BadSignature, Unknown
from shop.clients.kdniao import Credentials, sign_data
from shop.clients.tracking import kdniao, kuaidi100
from shop.clients.tracking.news import MAX_NEWS, Where, read_moment

NOW = datetime(2026, 11, 30, 4, tzinfo=UTC)
TRACE = {"AcceptTime": "2026-11-30 09:30:00", "AcceptStation": "已揽收", "Location": "杭州"}
ROW = {"time": "2026-11-30 09:30:00", "ftime": "2026-11-30 09:30:00", "context": "已揽收", "location": "杭州"}


def of_kdniao(**fact: Any) -> kdniao.Report:
    return kdniao.read_report({"ShipperCode": "SF", "LogisticCode": "SF1", "Traces": [TRACE]} | fact, NOW)


def of_kuaidi100(**fact: Any) -> kuaidi100.Report:
    return kuaidi100.read_report({"com": "shunfeng", "nu": "SF1", "data": [ROW]} | fact, NOW)


@pytest.mark.parametrize(
    ("state", "where"),
    [
        ("1", Where.COLLECTED),
        ("2", Where.IN_TRANSIT),
        ("201", Where.IN_TRANSIT),
        ("202", Where.DELIVERING),
        ("211", Where.IN_LOCKER),
        ("3", Where.DELIVERED),
        ("311", Where.DELIVERED),
        ("4", Where.PROBLEM),
        ("404", Where.REFUSED),
        ("406", Where.RETURNED),
        ("0", Where.IN_TRANSIT),
        ("999", Where.IN_TRANSIT),
        ("quatsch", Where.IN_TRANSIT),
    ],
)
def test_states_of_kdniao(state: str, where: Where) -> None:
    (news,) = of_kdniao(State=state[:1], StateEx=state).news
    assert (news.where, news.code) == (where, state[:10])


@pytest.mark.parametrize(
    ("state", "where"),
    [
        ("0", Where.IN_TRANSIT),
        ("1", Where.COLLECTED),
        ("2", Where.PROBLEM),
        ("3", Where.DELIVERED),
        ("4", Where.RETURNED),
        ("5", Where.DELIVERING),
        ("6", Where.RETURNING),
        ("8", Where.IN_TRANSIT),
        ("10", Where.IN_TRANSIT),
        ("14", Where.REFUSED),
        ("301", Where.DELIVERED),
        ("501", Where.IN_LOCKER),
        ("1002", Where.IN_TRANSIT),
        ("x", Where.IN_TRANSIT),
    ],
)
def test_states_of_kuaidi100(state: str, where: Where) -> None:
    (news,) = of_kuaidi100(state=state).news
    assert (news.where, news.code) == (where, state)


def test_times_are_of_beijing() -> None:
    assert of_kdniao().news[0].at == of_kuaidi100().news[0].at == datetime(2026, 11, 30, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "2026-11-30", "30.11.2026 09:30:00", "2026-13-01 00:00:00", "0001-01-01 00:00:00"]
)
def test_what_is_no_time_tells_nothing(text: str) -> None:
    assert read_moment(text, NOW) is None
    assert of_kdniao(Traces=[TRACE | {"AcceptTime": text}]).news == ()


def test_far_ahead_is_a_mistake() -> None:
    later = NOW + timedelta(days=3)
    assert read_moment(later.strftime("%Y-%m-%d %H:%M:%S"), NOW) is None


@pytest.mark.parametrize("traces", [None, 1, "x", {}, [None, 1, "x", [], {}, {"AcceptTime": 5}]])
def test_a_history_that_is_none(traces: Any) -> None:
    assert of_kdniao(Traces=traces).news == of_kuaidi100(data=traces).news == ()


def test_the_state_is_that_of_the_newest_whatever_the_order() -> None:
    older, newer = TRACE, TRACE | {"AcceptTime": "2026-11-30 10:00:00", "AcceptStation": "签收"}
    for traces in ([older, newer], [newer, older]):
        history = of_kdniao(Traces=traces, State="3").news
        assert [news.where for news in history] == [Where.IN_TRANSIT, Where.DELIVERED]


def test_rows_may_name_their_own_state() -> None:
    assert of_kuaidi100(data=[ROW | {"status": "揽收"}]).news[0].where == Where.COLLECTED
    assert of_kdniao(Traces=[TRACE | {"Action": "1"}]).news[0].where == Where.COLLECTED


def test_of_too_long_a_history_the_newest_are_kept() -> None:
    rows = [
        TRACE | {"AcceptTime": f"2026-11-{n // 60 + 1:02d} 09:{n % 60:02d}:00"} for n in range(MAX_NEWS + 30)
    ]
    history = of_kdniao(Traces=rows).news
    assert len(history) == MAX_NEWS and history[-1].at > history[0].at
    (long,) = of_kdniao(Traces=[TRACE | {"AcceptStation": "长" * 5000}]).news
    assert len(long.words) == 500


CREDENTIALS = Credentials("1000000", "test-key")


def test_the_worked_examples() -> None:
    assert sign_data('{"Count":"0","Data":[]}', "test-key") == "Y2UxMGMyYjMxNTMyZjhjYTA1YTU1YjUzODVlN2Y5MTc="
    assert kuaidi100.sign('{"status":"polling"}', "SALT1") == "F4FAB4F29AF6C7B8D575D39EEC218E91"
    question = '{"com":"zhongtong","num":"75000000000001"}'
    assert kuaidi100.sign(question, "KEY1", "CUST1") == "9DB7CE87E35A2CAA96B0C64373BC7EA7"


def test_a_push_without_a_salt_is_believed_by_nobody() -> None:
    body = b"param=%7B%22status%22%3A%22polling%22%7D&sign=5121553B4514CC5BC14CD883BCC35AAE"
    with pytest.raises(BadSignature):
        kuaidi100.open_push(body, "")
    with pytest.raises(BadSignature):
        kuaidi100.open_push(body, "SALT1")


def test_a_push_for_another_merchant_is_none() -> None:
    with pytest.raises(Unknown):
        kdniao.read_push(json.dumps({"EBusinessID": "2", "Data": []}), CREDENTIALS, NOW)


def test_of_a_subscription_that_ended_the_caller_hears() -> None:
    result = {"com": "shunfeng", "nu": "SF1", "data": []}
    for status, is_over in (("polling", False), ("abort", True), ("shutdown", True)):
        (report,) = kuaidi100.read_push(json.dumps({"status": status, "lastResult": result}), NOW)
        assert report.is_over is is_over
    assert kuaidi100.read_push('{"status": "abort"}', NOW) == []
