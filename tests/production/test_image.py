"""The image holds no demo, and the shop starts without it: the tree is copied as `docker build` copies it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from harness.processes import PROJECT
from tests.production.conftest import production_environment

Run = Callable[..., "subprocess.CompletedProcess[str]"]
LOAD_EVERYTHING = """
import shop.asgi, shop.celery
shop.celery.app.loader.import_default_modules()
print(*shop.celery.app.tasks)
"""


def copy_image(target: Path) -> None:
    """What the COPY lines of the first stage take from the build context, less what `.dockerignore` names."""
    patterns = (PROJECT / ".dockerignore").read_text().split()

    def list_ignored(folder: str, names: list[str]) -> list[str]:
        here = Path(folder).relative_to(PROJECT)
        return [name for name in names if any(fnmatch(str(here / name), pattern) for pattern in patterns)]

    build = (PROJECT / "Dockerfile").read_text().split("\nFROM ")[1]
    for line in build.splitlines():
        if line.startswith("COPY "):
            _copy, source, place = line.split()
            if (PROJECT / source).is_dir():
                shutil.copytree(PROJECT / source, target / place, ignore=list_ignored)
            else:
                shutil.copy(PROJECT / source, target / place)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("image")
    copy_image(directory)
    return directory


@pytest.fixture
def run(image: Path) -> Run:
    """Python with production's environment in the image's folder."""

    def call(*arguments: str, **changes: str) -> "subprocess.CompletedProcess[str]":
        environment = production_environment(PYTHONPATH="", DATA_DIR=str(image / "data"), **changes)
        return subprocess.run(
            [sys.executable, *arguments], cwd=image, env=environment, capture_output=True, text=True
        )

    return call


@pytest.fixture
def empty_database(django_db_blocker: Any) -> Iterator[str]:
    server, name = connection.settings_dict, f"image_of_{connection.settings_dict['NAME']}"
    password = f":{server['PASSWORD']}" if server["PASSWORD"] else ""
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"postgres://{server['USER']}{password}@{server['HOST']}:{server['PORT'] or 5432}/{name}"
        finally:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_the_demo_is_left_out_and_all_the_rest_is_there(image: Path) -> None:
    assert not (image / "shop" / "demo").exists() and not (image / "seeding").exists()
    rest = {path.name for path in (PROJECT / "shop").iterdir()} - {"demo", "__pycache__"}
    assert {path.name for path in (image / "shop").iterdir()} == rest


def test_it_migrates_and_passes_every_check(run: Run, empty_database: str) -> None:
    migrated = run("manage.py", "migrate", "--no-input", DATABASE_URL=empty_database)
    assert migrated.returncode == 0, migrated.stderr
    checked = run("manage.py", "check", "--deploy", "--database", "default", DATABASE_URL=empty_database)
    assert checked.returncode == 0, checked.stderr


def test_it_collects_static_files(run: Run, image: Path) -> None:
    # Compressing what no page of this test shows would take longer than the test.
    vendors = ("-i", "drf_spectacular_sidecar", "-i", "rest_framework", "-i", "redoc")
    collected = run(
        "manage.py", "collectstatic", "--no-input", *vendors, STATIC_ROOT=str(image / "static-built")
    )
    assert collected.returncode == 0, collected.stderr
    scripts = image / "static-built/js"
    (alerts,) = scripts.glob("alerts.*.js")
    imported = re.findall(r'from "\./(alerts-memory\.[0-9a-f]+\.js)"', alerts.read_text(encoding="utf-8"))
    assert [(scripts / name).is_file() for name in imported] == [True]


def test_web_and_workers_load_everything_they_run(run: Run) -> None:
    loaded = run("-c", LOAD_EVERYTHING)
    assert loaded.returncode == 0, loaded.stderr
    assert len(loaded.stdout.split()) > 10


def test_there_are_no_commands_of_the_demo(run: Run) -> None:
    folders = (PROJECT / "shop/demo", PROJECT / "seeding")
    of_demo = {path.stem for folder in folders for path in folder.glob("management/commands/[a-z]*.py")}
    listed = set(run("manage.py", "help", "--commands").stdout.split())
    assert {"deliver", "migrate"} <= listed
    assert "seed_demo" in of_demo and not of_demo & listed
