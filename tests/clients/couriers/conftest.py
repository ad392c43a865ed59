"""Both providers of waybills at one pretend server, and parcels to ask waybills for."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shop.clients import kdniao as kdniao_client
from shop.clients import kuaidi100 as kuaidi100_client
from shop.clients.circuit import forget_circuits
from shop.clients.kdniao import KdNiao
from shop.clients.kuaidi100 import Kuaidi100
from shop.clients.waybills import Account, Goods, Party, Waybill, WaybillProvider, WaybillRequest
from shop.demo.standins import StandInServer, run_in_thread
from shop.demo.standins.ledger import DEFAULT_BEHAVIOUR

SENDER = Party("甲店", "057188990011", "浙江省", "杭州市", "西湖区", "文三路 478 号", "310000", "山野集")
RECEIVER = Party("王五", "13912345678", "北京市", "北京市", "朝阳区", "建国路 93 号", "100000")
ZTO = Account("ZTO", "testzto", "testztopwd", provider_courier="zhongtong")
SF = Account("SF", month_code="5710123456", pay_type=3, provider_courier="shunfeng")


@pytest.fixture(scope="session")
def courier_server(key_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInServer]:
    folder = tmp_path_factory.mktemp("couriers")
    for path in key_dir.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    with run_in_thread(folder) as server:
        yield server


@pytest.fixture
def standins(courier_server: StandInServer) -> StandInServer:
    """The same server for all tests, in its right mind and without a memory."""
    world = courier_server.world
    world.faults.clear()
    world.ledger.set_behaviour(DEFAULT_BEHAVIOUR)
    for table in ("waybills", "collections", "journeys", "calls"):
        world.ledger.write(f"DELETE FROM {table}")  # noqa: S608
    forget_circuits()
    return courier_server


@pytest.fixture
def kdniao(standins: StandInServer) -> KdNiao:
    return open_kdniao(standins)


@pytest.fixture
def kuaidi100(standins: StandInServer) -> Kuaidi100:
    return open_kuaidi100(standins)


@pytest.fixture(params=["kdniao", "kuaidi100"])
def provider(request: pytest.FixtureRequest) -> WaybillProvider:
    """Each provider in turn."""
    found: WaybillProvider = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["kdniao", "kuaidi100"])
def hasty(request: pytest.FixtureRequest, standins: StandInServer) -> WaybillProvider:
    """Each provider in turn, with little patience."""
    if request.param == "kdniao":
        return open_kdniao(standins, timeout=0.3)
    return open_kuaidi100(standins, timeout=0.3)


def open_kdniao(server: StandInServer, *, timeout: float = 5.0, **paths: str) -> KdNiao:
    made = server.world.couriers
    credentials = kdniao_client.Credentials(made.kdniao_business_id, made.kdniao_api_key)
    return KdNiao(credentials, site=kdniao_client.Site(server.base_url, **paths), timeout=timeout)


def open_kuaidi100(server: StandInServer, *, timeout: float = 5.0) -> Kuaidi100:
    made = server.world.couriers
    credentials = kuaidi100_client.Credentials(made.kuaidi100_key, made.kuaidi100_secret)
    return Kuaidi100(credentials, site=kuaidi100_client.Site(server.base_url), timeout=timeout)


def ask(code: str = "P20261129-1", *, account: Account = ZTO, **changes: Any) -> WaybillRequest:
    """A parcel with a cup."""
    parcel = WaybillRequest(code, account, SENDER, RECEIVER, [Goods("杯子", 2)], 500, "请轻放")
    return replace(parcel, **changes)


def void(provider: WaybillProvider, waybill: Waybill, *, account: Account = ZTO) -> None:
    provider.void(
        waybill.code,
        account=account,
        tracking_no=waybill.tracking_no,
        provider_order=waybill.provider_order,
    )
