"""What is sent of names, addresses, codes and accounts."""

from dataclasses import replace

import pytest

from shop.clients.errors import BadCredentials
from shop.clients.waybills import Account, WaybillProvider, clean_phone, clean_value, shorten
from shop.demo.standins.couriers.kdniao import FORBIDDEN
from tests.clients.couriers.conftest import ZTO, ask

CLEANED = [
    ("王五", "王五"),
    ("A&B \"C\" 'D' #1 <5%> +\\", "A＆B ＂C＂ ＇D＇ ＃1 ＜5％＞ ＋＼"),
    ("一行\r\n二行\t三", "一行 二行 三"),
    ("a \u200b b\u202e\x00\ud800c", "a bc"),
    ("  ", ""),
    ("𠮷野家 👩\u200d🍳", "𠮷野家 👩🍳"),
]


@pytest.mark.parametrize(("text", "clean"), CLEANED)
def test_what_is_refused_goes_in_full_width_and_what_is_not_seen_goes(text: str, clean: str) -> None:
    assert clean_value(text) == clean
    assert clean_value(clean) == clean
    assert not FORBIDDEN.search(clean)


def test_a_long_text_is_cut_after_cleaning() -> None:
    assert shorten("一\u200b二 三四", 3) == "一二"
    assert len(shorten("路" * 300, 100)) == 100


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("13912345678", "13912345678"),
        ("+86 139-1234-5678", "13912345678"),
        ("0571-88990011", "0571-88990011"),
        ("13912345678-4321", "13912345678-4321"),
        ("139 1234 5678 转 4321 请勿晚上打", "139 1234 5678 转 4321"),
        ("１３９１２３４５６７８", "１３９１２３４５６７８"),
    ],
)
def test_a_mobile_number_is_eleven_digits_and_others_stay(typed: str, sent: str) -> None:
    assert clean_phone(typed) == sent


@pytest.mark.parametrize("code", ["", "a" * 31, "a b", "a_b", "单1", "a\n"])
def test_a_code_that_providers_refuse_is_a_mistake_of_ours(code: str) -> None:
    with pytest.raises(ValueError, match="code of a waybill"):
        ask(code)


@pytest.mark.parametrize(
    "field", ["customer_name", "customer_pwd", "month_code", "send_site", "warehouse", "product"]
)
def test_an_account_is_sent_as_it_is_or_not_at_all(provider: WaybillProvider, field: str) -> None:
    with pytest.raises(BadCredentials):
        provider.issue(ask(account=replace(ZTO, **{field: "a+b"})))


def test_no_description_of_an_account_tells_its_secrets() -> None:
    account = Account("YTO", "testyto", "the-password", "the-month-code")

    assert "the-" not in repr(account)
