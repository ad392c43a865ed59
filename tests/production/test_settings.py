"""Outside the demo the shop refuses to start with a missing, default or weak secret."""

import pytest
from django.db import connection

from tests.production.conftest import KEY, Manage


def test_it_starts_with_secrets_of_its_own(manage: Manage) -> None:
    assert manage("check").returncode == 0


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATA_KEYS", "SEARCH_KEY"])
@pytest.mark.parametrize("value", ["", "change-me"])
def test_a_missing_or_default_secret_stops_it(manage: Manage, name: str, value: str) -> None:
    refused = manage("check", **{name: value})
    assert refused.returncode != 0
    assert f"{name} is missing or still a default" in refused.stderr


@pytest.mark.parametrize("weak", ["only-31-characters-are-too-few-", "a" * 60])
def test_a_weak_secret_key_stops_it(manage: Manage, weak: str) -> None:
    refused = manage("check", SECRET_KEY=weak)
    assert refused.returncode != 0
    assert "SECRET_KEY is too weak" in refused.stderr and weak not in refused.stderr


def test_the_demo_may_have_a_weak_one(manage: Manage) -> None:
    assert manage("check", SECRET_KEY="short", DEMO="1").returncode == 0


@pytest.mark.parametrize(
    "keys", [{"DATA_KEYS": "k1:c2hvcnQ="}, {"SEARCH_KEY": "c2hvcnQ="}, {"SEARCH_KEY_OLD": "c2hvcnQ="}]
)
def test_a_key_of_the_wrong_length_stops_it(manage: Manage, keys: dict[str, str]) -> None:
    refused = manage("check", **keys)
    assert refused.returncode != 0
    assert "must each hold 32 bytes" in refused.stderr and KEY not in refused.stderr


BUCKET = {"S3_BUCKET": "shop", "S3_ENDPOINT": "http://127.0.0.1:9", "S3_KEY": "key", "S3_SECRET": "secret"}


def test_it_starts_with_a_bucket(manage: Manage) -> None:
    assert manage("check", **BUCKET).returncode == 0


@pytest.mark.parametrize(
    "wrong",
    [{"S3_ENDPOINT": ""}, {"S3_ENDPOINT": "oss.example.com"}, {"S3_LINK_ENDPOINT": "oss.example.com"}],
)
def test_a_bucket_without_an_address_stops_it(manage: Manage, wrong: dict[str, str]) -> None:
    refused = manage("check", **BUCKET | wrong)
    assert refused.returncode != 0
    assert f"{next(iter(wrong))} must be an address like https://" in refused.stderr


@pytest.mark.parametrize("name", ["S3_KEY", "S3_SECRET"])
def test_a_bucket_without_its_key_stops_it(manage: Manage, name: str) -> None:
    refused = manage("check", **BUCKET | {name: ""})
    assert refused.returncode != 0 and f"{name} is missing" in refused.stderr


@pytest.mark.django_db
def test_the_deployment_check_is_clean(manage: Manage) -> None:
    server = connection.settings_dict
    login = server["USER"] + (f":{server['PASSWORD']}" if server["PASSWORD"] else "")
    place = f"{server['HOST'] or '127.0.0.1'}:{server['PORT'] or 5432}"
    database = f"postgres://{login}@{place}/{server['NAME']}"
    checked = manage(
        "check", "--deploy", "--database", "default", "--fail-level", "WARNING", DATABASE_URL=database
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout
