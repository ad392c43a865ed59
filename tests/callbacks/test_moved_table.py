"""The record of callbacks moved to an app of its own: its table, its rows and code of the version before go on."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from shop import clock
from shop.callbacks.models import Callback

BEFORE = [("callbacks", None), ("payments", "0008_drop_close_failures")]


def migrate(targets: list[tuple[str, str | None]]) -> Any:
    """The models as they are after these migrations."""
    executor = MigrationExecutor(connection)
    return executor.migrate(targets).apps


@pytest.fixture
def _migrated() -> Iterator[None]:
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def keep(model: Any, nonce: str) -> None:
    model.objects.create(
        provider="wechat", nonce=nonce, is_accepted=True, subject="1-1", body="{}", received_at=clock.now()
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_migrated")
def test_rows_stay_through_the_move_and_back() -> None:
    keep(Callback, "new")
    former = migrate(BEFORE).get_model("payments", "GatewayNotice")
    assert list(former.objects.values_list("nonce", flat=True)) == ["new"]
    former.objects.update(code="seen")
    migrate([("callbacks", "0002_wider_provider"), ("payments", "0009_callbacks_moved")])
    assert list(Callback.objects.values_list("nonce", "code")) == [("new", "seen")]
    assert Callback.objects.get().body == "{}"


@pytest.mark.django_db
def test_a_process_of_the_version_before_goes_on_with_the_new_schema() -> None:
    executor = MigrationExecutor(connection)
    state = executor.loader.project_state([("payments", "0008_drop_close_failures")])
    former = state.apps.get_model("payments", "GatewayNotice")
    former.objects.bulk_create(
        [former(provider="wechat", nonce="old", is_accepted=True, received_at=clock.now())]
    )
    assert Callback.objects.get().nonce == "old"
