"""`scripts/check_translations.py` finds every way in which the Chinese catalogue can fall behind."""

import subprocess
from pathlib import Path

import pytest

from scripts import check_translations

MANAGE = """
import sys
from django.conf import settings
from django.core.management import execute_from_command_line
settings.configure(LOCALE_PATHS=["locale"], USE_I18N=True)
execute_from_command_line(sys.argv)
"""
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
CODE = 'from django.utils.translation import gettext as _\n_("Ship")\n_("%(count)d orders")\n'
COMPLETE = """#: x
msgid "Ship"
msgstr "发货"

#, python-format
msgid "%(count)d orders"
msgstr "%(count)d 个订单"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(check_translations, "PROJECT", tmp_path)
    write(tmp_path / "manage.py", MANAGE)
    write(tmp_path / "shop" / "texts.py", CODE)
    write_catalogue(tmp_path, COMPLETE)
    return tmp_path


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def write_catalogue(project: Path, entries: str) -> None:
    source = project / check_translations.CATALOGUES / "django.po"
    write(source, HEADER + entries)
    subprocess.run(["msgfmt", f"--output-file={source.with_suffix('.mo')}", str(source)], check=True)


def test_a_complete_catalogue_passes(project: Path) -> None:
    assert check_translations.main() == 0


def test_a_compiled_catalogue_that_says_something_else_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / check_translations.CATALOGUES / "django.mo").write_bytes(b"old")
    assert check_translations.main() == 1
    assert "django.mo is out of date" in capsys.readouterr().out


def test_a_missing_catalogue_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / check_translations.CATALOGUES / "django.po").unlink()
    assert check_translations.main() == 1
    assert "django.po does not exist" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        (COMPLETE.replace("发货", ""), "not translated: Ship"),
        (COMPLETE.partition("\n\n")[2], "not translated: Ship"),
        (COMPLETE.replace("#: x", "#, fuzzy"), "fuzzy: Ship"),
        (COMPLETE.replace("%(count)d 个", "%(number)d 个"), "count"),
        (COMPLETE.replace("%(count)d 个", "几个"), "format specification"),
    ],
)
def test_what_falls_short_is_named(
    project: Path, capsys: pytest.CaptureFixture[str], entries: str, sentence: str
) -> None:
    write_catalogue(project, entries)
    assert check_translations.main() == 1
    assert sentence in capsys.readouterr().out


def test_strings_of_templates_and_scripts_count(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project / "templates" / "page.html", '{% load i18n %}{% translate "Confirm" %}')
    write(project / "static" / "js" / "page.js", 'show(gettext("Saved"));')
    assert check_translations.main() == 1
    output = capsys.readouterr().out
    assert "not translated: Confirm" in output
    assert "djangojs.po does not exist" in output


def test_the_checkout_stays_as_it_is(project: Path) -> None:
    before = {file: file.read_bytes() for file in project.rglob("*") if file.is_file()}
    write_catalogue(project, "")
    check_translations.main()
    write_catalogue(project, COMPLETE)
    assert before == {file: file.read_bytes() for file in project.rglob("*") if file.is_file()}
