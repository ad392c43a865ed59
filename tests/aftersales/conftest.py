"""Every test here starts in an open shop with reasons and a return address, and ends with clean books."""

import pytest

from tests import cast
from tests.aftersales.cases import open_returns


@pytest.fixture(autouse=True)
def open_shop(books_are_clean: None, sent_tasks: list[tuple[str, int]]) -> None:
    cast.open_shop()
    open_returns()
