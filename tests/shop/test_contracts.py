"""Every app and package of ours stands in the contracts of import-linter: what is not named there is not looked at."""

import re
import tomllib
from pathlib import Path

from django.apps import apps

from harness.processes import PROJECT

LINTER = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
NOT_OF_THE_SHOP = {"tests", "harness", "scripts", "bench"}


def is_ours(path: str) -> bool:
    return Path(path).is_relative_to(PROJECT) and "site-packages" not in path


def list_floors() -> set[str]:
    """Every module that the first contract puts on a floor."""
    (floors,) = (contract for contract in LINTER["contracts"] if contract["name"].startswith("Floors"))
    return {module for layer in floors["layers"] for module in re.split(r"\s*[:|]\s*", layer)}


def is_on_a_floor(module: str, floors: set[str]) -> bool:
    """By its own name, by that of a package around it, or by those of its parts."""
    return any(
        module == floor or module.startswith(f"{floor}.") or floor.startswith(f"{module}.")
        for floor in floors
    )


def test_every_package_at_the_top_is_looked_at() -> None:
    packages = {path.parent.name for path in PROJECT.glob("*/__init__.py")} - NOT_OF_THE_SHOP
    assert packages == set(LINTER["root_packages"])


def test_every_app_of_ours_stands_on_a_floor() -> None:
    ours = {config.name for config in apps.get_app_configs() if is_ours(config.path)}
    floors = list_floors()
    assert {app for app in ours if not is_on_a_floor(app, floors)} == set()
    assert {app.partition(".")[0] for app in ours} <= set(LINTER["root_packages"])
    assert "shop.callbacks" in ours & floors


def test_every_room_is_named_by_itself() -> None:
    """A room inside `shop` or `orders` is none of its neighbours': being around it is not enough.

    Where a wing is one floor, its rooms are on it.
    """
    floors = list_floors()
    rooms = {f"{path.parent.parent.name}.{path.parent.name}" for path in PROJECT.glob("*/*/__init__.py")}
    ours = {room for room in rooms if room.partition(".")[0] in LINTER["root_packages"]}
    others = {room for room in ours if room.endswith(".migrations") or room.partition(".")[0] in floors}
    assert ours - others - floors == set()
