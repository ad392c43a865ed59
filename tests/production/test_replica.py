"""Lists and exports may be read from a replica; whatever is in doubt is read from the primary."""

import json
import shutil
from pathlib import Path

import pytest

from tests.production.conftest import Manage

READ = """
import json
from django.db import transaction
from shop import clock
from shop.customers.models import Customer
from shop.database.replica import reading

def count():
    return Customer.objects.count()

with reading():
    inside = count()
    made = Customer.objects.create(openid="new", created_at=clock.now())
with transaction.atomic(), reading():
    in_transaction = count()
answer = {"inside": inside, "outside": count(), "in_transaction": in_transaction, "written_to": made._state.db}
with reading():
    print(json.dumps(answer | {"inside_later": count()}))
"""


@pytest.fixture
def primary(manage: Manage, tmp_path: Path) -> dict[str, str]:
    """A primary with one customer, and the environment that names it."""
    urls = {"DATABASE_URL": f"sqlite:///{tmp_path}/primary.sqlite3"}
    assert manage("migrate", "--no-input", **urls).returncode == 0
    shutil.copy(tmp_path / "primary.sqlite3", tmp_path / "replica.sqlite3")
    return urls


def read(manage: Manage, **urls: str) -> dict[str, object]:
    done = manage("shell", "-v", "0", "-c", READ, **urls)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_reading_asks_the_replica_and_writing_the_primary(
    manage: Manage, primary: dict[str, str], tmp_path: Path
) -> None:
    answer = read(manage, **primary, REPLICA_URL=f"sqlite:///{tmp_path}/replica.sqlite3")
    # The replica here is a copy that never learns of the new customer.
    assert answer == {
        "inside": 0,
        "inside_later": 0,
        "outside": 1,
        "in_transaction": 1,
        "written_to": "default",
    }


def test_a_replica_that_is_away_is_replaced_by_the_primary(manage: Manage, primary: dict[str, str]) -> None:
    answer = read(manage, **primary, REPLICA_URL="postgres://shop@127.0.0.1:9/shop")
    assert answer["inside_later"] == answer["outside"] == 1


def test_without_a_replica_the_primary_answers(manage: Manage, primary: dict[str, str]) -> None:
    assert read(manage, **primary)["inside_later"] == 1
