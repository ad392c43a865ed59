"""Which tests two workers (`pytest -n 2`) share out between them, and which stay together."""

from pathlib import PurePath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

REAL_PROCESSES = frozenset({"browser", "embedded", "faults", "production"})


def find_place(nodeid: str) -> str:
    """The folder of real processes that a test is in, else its file: what is set up there is set up once."""
    path = nodeid.split("::", 1)[0]
    return min(REAL_PROCESSES.intersection(PurePath(path).parts), default=path)


class TogetherScheduling(LoadScopeScheduling):
    """Deals out places.

    `--dist loadgroup` would do, but writes the group into the id of a test, which pytest 9 does not let it.
    """

    def _split_scope(self, nodeid: str) -> str:
        return find_place(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> TogetherScheduling:
    return TogetherScheduling(config, log)


def order_slow_first(items: list[pytest.Item]) -> None:
    """The folders of real processes take longest: they are dealt out first."""
    items.sort(key=lambda item: find_place(item.nodeid) not in REAL_PROCESSES)
