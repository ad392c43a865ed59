"""A file that can be downloaded once, asked for by several; and a file taken over while it is being deleted."""

from functools import partial
from io import BytesIO
from typing import Any

import pytest
from django.db.models import QuerySet

from shop import clock
from shop.actor import Actor
from shop.events.models import Event
from shop.files import loose
from shop.files.loose import delete_loose, take_up
from shop.files.models import LooseFile, Place, ProducedFile
from shop.files.produced import Description, produce_file, take_download
from shop.storage import get_store
from tests import cast
from tests.races.conftest import Rendezvous, codes_of, run_together

RACERS = 4


def produce_once() -> tuple[int, Actor]:
    owner = cast.make_staff("finance")
    described = Description("test", "a.csv", is_once=True)
    return produce_file(described, lambda out: out.write(b"a"), owner_id=owner.pk).pk, cast.actor_of(owner)


def test_one_of_several_gets_it() -> None:
    file_id, owner = produce_once()
    results = run_together([lambda: take_download(file_id, actor=owner)] * RACERS)
    assert codes_of(results) == ["downloaded"] * (RACERS - 1) + ["ok"]
    assert Event.objects.filter(verb="file.download").count() == 1


def test_without_the_lock_all_take_it_and_the_version_is_the_last_guard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The negative control."""
    file_id, owner = produce_once()
    meeting, save = Rendezvous(RACERS), ProducedFile.save_raised

    def save_together(file: ProducedFile, *fields: str) -> None:
        meeting.meet()
        save(file, *fields)

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows)
    monkeypatch.setattr(ProducedFile, "save_raised", save_together)
    results = run_together([lambda: take_download(file_id, actor=owner)] * RACERS)
    assert codes_of(results) == ["ok"] + ["stale"] * (RACERS - 1)


def _store_while_it_is_deleted(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], bool]:
    """A write that takes until after its hours: what became of it, and whether the file is there."""
    write, path = type(get_store(Place.PRIVATE)).write, "produced/ab/slow"

    def write_slowly(*args: Any) -> None:
        write(*args)
        row = LooseFile.objects.get()
        take_up(row.pk)
        delete_loose(row.pk)

    monkeypatch.setattr(type(get_store(Place.PRIVATE)), "write", write_slowly)
    store = partial(loose.store_file, Place.PRIVATE, path, BytesIO(b"a"), clock.now)
    return codes_of(run_together([store])), path in get_store(Place.PRIVATE).list_names()


def test_nobody_takes_over_what_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _store_while_it_is_deleted(monkeypatch) == (["storage_away"], False)


def test_without_the_check_a_row_names_a_file_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(loose, "_take_over", lambda _loose, own: own())
    assert _store_while_it_is_deleted(monkeypatch) == (["ok"], False)
