"""Every test here has a shop that the pretend WeChat pays, and ends with clean books."""

from pathlib import Path
from typing import Any

import pytest

from tests.gateway import Gateway


@pytest.fixture
def bills(
    transactional_db: None,
    books_are_clean: None,
    sent_tasks: list[tuple[str, int]],
    gateway: Gateway,
    settings: Any,
    tmp_path: Path,
) -> Gateway:
    settings.PRIVATE_ROOT = tmp_path / "private"
    for emptying in ("DELETE FROM refunds", "DELETE FROM trades", "DELETE FROM bill_files"):
        gateway.server.world.ledger.write(emptying)
    gateway.behave(bills_at_once=True)
    return gateway
