"""The pretend services of printers, and one that listens to a socket."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shop.clients.circuit import forget_circuits
from shop.clients.printers import feie as feie_client
from shop.clients.printers import yilianyun as yilianyun_client
from shop.clients.printers.escpos import Address, Escpos
from shop.clients.printers.feie import Feie
from shop.clients.printers.slips import Line, Printer, Slip
from shop.clients.printers.yilianyun import Yilianyun
from shop.demo.standins import StandInServer, print_in_thread, run_in_thread
from shop.demo.standins.ledger import DEFAULT_BEHAVIOUR

LINES = (
    Line("山野集", is_big=True, is_centred=True),
    Line("杯子 <大> ×2", is_bold=True),
    Line("合计 10.00"),
)
KINDS = ["feie", "yilianyun", "escpos"]


@pytest.fixture(scope="session")
def printer_server(key_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInServer]:
    folder = tmp_path_factory.mktemp("printers")
    for path in key_dir.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    with run_in_thread(folder) as server:
        yield server


@pytest.fixture(scope="session")
def printer_port(printer_server: StandInServer) -> Iterator[int]:
    with print_in_thread(printer_server.world) as port:
        yield port


@pytest.fixture
def standins(printer_server: StandInServer) -> StandInServer:
    """The same server for all tests, in its right mind and without a memory."""
    world = printer_server.world
    world.faults.clear()
    world.ledger.set_behaviour(DEFAULT_BEHAVIOUR)
    world.ledger.write("DELETE FROM prints")
    forget_circuits()
    return printer_server


@pytest.fixture
def feie(standins: StandInServer) -> Feie:
    return open_feie(standins)


@pytest.fixture
def yilianyun(standins: StandInServer) -> Yilianyun:
    return open_yilianyun(standins)


@pytest.fixture
def escpos(standins: StandInServer, printer_port: int) -> Escpos:
    return open_escpos(printer_port)


@pytest.fixture(params=KINDS)
def printer(request: pytest.FixtureRequest, standins: StandInServer, printer_port: int) -> Printer:
    """Each kind of printer in turn, with little patience."""
    if request.param == "escpos":
        return open_escpos(printer_port, timeout=0.4)
    if request.param == "feie":
        return open_feie(standins, timeout=0.4)
    return open_yilianyun(standins, timeout=0.4)


def open_feie(server: StandInServer, *, timeout: float = 5.0, **changes: str) -> Feie:
    made = server.world.printers
    credentials = feie_client.Credentials(made.feie_user, changes.get("ukey", made.feie_ukey))
    sn = changes.get("sn", made.feie_sn)
    return Feie(credentials, sn, base_url=server.base_url, timeout=timeout)


def open_yilianyun(server: StandInServer, *, timeout: float = 5.0, **changes: str) -> Yilianyun:
    made = server.world.printers
    credentials = yilianyun_client.Credentials(
        made.yilianyun_client_id,
        changes.get("secret", made.yilianyun_client_secret),
        changes.get("token", made.yilianyun_token),
    )
    machine = changes.get("machine", made.yilianyun_machine)
    return Yilianyun(credentials, machine, base_url=f"{server.base_url}/v2", timeout=timeout)


def open_escpos(port: int, **options: Any) -> Escpos:
    return Escpos(Address("127.0.0.1", port), may_be_near=True, answers_in=0.3, **options)


def slip(code: str = "20261129000001P1", *, lines: tuple[Line, ...] = LINES, copies: int = 1) -> Slip:
    return Slip(code, lines, copies)
