"""Getting a waybill, and getting it again."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import pytest
import requests
import zxingcpp
from PIL import Image

from shop.clients.errors import BadCredentials, Rejected, Unknown
from shop.clients.kdniao import KdNiao
from shop.clients.kuaidi100 import Kuaidi100
from shop.clients.waybills import Account, AlreadyUsed, Goods, WaybillProvider
from shop.demo.standins import StandInServer
from shop.demo.standins.couriers.kdniao import SANDBOX_PATH
from tests.clients.conftest import Demo
from tests.clients.couriers.conftest import RECEIVER, SENDER, SF, ZTO, ask, open_kdniao

ACCOUNTS = [
    ZTO,
    SF,
    Account("SF", "", pay_type=2, month_code="5710123456", provider_courier="shunfeng"),
    Account("YTO", "testyto", month_code="testytomonthcode", provider_courier="yuantong"),
    Account(
        *("STO", "teststo", "teststopwd"),
        send_site="teststosendsite",
        provider_courier="shentong",
        provider_channel="44",
    ),
    Account("JD", "testjd", warehouse="W1", trans_type=2, provider_courier="jd"),
    Account("JTSD", "testjtsd", "testpwd", delivery_method=3, provider_courier="jtexpress"),
    Account("DBL", "testdbl", delivery_method=1, provider_courier="debangkuaidi"),
    Account("EMS", "testems", "testpwd", provider_courier="ems"),
]


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.courier)
def test_a_parcel_gets_a_number_of_its_courier(
    provider: WaybillProvider, demo: Demo, account: Account
) -> None:
    waybill = provider.issue(ask(account=account))

    (row,) = demo.state()["waybills"]
    assert (waybill.code, waybill.courier) == ("P20261129-1", account.courier)
    assert (waybill.tracking_no, waybill.route_mark) == (row["number"], row["route_mark"])
    assert waybill.provider_order == row["provider_order"]


def test_kdniao_sends_the_label_itself(kdniao: KdNiao) -> None:
    waybill = kdniao.issue(ask())

    for told in (
        "中通快递",
        waybill.tracking_no,
        waybill.route_mark,
        "王五",
        "建国路 93 号",
        "杯子",
        "请轻放",
    ):
        assert told in waybill.label_html
    assert waybill.label_url == ""


def test_kuaidi100_sends_the_address_of_the_label_and_its_picture_is_fetched(kuaidi100: Kuaidi100) -> None:
    waybill = kuaidi100.issue(ask())

    page = requests.get(waybill.label_url, timeout=5)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "image/png")
    assert f'src="data:image/png;base64,{b64encode(page.content).decode()}"' in waybill.label_html
    picture = Image.open(BytesIO(page.content))
    assert {code.text for code in zxingcpp.read_barcodes(picture)} == {waybill.tracking_no}


def test_whatever_people_type_is_printed(provider: WaybillProvider, demo: Demo) -> None:
    odd = replace(RECEIVER, name="A&B <b>'+%\\\"#\x00", address="路\n" + "长" * 300, phone="+1 650-253-0000")

    provider.issue(ask(receiver=odd, goods=[Goods("50% 棉 & 麻" * 40, 1)], remark="快!" * 100))

    label = demo.state()["waybills"][0]["label"]
    assert "A＆B ＜b＞＇＋％＼＂＃" in label
    assert "＋1 650-253-0000" in label
    assert "长" * 98 in label and "长" * 100 not in label


def test_the_same_code_again_gives_the_same_waybill(provider: WaybillProvider, demo: Demo) -> None:
    first = provider.issue(ask())

    assert provider.issue(ask()) == first
    assert len(demo.state()["waybills"]) == 1
    assert demo.state()["calls"]["P20261129-1"]["issue"] == 2


def test_the_same_code_twenty_times_at_once_gives_one_waybill(provider: WaybillProvider, demo: Demo) -> None:
    with ThreadPoolExecutor(10) as pool:
        found = set(pool.map(lambda _try: provider.issue(ask()).tracking_no, range(20)))

    assert found == {row["number"] for row in demo.state()["waybills"]}
    assert len(found) == 1


def test_another_code_gets_another_number(provider: WaybillProvider) -> None:
    assert provider.issue(ask("P-1")).tracking_no != provider.issue(ask("P-2")).tracking_no


def test_kuaidi100_forgets_a_code_after_the_time_the_client_tells(
    kuaidi100: Kuaidi100, standins: StandInServer
) -> None:
    first = kuaidi100.issue(ask())
    seconds = kuaidi100.repeats_for.total_seconds()

    standins.world.ledger.write("UPDATE waybills SET made_at = made_at - ?", seconds - 60)
    assert kuaidi100.issue(ask()) == first
    standins.world.ledger.write("UPDATE waybills SET made_at = made_at - 120")
    assert kuaidi100.issue(ask()) != first


def test_kdniao_never_forgets_a_code(kdniao: KdNiao, standins: StandInServer) -> None:
    first = kdniao.issue(ask())
    standins.world.ledger.write("UPDATE waybills SET made_at = made_at - 864000")

    assert kdniao.repeats_for is None
    assert kdniao.issue(ask()) == first


def test_a_used_code_without_its_number_calls_a_person(kdniao: KdNiao, demo: Demo) -> None:
    first = kdniao.issue(ask())
    demo.post("behaviour", waybill_repeat_silent=True)

    for _try in range(10):
        with pytest.raises(AlreadyUsed):
            kdniao.issue(ask())

    assert kdniao.issue(ask("P-2")).tracking_no != first.tracking_no
    assert len(demo.state()["waybills"]) == 2


def test_a_code_that_another_courier_has_is_not_believed(kdniao: KdNiao) -> None:
    kdniao.issue(ask())

    with pytest.raises(Unknown, match="another parcel"):
        kdniao.issue(ask(account=SF))


def test_an_answer_about_another_parcel_is_not_believed_and_heals(kdniao: KdNiao, demo: Demo) -> None:
    demo.post("behaviour", waybill_foreign=True)
    with pytest.raises(Unknown, match="another parcel"):
        kdniao.issue(ask())

    demo.post("behaviour", waybill_foreign=False)
    assert kdniao.issue(ask()).tracking_no == demo.state()["waybills"][0]["number"]
    assert len(demo.state()["waybills"]) == 1


def test_a_number_given_twice_is_passed_on_for_the_caller_to_see(
    provider: WaybillProvider, demo: Demo
) -> None:
    first = provider.issue(ask("P-1"))
    demo.post("behaviour", waybill_duplicate=True)

    assert provider.issue(ask("P-2")).tracking_no == first.tracking_no


def test_a_refusal_comes_with_its_reason_and_issues_nothing(provider: WaybillProvider, demo: Demo) -> None:
    demo.post("behaviour", waybill_refusal="业务错误[没有可用套餐]")

    with pytest.raises(Rejected) as refusal:
        provider.issue(ask())

    assert refusal.value.message == "业务错误[没有可用套餐]"
    assert demo.state()["waybills"] == []


def test_what_a_refused_parcel_lacked_can_be_added_under_the_same_code(
    provider: WaybillProvider, demo: Demo
) -> None:
    with pytest.raises(Rejected):
        provider.issue(ask(sender=replace(SENDER, district="")))

    assert provider.issue(ask()).tracking_no
    assert len(demo.state()["waybills"]) == 1


@pytest.mark.parametrize("paths", [{"waybill_path": SANDBOX_PATH, "query_path": SANDBOX_PATH}])
def test_the_sandbox_has_one_path_for_everything(standins: StandInServer, paths: dict[str, str]) -> None:
    sandbox = open_kdniao(standins, **paths)

    sandbox.test()
    assert sandbox.issue(ask()).tracking_no


@pytest.mark.parametrize(
    "account", [replace(ZTO, provider_courier=""), replace(ZTO, pay_type=9)], ids=["courier", "payment"]
)
def test_kuaidi100_is_not_asked_what_it_cannot_understand(
    kuaidi100: Kuaidi100, demo: Demo, account: Account
) -> None:
    with pytest.raises(BadCredentials):
        kuaidi100.issue(ask(account=account))

    assert demo.state()["calls"] == {}
