"""One filled demo shop for all tests of `bin/run`: filling it takes longest."""

from collections.abc import Iterator

import pytest

from tests.embedded.run_command import RunCommand


@pytest.fixture(scope="package")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunCommand]:
    """A first start that filled the shop and was stopped by Ctrl-C; the tests start it again."""
    with RunCommand(tmp_path_factory.mktemp("run") / "data", "--buyers", "0") as run:
        run.wait_open()
        assert run.stop() == 0, run.output
        yield run
