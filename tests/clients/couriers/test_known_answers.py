"""Vectors computed by others than the code under test."""

import pytest

from shop.clients import kdniao, kuaidi100
from shop.demo.standins.couriers.envelope import sign_kdniao, sign_kuaidi100

KDNIAO_SIGNS = [
    ('{"LogisticCode":"SF1"}', "test-key", "NmU0ZGJhMzFmNzI5NTg3MDNlNjY0ZDJhNTYyOTk2Njg="),
    ('{"Name":"张三"}', "test-key", "YjRiMzFkNWIwOGVkNTc0MTA3NmE2ZjVkZjBlYzgwYTY="),
    ('{"Count":"0","Data":[]}', "test-key", "Y2UxMGMyYjMxNTMyZjhjYTA1YTU1YjUzODVlN2Y5MTc="),
    (
        '{"OrderCode":null,"ShipperCode":"SF","LogisticCode":"118650888018"}',
        "00000000-0000-0000-0000-000000000000",
        "YjQ4MmJlMjgzYjA0ZGY4ODUxYjgwMzc4MTY0YzY0MzU=",
    ),
]
KUAIDI100_PARAM = '{"kuaidicom":"zhongtong"}'
KUAIDI100_SIGN = "520BDDAAE974FF95F5030FE893BE67D7"
MOMENT_MS = 1_700_000_000_000


@pytest.mark.parametrize(("text", "key", "sign"), KDNIAO_SIGNS)
def test_client_and_stand_in_each_sign_as_kdniao_does(text: str, key: str, sign: str) -> None:
    assert kdniao.sign_data(text, key) == sign
    assert sign_kdniao(text.encode(), key) == sign.encode()


def test_a_kdniao_form_is_encoded_once() -> None:
    credentials = kdniao.Credentials("1000000", "test-key")

    assert kdniao.write_envelope(credentials, "2002", {"LogisticCode": "SF1"}) == (
        b"RequestData=%7B%22LogisticCode%22%3A%22SF1%22%7D&EBusinessID=1000000&RequestType=2002"
        b"&DataSign=NmU0ZGJhMzFmNzI5NTg3MDNlNjY0ZDJhNTYyOTk2Njg%3D&DataType=2"
    )


def test_client_and_stand_in_each_sign_as_kuaidi100_does() -> None:
    credentials = kuaidi100.Credentials("KEY1", "SECRET1")

    assert kuaidi100.sign_param(KUAIDI100_PARAM, str(MOMENT_MS), credentials) == KUAIDI100_SIGN
    stand_ins = sign_kuaidi100(KUAIDI100_PARAM.encode(), str(MOMENT_MS).encode(), "KEY1", "SECRET1")
    assert stand_ins == KUAIDI100_SIGN.encode()


def test_a_kuaidi100_form_holds_the_text_that_was_signed() -> None:
    credentials = kuaidi100.Credentials("KEY1", "SECRET1")
    form = kuaidi100.write_envelope(credentials, "order", {"kuaidicom": "zhongtong"}, moment_ms=MOMENT_MS)

    assert form == (
        b"method=order&key=KEY1&t=1700000000000&param=%7B%22kuaidicom%22%3A%22zhongtong%22%7D"
        b"&sign=" + KUAIDI100_SIGN.encode()
    )
