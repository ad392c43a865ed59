"""Outside the demo the shop refuses to start with a missing, default or weak secret."""

import pytest

from tests.databases import write_own_url
from tests.production.conftest import KEY, Manage

BUCKET = {"S3_BUCKET": "shop", "S3_ENDPOINT": "http://127.0.0.1:9", "S3_KEY": "key", "S3_SECRET": "secret"}
WEAK = ("only-31-characters-are-too-few-", "a" * 60)
SHORT = {"DATA_KEYS": "k1:c2hvcnQ=", "SEARCH_KEY": "c2hvcnQ=", "SEARCH_KEY_OLD": "c2hvcnQ="}
NO_ADDRESS = (
    ("S3_ENDPOINT", ""),
    ("S3_ENDPOINT", "oss.example.com"),
    ("S3_LINK_ENDPOINT", "oss.example.com"),
)
STOPPED = [
    *(
        ({name: value}, f"{name} is missing or still a default")
        for name in ("SECRET_KEY", "DATA_KEYS", "SEARCH_KEY")
        for value in ("", "change-me")
    ),
    *(({"SECRET_KEY": weak}, "SECRET_KEY is too weak") for weak in WEAK),
    *(({name: key}, "must each hold 32 bytes") for name, key in SHORT.items()),
    *((BUCKET | {name: wrong}, f"{name} must be an address like https://") for name, wrong in NO_ADDRESS),
    *((BUCKET | {name: ""}, f"{name} is missing") for name in ("S3_KEY", "S3_SECRET")),
]


@pytest.mark.parametrize(
    "changes",
    [{}, {"SECRET_KEY": "short", "DEMO": "1"}, BUCKET],
    ids=["secrets of its own", "a weak one in the demo", "a bucket"],
)
def test_it_starts_with(manage: Manage, changes: dict[str, str]) -> None:
    assert manage("check", **changes).returncode == 0


@pytest.mark.parametrize(("changes", "words"), STOPPED)
def test_a_secret_or_a_bucket_that_is_wrong_stops_it_and_is_not_told(
    manage: Manage, changes: dict[str, str], words: str
) -> None:
    refused = manage("check", **changes)
    assert refused.returncode != 0
    assert words in refused.stderr
    assert not [secret for secret in (KEY, *WEAK) if secret in refused.stderr]


@pytest.mark.django_db
def test_the_deployment_check_is_clean(manage: Manage) -> None:
    arguments = ("check", "--deploy", "--database", "default", "--fail-level", "WARNING")
    checked = manage(*arguments, DATABASE_URL=write_own_url())
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout
