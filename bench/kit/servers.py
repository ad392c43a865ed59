"""Processes of the shop on this script's own environment, which end with it."""

import contextlib
import os
from collections.abc import Iterator

from harness.processes import ShopProcesses


@contextlib.contextmanager
def running(*names: str, workers: int = 1) -> Iterator[ShopProcesses]:
    """These processes of a shop, which serve; each console has so many web processes."""
    shop = ShopProcesses(
        database_url=os.environ["DATABASE_URL"],
        redis_url=os.environ["REDIS_URL"],
        web_options=["--workers", str(workers), "--no-access-log"],
    )
    # This script's own questions may take long; those of the shop may not.
    shop.environment.pop("DATABASE_PATIENCE_S", None)
    with shop:
        shop.start(*names)
        yield shop


@contextlib.contextmanager
def console_at(url: str, workers: int) -> Iterator[str]:
    """The address of the console that runs there; without one, of a console that lives as long as the block."""
    if url:
        yield url.rstrip("/")
        return
    with running("web", workers=workers) as shop:
        yield shop.web_url()
