"""The measuring scripts as somebody calls them: help without any environment, and small runs of each."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.kit.past.history import fill
from bench.kit.peers import PAGES
from harness.processes import PROJECT, run_python
from harness.servers import PrivateRedis
from shop.store.models import PickupStore
from tests.databases import write_own_url

SCRIPTS = sorted(path.stem for path in (PROJECT / "bench").glob("*.py") if path.stem != "__init__")
Call = Callable[..., "subprocess.CompletedProcess[str]"]


def call(*arguments: str, cwd: Path = PROJECT, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Python with this environment and nothing else."""
    return run_python(*arguments, cwd=cwd, environment=environment)


def by_path(name: str) -> str:
    return str(PROJECT / "bench" / f"{name}.py")


def test_the_scripts_are_there() -> None:
    assert [
        *("alerts", "bills", "desk", "exports", "fill", "gateway"),
        *("live", "pages", "pickup", "place", "sheets", "shipping", "tracking"),
    ] == SCRIPTS


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_needs_no_environment(name: str, tmp_path: Path) -> None:
    answers = [call(by_path(name), "--help", cwd=tmp_path), call("-m", f"bench.{name}", "--help")]
    for answer in answers:
        assert (answer.returncode, answer.stderr) == (0, "")
        assert answer.stdout.startswith("usage: ")
        assert f"python bench/{name}.py" in answer.stdout
    assert answers[0].stdout == answers[1].stdout


# Pages are asked of a shop that runs, wherever its database is.
@pytest.mark.parametrize("name", sorted({*SCRIPTS} - {"pages"}))
def test_what_is_not_set_is_named(name: str) -> None:
    answer = call(by_path(name))
    assert answer.returncode == 1
    missing = (
        "DATABASE_URL, REDIS_URL" if name in ("alerts", "gateway", "live", "tracking") else "DATABASE_URL"
    )
    assert answer.stderr == f"Not set: {missing}. --help shows an example.\n"


@pytest.fixture
def measure(transactional_db: None) -> Iterator[Call]:
    """Call a script on a filled shop, with nothing but its servers named; it must succeed."""
    fill(1_000, days=300)
    with PrivateRedis() as redis:

        def run(name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
            servers = {"DATABASE_URL": write_own_url(), "REDIS_URL": redis.url}
            answer = call(by_path(name), *arguments, PATH=os.environ["PATH"], **servers)
            assert answer.returncode == 0, answer.stdout + answer.stderr
            return answer

        yield run


@pytest.mark.fault
def test_no_alert_is_lost_when_a_web_process_dies(measure: Call) -> None:
    shown = measure("alerts", "--consoles", "6", "--orders", "6").stdout
    lost = [row.split(" | ")[-2] for row in shown.splitlines() if "none lost" in row]
    assert lost == ["0", "0", "0"], shown
    # Without this nobody would have been cut off.
    assert "\n3 consoles connected again" in shown


@pytest.mark.fault
def test_a_change_wakes_its_readers_and_nobody_else(measure: Call) -> None:
    shown = measure("live", "--consoles", "6", "--topics", "3", "--changes", "3", "--rate", "2").stdout
    row = shown.splitlines()[-1].strip("| ").split(" | ")
    assert (row[:4], row[-3:-1]) == (["6", "3", "3", "6"], ["0", "0"]), shown


@pytest.mark.fault
def test_the_desk_is_measured_beside_bare_sql_and_peers(measure: Call, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    shown = measure("desk", "--rounds", "1", "--seconds", "0.5", "--workers", "1", "--save", str(kept)).stdout
    assert shown.startswith("1,000 orders, 1 rounds")
    peers = shown.partition("Others at 1,000,000 orders, ours at 1,000")[2]
    assert [page for page in PAGES if f"| {page} |" not in peers] == []
    assert "tabs and queues |" in shown
    again = call(by_path("desk"), "--table", str(kept), str(kept))
    assert again.stdout.startswith("| page | p50 ms at 1,000 | p50 ms at 1,000 |")


@pytest.mark.fault
def test_placing_in_every_way_oversells_nothing(measure: Call, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    shown = measure("place", "--seconds", "0.5", "--workers", "1", "--save", str(kept)).stdout
    assert shown.startswith("| way | a second at 1,000 | of bare SQL | promised |")
    assert "orders placed, 0 SKUs oversold" in shown
    assert call(by_path("place"), "--table", str(kept)).stdout == shown


@pytest.mark.fault
def test_a_pickup_code_is_measured_beside_bare_sql_and_nothing_of_it_stays(measure: Call) -> None:
    shown = measure("pickup", "--codes", "5").stdout
    assert shown.startswith("1,000 orders, ")
    assert [row.split(" | ")[0].strip("| ") for row in shown.splitlines()[4:]] == [
        *("scanned link", "typed code", "wrong code"),
    ]
    assert not PickupStore.objects.exists()


@pytest.mark.fault
def test_pushes_are_taken_in_and_read_while_a_page_is_looked_at(measure: Call) -> None:
    shown = measure("tracking", "--pushes", "12", "--senders", "2").stdout
    facts = dict(line.strip().rsplit("  ", 1) for line in shown.splitlines() if line.startswith("  refused"))
    assert [value.strip() for value in facts.values()] == ["0"], shown
    assert "books of tracking: clean" in shown
