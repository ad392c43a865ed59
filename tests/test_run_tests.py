"""The list of checks: one for `bin/test`, for `bin/test --static` and for pre-commit."""

import pytest
import yaml

from harness.processes import PROJECT
from scripts.run_tests import STATIC, choose_database, choose_steps


def test_static_is_everything_but_the_tests() -> None:
    everything = choose_steps([])
    assert choose_steps([STATIC]) == everything[:-1]
    assert everything[-1][0] == "tests (pytest)"


def test_other_arguments_are_for_pytest_alone() -> None:
    ((name, command),) = choose_steps(["tests/orders", "-x"])
    assert name == "tests (pytest)" and command[-2:] == ["tests/orders", "-x"]


def test_the_database_of_a_demo_is_no_place_for_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////var/shop.sqlite3")
    with pytest.raises(SystemExit, match="unset DATABASE_URL"), choose_database():
        pass


def test_a_commit_is_looked_at_by_the_same_list_and_fetches_nothing() -> None:
    described = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())
    (repo,) = described["repos"]
    assert repo["repo"] == "local"
    assert [(hook["entry"], hook["language"]) for hook in repo["hooks"]] == [(f"bin/test {STATIC}", "system")]
