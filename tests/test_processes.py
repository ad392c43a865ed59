"""The shop's real processes start against private servers, die and come back when told to."""

from collections.abc import Iterator

import pytest

from harness.processes import ShopProcesses
from harness.servers import PrivatePostgres, PrivateRedis
from shop.demo.supervisor.shop import is_listening

pytestmark = pytest.mark.fault


@pytest.fixture(scope="module")
def processes() -> Iterator[ShopProcesses]:
    with (
        PrivatePostgres() as postgres,
        PrivateRedis() as private_redis,
        ShopProcesses(database_url=postgres.url, redis_url=private_redis.url) as shop,
    ):
        shop.migrate()
        shop.start("standins", "web", "web2", "worker", "deliver")
        yield shop


def test_two_web_processes_serve_the_same_database(processes: ShopProcesses) -> None:
    assert processes.health("web")["ok"]
    assert processes.health("web2")["database"] == "ok"
    assert processes.web_url("web") != processes.web_url("web2")


def test_a_killed_web_process_refuses_until_it_is_started(processes: ShopProcesses) -> None:
    processes.kill("web")
    assert not is_listening(processes.port("web"))
    processes.start("web")
    assert processes.health("web")["ok"]


def test_a_worker_is_ready_again_after_a_restart(processes: ShopProcesses) -> None:
    before = processes.pid("worker")
    processes.restart("worker")
    assert processes.pid("worker") != before
    assert processes.log_text("worker").count(" ready.") >= 2


def test_a_process_that_cannot_start_fails_with_its_log(processes: ShopProcesses) -> None:
    with (
        ShopProcesses(
            database_url="x://", redis_url="redis://127.0.0.1:9/0", extra_environment={"SECRET_KEY": ""}
        ) as broken,
        pytest.raises(AssertionError, match="SECRET_KEY is missing"),
    ):
        broken.start("web")


def test_management_commands_run_in_the_same_environment(processes: ShopProcesses) -> None:
    assert "[X]" in processes.manage("showmigrations", "orders").stdout
    with pytest.raises(AssertionError, match="no_such_command"):
        processes.manage("no_such_command")
