"""A shop with couriers, read in English."""

import pytest

from tests.cast import open_shop


@pytest.fixture(autouse=True)
def shop(db: None, books_are_clean: None, sent_tasks: list[tuple[str, int]], in_english: None) -> None:
    open_shop()
