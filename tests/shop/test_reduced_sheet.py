"""Tabler's sheet is reduced to what the console draws with, and nothing is drawn with what it lost."""

import json
import re
from pathlib import Path

from scripts.reduce_css import reduce_css

ROOT = Path(__file__).resolve().parents[2]
VENDORED = next((ROOT / "static/vendor").glob("tabler-[0-9]*/tabler.min.css"))
OWN = sorted((ROOT / "static/css").glob("*.css"))
PARTS = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "shop/console").glob("*.py"), ROOT / "shop/jinja.py"]
DRAWN = re.compile(r"""class="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\})*)\"""", re.DOTALL)
TAG, COMPUTED = re.compile(r"\{%.*?%\}", re.DOTALL), re.compile(r"\S*\{\{.*?\}\}\S*", re.DOTALL)
DEFINED = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
# Names for scripts and tests alone.
WITHOUT_LOOKS = {"bulk-all", "foot-notes", "help-aside", "job-watch", "search-help"}

SHEET = """@charset "UTF-8";/*! Somebody's
*/:root{--a:1px;--b:var(--a);--unused:var(--c);--c:url("data:x;{}")}
p,.btn{margin:var(--b)}.btn:not(.card,.row):hover,.btn:focus{margin:0}.card{margin:0}
@media print{.card{margin:0}.btn{margin:1px}}@media print{.card{margin:0}}
.btn:has(.icon){margin:0}[class*=btn-]{margin:0}[data-step]{margin:0}[data-bs-theme=dark] .btn{margin:2px}
@keyframes turn{from{margin:0}to{margin:1px}}"""


def read_defined(*sheets: Path) -> set[str]:
    return {name for sheet in sheets for name in DEFINED.findall(sheet.read_text(encoding="utf-8"))}


def read_drawn() -> set[str]:
    classes = (words for part in PARTS for words in DRAWN.findall(part.read_text(encoding="utf-8")))
    return {name for words in classes for name in COMPUTED.sub(" ", TAG.sub(" ", words)).split()}


def test_a_sheet_keeps_elements_and_the_named_classes_and_the_variables_they_use() -> None:
    kept = reduce_css(SHEET, {"btn"}).replace("\n", "")
    assert kept == (
        """@charset "UTF-8";/*! Somebody's*/:root{--a:1px;--b:var(--a);}p,.btn{margin:var(--b)}.btn:focus{margin:0}"""
        """@media print{.btn{margin:1px}}[data-bs-theme=dark] .btn{margin:2px}"""
    )


def test_every_class_that_is_drawn_has_looks() -> None:
    """One of Tabler's is added to `frontend/vendor.json`, and `scripts/vendor.py` run."""
    assert read_drawn() - read_defined(VENDORED, *OWN) == WITHOUT_LOOKS


def test_the_vendored_sheet_has_the_classes_that_are_listed_and_no_others() -> None:
    recipe = json.loads((ROOT / "frontend/vendor.json").read_text(encoding="utf-8"))
    listed = next(package["classes"] for package in recipe["packages"] if package["name"] == "@tabler/core")
    assert read_defined(VENDORED) >= set(listed)
    assert reduce_css(VENDORED.read_text(encoding="utf-8"), listed) == VENDORED.read_text(encoding="utf-8")
