"""Proving id and key."""

import socket
from pathlib import Path

import pytest

from shop.clients import kdniao as kdniao_client
from shop.clients import kuaidi100 as kuaidi100_client
from shop.clients.errors import Rejected, Unknown, Unreachable
from shop.clients.kdniao import KdNiao
from shop.clients.kuaidi100 import Kuaidi100
from shop.clients.waybills import WaybillProvider
from shop.demo.standins import StandInServer, load_courier_credentials
from tests.clients.conftest import Demo


def test_the_right_keys_pass_and_nothing_is_issued(provider: WaybillProvider, demo: Demo) -> None:
    provider.test()

    assert demo.state()["waybills"] == []


@pytest.mark.parametrize(("business_id", "api_key"), [("wrong", ""), ("", "wrong")])
def test_a_wrong_id_or_key_of_kdniao_is_refused(
    standins: StandInServer, business_id: str, api_key: str
) -> None:
    made = standins.world.couriers
    wrong = kdniao_client.Credentials(business_id or made.kdniao_business_id, api_key or made.kdniao_api_key)

    with pytest.raises(Rejected, match="非法参数"):
        KdNiao(wrong, site=kdniao_client.Site(standins.base_url)).test()


@pytest.mark.parametrize(("key", "secret", "code"), [("wrong", "", "601"), ("", "wrong", "503")])
def test_a_wrong_key_or_secret_of_kuaidi100_is_refused(
    standins: StandInServer, key: str, secret: str, code: str
) -> None:
    made = standins.world.couriers
    wrong = kuaidi100_client.Credentials(key or made.kuaidi100_key, secret or made.kuaidi100_secret)

    with pytest.raises(Rejected) as refusal:
        Kuaidi100(wrong, site=kuaidi100_client.Site(standins.base_url)).test()

    assert refusal.value.code == code


@pytest.mark.parametrize("kind", ["timeout_before", "error_500", "truncated", "html", "gbk"])
def test_a_sick_answer_proves_nothing(hasty: WaybillProvider, demo: Demo, kind: str) -> None:
    demo.add_fault("/", kind, seconds=1)

    with pytest.raises(Unknown):
        hasty.test()


def test_where_nobody_listens_nothing_happened_and_no_secret_is_told() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        lost = f"http://127.0.0.1:{probe.getsockname()[1]}"
    providers: list[WaybillProvider] = [
        KdNiao(kdniao_client.Credentials("1", "the-secret"), site=kdniao_client.Site(lost)),
        Kuaidi100(kuaidi100_client.Credentials("1", "the-secret"), site=kuaidi100_client.Site(lost)),
    ]

    for provider in providers:
        with pytest.raises(Unreachable) as failure:
            provider.test()
        assert "the-secret" not in repr(failure.value) + repr(failure.value.__context__)


def test_the_demo_reads_the_same_credentials_as_the_server(standins: StandInServer, tmp_path: Path) -> None:
    made = load_courier_credentials(tmp_path)

    assert load_courier_credentials(tmp_path) == made
    assert made.kdniao_api_key not in repr(made)
    assert made != standins.world.couriers
