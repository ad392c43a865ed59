"""Every test here starts in an open shop with the pretend groups beside it, and ends with clean books."""

from collections.abc import Iterator
from typing import Any

import pytest

from shop.clients.circuit import forget_circuits
from shop.demo.standins import StandInServer, run_in_thread
from shop.demo.standins.ledger import DEFAULT_BEHAVIOUR
from shop.store.models import StoreSettings
from tests import cast
from tests.caching import forget_cached


@pytest.fixture(scope="session")
def group_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInServer]:
    with run_in_thread(tmp_path_factory.mktemp("robots")) as server:
        yield server


@pytest.fixture
def groups(group_server: StandInServer, settings: Any) -> StandInServer:
    """All three services at their addresses, in their right mind and without a memory."""
    world = group_server.world
    world.faults.clear()
    world.ledger.set_behaviour(DEFAULT_BEHAVIOUR)
    world.ledger.write("DELETE FROM robot_posts")
    for name in ("WECOM_ROBOT_URL", "DINGTALK_ROBOT_URL", "FEISHU_ROBOT_URL"):
        setattr(settings, name, group_server.base_url)
    forget_circuits()
    forget_cached()
    return group_server


@pytest.fixture(autouse=True)
def open_shop(
    transactional_db: None, books_are_clean: None, sent_tasks: list[tuple[str, int]], groups: StandInServer
) -> StoreSettings:
    return cast.open_shop()
