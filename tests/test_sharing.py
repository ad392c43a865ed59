"""Two workers share out the tests as `tests/sharing.py` says, with this very pytest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.processes import PROJECT
from tests.sharing import find_place

TESTS = """
import os, pathlib, pytest

@pytest.mark.parametrize("n", range(12))
def test_one(n):
    with open(os.environ["SEEN"], "a") as seen:
        seen.write(f"{pathlib.Path(__file__).parent.name} {os.environ['PYTEST_XDIST_WORKER']}\\n")
"""


@pytest.mark.parametrize(
    ("nodeid", "place"),
    [
        ("tests/browser/test_a.py::test_b[faults]", "browser"),
        ("tests/faults/deep/test_a.py::TestB::test_c", "faults"),
        ("tests/orders/test_a.py::test_b", "tests/orders/test_a.py"),
    ],
)
def test_real_processes_are_shared_by_their_folder_and_all_else_by_its_file(nodeid: str, place: str) -> None:
    assert find_place(nodeid) == place


def test_a_place_stays_with_one_worker(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.sharing import pytest_xdist_make_scheduler\n")
    for path in ("browser/test_a.py", "browser/test_b.py", "orders/test_c.py"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(TESTS)
    plain = ["-p", "no:django", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path)]
    command = [sys.executable, "-m", "pytest", *plain, "-n", "2", "--dist", "loadscope", str(tmp_path)]
    seen = tmp_path / "seen"
    environment = os.environ | {"PYTHONPATH": str(PROJECT), "SEEN": str(seen), "PYTEST_ADDOPTS": ""}
    environment.pop("PYTEST_XDIST_WORKER", None)
    subprocess.run(command, check=True, env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL)
    lines = seen.read_text().splitlines()
    assert len(lines) == 36 and len(set(lines)) == 2
