"""A page tells its browser what the alerts' script imports: that comes with it, and not one after the other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORT = re.compile(r"""from "\./([\w-]+)\.js";""")
LISTED = re.compile(r"{% for part in \[(.*?)\] %}\s*<link rel=\"modulepreload\"", re.DOTALL)


def find_imports(name: str) -> set[str]:
    found = set(IMPORT.findall((ROOT / f"static/js/{name}.js").read_text(encoding="utf-8")))
    return found.union(*map(find_imports, found))


def test_all_that_the_alerts_import_is_fetched_with_them() -> None:
    bar = (ROOT / "templates/notifications/_bar.html").read_text(encoding="utf-8")
    (listed,) = LISTED.findall(bar)
    assert set(re.findall(r'"([\w-]+)"', listed)) == find_imports("alerts")
