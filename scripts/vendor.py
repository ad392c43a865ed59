"""Copy the browser files of the console out of npm packages into ``static/vendor``.

A developer's tool: run it after changing ``frontend/package.json`` or ``frontend/vendor.json`` and commit
what it writes. ``npm`` is needed here and nowhere else. Each package is fetched with ``npm pack`` and refused
unless its bytes have the integrity that ``frontend/package-lock.json`` promises.

    python scripts/vendor.py
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# Called by its path, a script finds only what lies beside it.
sys.path.insert(0, str(ROOT))

from scripts.reduce_css import reduce_css  # noqa: E402 - found by the line above

FRONTEND = ROOT / "frontend"
VENDOR = ROOT / "static" / "vendor"
REGIONS = ROOT / "shop" / "store" / "places" / "regions.json"
SVG = "http://www.w3.org/2000/svg"
STROKE = {
    "viewBox": "0 0 24 24",
    "fill": "none",
    "stroke": "currentColor",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
}
SOURCE_MAP = re.compile(rb"\s*/[/*][#@] sourceMappingURL=\S+?(?:\s*\*/)?\s*$")


class VendorError(Exception):
    """A package is not what the lock promises, or lacks a file that is listed."""


@dataclass(frozen=True)
class Package:
    """One npm package with the files the console takes from it; of its sheets what these classes need."""

    name: str
    folder: str
    files: list[str]
    licence: str
    version: str
    integrity: str
    licence_name: str
    classes: list[str] = field(default_factory=list)

    @property
    def target(self) -> Path:
        return VENDOR / f"{self.folder}-{self.version}"


def load_json(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def list_packages(recipe: dict[str, Any]) -> list[Package]:
    """Join the recipe with the versions and integrity of the lock."""
    locked = load_json(FRONTEND / "package-lock.json")["packages"]
    packages = []
    for wanted in recipe["packages"]:
        entry = locked[f"node_modules/{wanted['name']}"]
        pin = {key: entry[key] for key in ("version", "integrity")}
        packages.append(Package(**wanted, **pin, licence_name=entry["license"]))
    return packages


def fetch_package(package: Package, folder: Path) -> tarfile.TarFile:
    """Download one package and open it; raise ``VendorError`` when its bytes differ from the lock."""
    wanted = f"{package.name}@{package.version}"
    command = ["npm", "pack", wanted, "--json", "--pack-destination", str(folder)]
    packed = subprocess.run(command, check=True, capture_output=True, text=True)
    archive = folder / json.loads(packed.stdout)[0]["filename"]
    algorithm, _, promised = package.integrity.partition("-")
    digest = base64.b64encode(hashlib.new(algorithm, archive.read_bytes()).digest()).decode()
    if digest != promised:
        raise VendorError(f"{package.name} {package.version}: the download differs from package-lock.json")
    return tarfile.open(archive)


def read_member(archive: tarfile.TarFile, path: str) -> bytes:
    try:
        member = archive.extractfile(f"package/{path}")
    except KeyError:
        member = None
    if member is None:
        raise VendorError(f"{archive.name!r}: no file {path}")
    return member.read()


def copy_files(package: Package, archive: tarfile.TarFile) -> None:
    """Write the listed files and the licence.

    The pointer to a source map is cut off: hashing static files fails on a pointer to a missing file.
    """
    package.target.mkdir(parents=True)
    for path in package.files:
        content = SOURCE_MAP.sub(b"\n", read_member(archive, path))
        if path.endswith(".css"):
            content = reduce_css(content.decode(), package.classes).encode()
        (package.target / Path(path).name).write_bytes(content)
    own = FRONTEND / package.licence
    licence = own.read_bytes() if own.is_file() else read_member(archive, package.licence)
    (package.target / "LICENSE").write_bytes(licence)


def build_symbol(name: str, drawing: bytes) -> ET.Element:
    """Turn one icon file into a ``<symbol>`` that takes its colour from the text around it."""
    symbol = ET.Element("symbol", STROKE | {"id": name})
    for shape in ET.fromstring(drawing):  # noqa: S314 - the bytes were checked against the lock.
        if shape.get("stroke") != "none":
            shape.tag = shape.tag.removeprefix(f"{{{SVG}}}")
            shape.tail = None
            symbol.append(shape)
    return symbol


def build_sprite(archive: tarfile.TarFile, folder: str, names: list[str]) -> str:
    sprite = ET.Element("svg", {"xmlns": SVG})
    for name in sorted(names):
        sprite.append(build_symbol(name, read_member(archive, f"{folder}/{name}.svg")))
    ET.indent(sprite, space="")
    return ET.tostring(sprite, encoding="unicode") + "\n"


def build_regions(module: str) -> str:
    """Turn the three flat lists of the module into provinces with cities with districts, each with its code.

    One province per line: [code, name, [[code, city, [[code, district], …]], …]].
    """
    start, end = module.index("{"), module.index("\n};") + 2
    lists = json.loads(re.sub(r",(\s*})", r"\1", re.sub(r"(\w+):", r'"\1":', module[start:end])))
    provinces, cities, districts = (lists[f"{name}_list"].items() for name in ("province", "city", "county"))
    rows = [
        [
            code,
            province,
            [
                [city_code, city, [[key, name] for key, name in districts if key[:4] == city_code[:4]]]
                for city_code, city in cities
                if city_code[:2] == code[:2]
            ],
        ]
        for code, province in provinces
    ]
    lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def describe_packages(packages: list[Package]) -> str:
    lines = ["# Third-party browser files", "", "Written by `scripts/vendor.py`.", ""]
    lines += ["| package | version | licence | folder |", "|---|---|---|---|"]
    for each in packages:
        lines.append(f"| {each.name} | {each.version} | {each.licence_name} | `{each.target.name}/` |")
    lines += [
        "",
        "Tabler's sheet is reduced to the classes that `frontend/vendor.json` names (`scripts/reduce_css.py`).",
        "`icons.svg` is a sprite of icons of @tabler/icons. htmx comes with django-htmx (0BSD).",
        "`shop/store/places/regions.json` is made of @vant/area-data.",
        "",
    ]
    return "\n".join(lines)


def write_vendor() -> None:
    """Replace ``static/vendor`` as a whole, so that nothing of an older version stays behind."""
    recipe = load_json(FRONTEND / "vendor.json")
    packages = list_packages(recipe)
    shutil.rmtree(VENDOR, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        for package in packages:
            with fetch_package(package, Path(folder)) as archive:
                copy_files(package, archive)
                if package.name == recipe["icons"]["package"]:
                    icons = recipe["icons"]
                    sprite = build_sprite(archive, icons["folder"], icons["names"])
                    (VENDOR / "icons.svg").write_text(sprite, encoding="utf-8")
                if package.name == recipe["regions"]["package"]:
                    module = read_member(archive, recipe["regions"]["file"]).decode()
                    REGIONS.write_text(build_regions(module), encoding="utf-8")
    (VENDOR / "THIRD_PARTY.md").write_text(describe_packages(packages), encoding="utf-8")


if __name__ == "__main__":
    write_vendor()
