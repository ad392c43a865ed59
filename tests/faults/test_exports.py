"""A worker killed (SIGKILL) while it writes an export: another one begins anew, and one file comes of it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from orders.exports.models import Export, ExportState
from orders.exports.services.asking import Wish, ask_export
from shop import clock
from shop.files.models import ProducedFile
from tests import cast
from tests.faults.conftest import FaultShop, wait_until

pytestmark = pytest.mark.fault


@contextmanager
def notes_cannot_be_read() -> Iterator[None]:
    """Whoever reads the notes of orders waits, in the middle of a batch; on a connection of its own."""
    beside = connection.copy()
    beside.set_autocommit(False)
    try:
        with beside.cursor() as cursor:
            cursor.execute("LOCK TABLE orders_note IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        beside.close()


def _read(export_id: int) -> Export:
    return Export.objects.get(pk=export_id)


def test_killed_in_the_middle_it_leaves_one_file(shop: FaultShop) -> None:
    cast.paid_order()
    owner = cast.actor_of(cast.make_staff("owner"))
    wish = Wish("orders", "xlsx", ["number", "notes"], {"filter": {}})
    with notes_cannot_be_read():
        export = ask_export(wish, actor=owner, key="killed").pk
        wait_until(lambda: _read(export).total > 0)
        shop.processes.kill("worker")
    assert _read(export).state == ExportState.RUNNING
    shop.processes.start("worker")
    # Its lease runs out by itself; that time is set forward instead of waited for.
    Export.objects.filter(pk=export).update(lease_until=clock.now(), resume_at=clock.now())
    wait_until(lambda: _read(export).state == ExportState.DONE)
    done = _read(export)
    assert (done.tries, done.rows) == (2, done.total)
    assert [file.pk for file in ProducedFile.objects.filter(owner_id=owner.id)] == [done.file_id]
