"""Writing an export: once, under a lease, with the rights of who asked as they are then, in few queries."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.exports.models import Export, ExportState
from orders.exports.selectors import list_due_to_resume, list_unfetched
from orders.exports.services import writing
from orders.exports.services.asking import ask_export, cancel_export
from orders.exports.services.writing import LEASE, MOST_TRIES, write_export
from orders.exports.sheets import SHEETS
from orders.exports.sheets.base import Source
from orders.scope import orders_in_scope
from shop import clock
from shop.actor import Actor
from shop.errors import Refused
from shop.events.models import Event
from shop.files.models import LooseFile, ProducedFile
from shop.files.produced import KEPT_FOR, forget_produced, take_download
from shop.staff.models import StaffUser
from tests import cast
from tests.expect import refused
from tests.exports.conftest import read_table, wish, written


def test_an_export_is_asked_for_and_written(manager: Actor, sent_tasks: list[tuple[str, int]]) -> None:
    cast.paid_order()
    export = written(wish(), manager)
    assert (export.state, export.total, export.done, export.rows) == (ExportState.DONE, 1, 1, 1)
    assert export.sealed_parameters == "" and export.file is not None
    assert export.file.owner_id == manager.id and export.file.name.endswith(".xlsx")
    events = Event.objects.filter(kind="export", subject_id=export.pk).order_by("number")
    assert [event.verb for event in events] == ["export.ask", "export.start", "export.finish"]


def test_the_reason_for_full_values_stands_in_the_record(manager: Actor) -> None:
    export = written(wish(reason="给仓库打单"), manager)
    assert export.is_revealed
    event = Event.objects.get(kind="export", subject_id=export.pk, verb="export.reveal")
    assert "给仓库打单" in event.sealed


def test_who_may_not_reveal_exports_nothing_in_full() -> None:
    finance = cast.actor_of(cast.make_staff("finance"))
    with refused("forbidden"):
        ask_export(wish(reason="想看看"), actor=finance, key="one")
    assert not Export.objects.exists()


def test_who_may_not_export_does_not(manager: Actor) -> None:
    with refused("forbidden"):
        ask_export(wish(), actor=cast.actor_of(cast.make_staff("support")), key="one")


def test_the_same_press_twice_is_one_export_and_there_is_one_at_a_time(manager: Actor) -> None:
    export = ask_export(wish(), actor=manager, key="one")
    assert ask_export(wish(), actor=manager, key="one").pk == export.pk
    with refused("one_at_a_time"):
        ask_export(wish(), actor=manager, key="two")
    ask_export(wish(), actor=cast.actor_of(cast.make_staff("owner")), key="one")
    cancel_export(export.pk, actor=manager)
    ask_export(wish(), actor=manager, key="two")


def test_an_export_without_columns_is_refused(manager: Actor) -> None:
    with refused("no_columns"):
        ask_export(wish(columns=["nothing of ours"]), actor=manager, key="one")


class Killed(BaseException):
    """What a process that is killed does not live to handle."""


def break_off(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The worker is killed where it calls this function of `writing`."""

    def killed(*_args: Any, **_kwargs: Any) -> None:
        raise Killed

    monkeypatch.setattr(writing, name, killed)


@pytest.mark.parametrize("where", ["_read_batch", "_finish", "_fill", "_load_actor"])
def test_a_worker_killed_anywhere_leaves_one_file_in_the_end(
    manager: Actor, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    cast.paid_order()
    export = ask_export(wish(), actor=manager, key="one")
    with monkeypatch.context() as patched, pytest.raises(Killed):
        break_off(patched, where)
        write_export(export.pk)
    write_export(export.pk)
    assert Export.objects.get().state == ExportState.RUNNING  # The lease of the dead holds.
    assert not ProducedFile.objects.exists()
    with clock.at(clock.now() + LEASE):
        assert list_due_to_resume(clock.now(), (), 10) == [export.pk]
        write_export(export.pk)
        write_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.rows, ProducedFile.objects.count()) == (ExportState.DONE, 1, 1)


def test_what_is_broken_off_again_and_again_is_given_up(manager: Actor) -> None:
    export = ask_export(wish(), actor=manager, key="one")
    Export.objects.filter(pk=export.pk).update(tries=MOST_TRIES)
    write_export(export.pk)
    export.refresh_from_db()
    assert export.state == ExportState.FAILED and "again and again" in (export.reason or {})["en"]


def test_one_that_is_cancelled_while_it_is_written_gets_no_file(
    manager: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.paid_order()
    export = ask_export(wish(), actor=manager, key="one")
    cancel_while(monkeypatch, lambda: cancel_export(export.pk, actor=manager))
    write_export(export.pk)
    export.refresh_from_db()
    assert (export.state, ProducedFile.objects.count()) == (ExportState.CANCELLED, 0)


def cancel_while(monkeypatch: pytest.MonkeyPatch, cancel: Callable[[], object]) -> None:
    real = writing._read_batch

    def read(*args: Any) -> Any:
        cancel()
        return real(*args)

    monkeypatch.setattr(writing, "_read_batch", read)


def test_a_colleague_does_not_cancel_it(manager: Actor) -> None:
    export = ask_export(wish(), actor=manager, key="one")
    with refused("not_found"):
        cancel_export(export.pk, actor=cast.actor_of(cast.make_staff("finance")))
    cancel_export(export.pk, actor=cast.actor_of(cast.make_staff("owner")))


@pytest.mark.parametrize("change", [{"role": "support"}, {"is_active": False}])
def test_rights_are_read_again_when_it_is_written(manager: Actor, change: dict[str, Any]) -> None:
    export = ask_export(wish(), actor=manager, key="one")
    StaffUser.objects.filter(pk=manager.id).update(**change)
    write_export(export.pk)
    export.refresh_from_db()
    assert export.state == ExportState.FAILED and export.reason and export.file is None


def test_a_row_that_breaks_ends_it_with_a_sentence(manager: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.paid_order()
    monkeypatch.setattr(writing, "_read_batch", lambda *_args: [None])
    export = written(wish(), manager)
    assert export.state == ExportState.FAILED
    assert export.reason == {
        "zh-hans": "我们这边出错了，已记录。",
        "en": "Something went wrong on our side. It has been noted.",
    }


def test_while_the_store_of_files_is_away_it_waits(manager: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: Any, **_kwargs: Any) -> None:
        raise Refused("storage_away", "away", 503)

    monkeypatch.setattr(writing, "produce_file", away)
    export = written(wish(), manager)
    assert export.state == ExportState.RUNNING
    monkeypatch.undo()
    with clock.at(clock.now() + LEASE):
        write_export(export.pk)
    assert Export.objects.get().state == ExportState.DONE


def test_the_file_waits_until_it_is_fetched_and_goes_after_a_week(manager: Actor) -> None:
    export = written(wish(), manager)
    assert export.file and manager.id
    assert list(list_unfetched(manager.id)) == [export]
    take_download(export.file.pk, actor=manager)
    assert not list_unfetched(manager.id)
    assert Event.objects.filter(verb="file.download", subject_id=export.file.pk).count() == 1
    with clock.at(clock.now() + KEPT_FOR + timedelta(seconds=1)):
        forget_produced(export.file.pk)
    export.refresh_from_db()
    assert export.is_expired and LooseFile.objects.count() == 1


@pytest.mark.parametrize("sheet", list(SHEETS))
def test_a_batch_costs_as_many_queries_however_many_orders_are_in_it(sheet: str, manager: Actor) -> None:
    cast.shipped_order()
    few = count_queries(sheet, manager, "one")
    for _n in range(4):
        cast.shipped_order()
    assert count_queries(sheet, manager, "two") == few


def count_queries(sheet: str, actor: Actor, key: str) -> int:
    export = ask_export(wish(sheet, reason="x"), actor=actor, key=key)
    with CaptureQueriesContext(connection) as queries:
        write_export(export.pk)
    return len(queries)


def test_what_no_column_needs_is_not_read(manager: Actor) -> None:
    cast.shipped_order()
    export = ask_export(wish(columns=["number"]), actor=manager, key="one")
    with CaptureQueriesContext(connection) as queries:
        write_export(export.pk)
    asked = " ".join(query["sql"] for query in queries)
    assert "orders_orderline" not in asked and "payments_payment" not in asked and "orders_note" not in asked


def test_batches_hold_every_order_once(manager: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "BATCH", 2)
    numbers = [cast.paid_order().number for _n in range(5)]
    export = written(wish(columns=["number"]), manager)
    assert [row["Order number"] for row in read_table(export)] == numbers
    assert (export.done, export.rows) == (5, 5)


@pytest.mark.parametrize("sheet", list(SHEETS))
def test_no_cell_asks_the_database(sheet: str, manager: Actor) -> None:
    """Each column says what it reads: what it did not say would be a query for each row."""
    cast.shipped_order()
    orders = orders_in_scope(manager)
    ids = list(SHEETS[sheet].list_ids(orders))
    for column in SHEETS[sheet].columns.values():
        rows = list(SHEETS[sheet].read(Source(ids, orders, orders, column.needs, column.fields)))
        with CaptureQueriesContext(connection) as queries:
            for row in rows:
                column.tell(is_revealed=True)(row)
        assert len(queries) == 0, column.name


def test_what_is_read_may_come_from_the_replica_and_nothing_else(
    manager: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.paid_order()
    inside: list[bool] = []
    asked = {"_one_moment": [True], "lock_row": [False], "_load_actor": [False]}
    found: dict[str, list[bool]] = {name: [] for name in asked}

    @contextmanager
    def reading() -> Iterator[None]:
        inside.append(True)
        yield
        inside.pop()

    def watch(name: str) -> None:
        real = getattr(writing, name)

        def call(*args: Any, **more: Any) -> Any:
            found[name].append(bool(inside))
            return real(*args, **more)

        monkeypatch.setattr(writing, name, call)

    monkeypatch.setattr(writing, "reading", reading)
    for name in asked:
        watch(name)
    written(wish(), manager)
    assert found == asked


@pytest.mark.django_db(transaction=True)
def test_a_batch_is_read_as_of_one_moment() -> None:
    with writing._one_moment(), connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("repeatable read",)
        cursor.execute("SHOW transaction_read_only")
        assert cursor.fetchone() == ("on",)
