"""The pretend services of printers and the one at a socket, and printers of a shop that knows their keys."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shop.clients.circuit import forget_circuits
from shop.demo.standins import StandInServer, print_in_thread, run_in_thread
from shop.demo.standins.ledger import DEFAULT_BEHAVIOUR
from shop.printers.models import Printer
from shop.printers.services.printers import add_printer
from tests.cast import clerk

Add = Callable[..., Printer]


@pytest.fixture(scope="session")
def service_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInServer]:
    with run_in_thread(tmp_path_factory.mktemp("printers")) as server:
        yield server


@pytest.fixture(scope="session")
def paper_port(service_server: StandInServer) -> Iterator[int]:
    with print_in_thread(service_server.world) as port:
        yield port


@pytest.fixture
def services(service_server: StandInServer, paper_port: int, settings: Any) -> StandInServer:
    """Both services at their addresses, in their right mind and without a memory; a printer may be at this machine."""
    world = service_server.world
    world.faults.clear()
    world.ledger.set_behaviour(DEFAULT_BEHAVIOUR)
    world.ledger.write("DELETE FROM prints")
    settings.FEIE_URL, settings.YILIANYUN_URL = service_server.base_url, f"{service_server.base_url}/v2"
    settings.DEMO = True
    forget_circuits()
    return service_server


@pytest.fixture
def add(services: StandInServer, paper_port: int) -> Add:
    """Add a printer of a kind with the credentials that its stand-in knows."""
    made = services.world.printers
    known = {
        "feie": {"device": made.feie_sn, "account": made.feie_user, "key": made.feie_ukey},
        "yilianyun": {
            "device": made.yilianyun_machine,
            "account": made.yilianyun_client_id,
            "key": made.yilianyun_client_secret,
        },
        "escpos": {"device": f"127.0.0.1:{paper_port}"},
    }

    def add(kind: str, **changes: Any) -> Printer:
        return add_printer(kind, {"name": "前台", **known[kind], **changes}, actor=clerk("manager"))

    return add


def list_prints(server: StandInServer) -> list[dict[str, Any]]:
    """What came out or waits at the pretend printers."""
    return server.world.ledger.find_all("SELECT * FROM prints ORDER BY id")
