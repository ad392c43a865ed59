"""Checks that the Chinese catalogue is complete: each string of the code is in it, translated, not fuzzy.

Strings are collected afresh in a copy of the project, so nothing in the checkout changes. Placeholders are
compared by gettext's own `msgfmt --check`.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
SOURCES = [
    "shop",
    "orders",
    "pickup",
    "aftersales",
    "notifications",
    "seeding",
    "templates",
    "static/js",
    "locale",
    "manage.py",
    "pyproject.toml",
]
CATALOGUES = Path("locale/zh_Hans/LC_MESSAGES")
DOMAINS = {"django": ["html", "txt", "py"], "djangojs": ["js"]}
MESSAGE = re.compile(r'^msgid ((?:".*"\n)+)', re.MULTILINE)
QUOTED = re.compile(r'^"(.*)"$', re.MULTILINE)
SHOWN = 40


def main() -> int:
    """Return 1 and name the strings when something is missing."""
    with tempfile.TemporaryDirectory(prefix="shop-translations-") as directory:
        copy = Path(directory)
        copy_sources(copy)
        problems = [problem for domain in DOMAINS for problem in check_domain(copy, domain)]
    problems += [problem for domain in DOMAINS for problem in check_compiled(domain)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def copy_sources(copy: Path) -> None:
    for name in SOURCES:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
        elif source.exists():
            shutil.copy(source, copy / name)


def check_domain(copy: Path, domain: str) -> list[str]:
    """Return a sentence per problem of one catalogue; a domain without strings needs none."""
    catalogue = copy / CATALOGUES / f"{domain}.po"
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    had_catalogue = catalogue.exists()
    extensions = [f"--extension={extension}" for extension in DOMAINS[domain]]
    options = ["--locale=zh_Hans", f"--domain={domain}", "--no-location", "--verbosity=0", *extensions]
    run([sys.executable, "manage.py", "makemessages", *options], copy)
    if not catalogue.exists():
        return []
    if not had_catalogue:
        return [f"{CATALOGUES / catalogue.name} does not exist."]
    checks = {"not translated": ["--untranslated"], "missing, or marked fuzzy": ["--only-fuzzy"]}
    problems = [
        f"{catalogue.name}: {what}: {message}"
        for what, option in checks.items()
        for message in list_messages(catalogue, option)[:SHOWN]
    ]
    return problems + check_placeholders(catalogue)


def list_messages(catalogue: Path, option: Sequence[str]) -> list[str]:
    """Return the source strings msgattrib selects, without the catalogue's header (an empty one)."""
    output = run(["msgattrib", "--no-obsolete", *option, str(catalogue)], catalogue.parent).stdout
    messages = ["".join(QUOTED.findall(lines)) for lines in MESSAGE.findall(output)]
    return [message for message in messages if message]


def check_placeholders(catalogue: Path) -> list[str]:
    command = ["msgfmt", "--check-format", "--check-header", "--output-file=/dev/null", str(catalogue)]
    result = subprocess.run(command, capture_output=True, text=True)
    return (
        [line.replace(str(catalogue), catalogue.name) for line in result.stderr.splitlines()]
        if result.returncode
        else []
    )


def check_compiled(domain: str) -> list[str]:
    """The compiled catalogue is committed, since a shop starts without gettext: it must say what the text says."""
    source = PROJECT / CATALOGUES / f"{domain}.po"
    compiled = source.with_suffix(".mo")
    if not source.exists():
        return []
    with tempfile.NamedTemporaryFile(suffix=".mo") as fresh:
        run(["msgfmt", f"--output-file={fresh.name}", str(source)], PROJECT)
        if compiled.exists() and compiled.read_bytes() == Path(fresh.name).read_bytes():
            return []
    return [f"{compiled.name} is out of date: run manage.py compilemessages."]


def run(command: Sequence[str], directory: Path) -> subprocess.CompletedProcess[str]:
    """Run a tool; end with its words when it fails."""
    result = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{command[0]} failed:\n{result.stdout}{result.stderr}")
    return result


if __name__ == "__main__":
    sys.exit(main())
