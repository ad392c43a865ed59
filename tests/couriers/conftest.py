"""The pretend providers of e-waybills, and a shop that knows their keys."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.translation import override

from shop.clients.circuit import forget_circuits
from shop.demo.standins import StandInServer, run_in_thread
from shop.demo.standins.ledger import DEFAULT_BEHAVIOUR


@pytest.fixture
def in_english() -> Iterator[None]:
    """Sentences of services as these tests read them."""
    with override("en"):
        yield


@pytest.fixture(scope="session")
def provider_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInServer]:
    with run_in_thread(tmp_path_factory.mktemp("providers")) as server:
        yield server


@pytest.fixture
def providers(provider_server: StandInServer, settings: Any) -> StandInServer:
    """Both providers at their addresses, in their right mind."""
    provider_server.world.faults.clear()
    provider_server.world.ledger.set_behaviour(DEFAULT_BEHAVIOUR)
    settings.KDNIAO_URL = settings.KUAIDI100_URL = provider_server.base_url
    forget_circuits()
    return provider_server
