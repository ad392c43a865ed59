"""Sheets speak to people: these tests read their words in English."""

import pytest


@pytest.fixture(autouse=True)
def english(in_english: None) -> None: ...
