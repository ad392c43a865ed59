"""What the demo shop 山野集 sells: tea, grain, dried goods and kitchen ware, from the tables beside this file."""

import csv
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

SHOP_NAME = "山野集"
SHOP_ZONE = ZoneInfo("Asia/Shanghai")
PRESALE_DAYS = {"SYJ-1001-4": 12, "SYJ-4002-3": 20}
"""SKU code → in how many days a presale is sent."""


HEAVY = frozenset(
    {
        *("SYJ-2001", "SYJ-2002", "SYJ-2003", "SYJ-2004", "SYJ-2005", "SYJ-2006"),
        *("SYJ-7002", "SYJ-7004", "SYJ-7005"),
    }
)
"""Codes of the products whose freight goes by weight."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one picture as #rrggbb: the background from top to bottom, then the object's three."""

    top: str
    bottom: str
    main: str
    accent: str
    light: str


@dataclass(frozen=True, slots=True)
class DemoSku:
    """One buyable variant (规格); price in fen, weight in grams, and an EAN-13 from the range for shops."""

    code: str
    name: str
    price_fen: int
    on_hand: int
    weight_g: int
    shelf: str
    barcode: str


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """One product with its 1–4 variants; its picture shows the motif, drawn by the function of that name."""

    code: str
    name: str
    category: str
    description: str
    skus: tuple[DemoSku, ...]
    motif: str
    palette: Palette


PALETTES = {
    "spring": Palette("#f1f7e4", "#c3dfa6", "#4f9a4a", "#2f6b3a", "#dff0b8"),
    "jade": Palette("#e6f5f0", "#a9d8cb", "#5fae9c", "#2e7468", "#f4fbf7"),
    "amber": Palette("#fff3d6", "#ffd98a", "#e89a1c", "#8a4b14", "#fff0c2"),
    "clay": Palette("#fbeadf", "#eebf9f", "#a8553a", "#6b3122", "#f6d9b8"),
    "cinnabar": Palette("#ffe9e2", "#f8b8a5", "#c83a2b", "#7f1d1a", "#ffd9a0"),
    "wheat": Palette("#fdf6e3", "#f2dca6", "#d9a845", "#8c6420", "#fff6dc"),
    "bamboo": Palette("#f5f6e1", "#d5dca0", "#c9a45c", "#7b5a2b", "#f1dfae"),
    "porcelain": Palette("#e8f1fb", "#b4d0ee", "#f5f8fc", "#2f5fa8", "#ffffff"),
    "iron": Palette("#eef0f4", "#bcc6d3", "#4a5261", "#8a5a34", "#dfe5ec"),
    "osmanthus": Palette("#fff7e0", "#fbe0a0", "#f7efe0", "#d98a1e", "#c9761a"),
    "plum": Palette("#f8e8f1", "#dfb3cf", "#7d3a5f", "#4c1f3c", "#f3d3e2"),
    "forest": Palette("#eaf0e2", "#b9c9a4", "#8b5e3c", "#5a3a24", "#f2e3c9"),
    "night": Palette("#e4ebe9", "#9fb8b3", "#3b4a4a", "#c08a3e", "#e9d9b5"),
    "cream": Palette("#fbeee6", "#f0cdb5", "#fbf7ef", "#b9502f", "#f4d79a"),
}


def _read_rows(name: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _list_products() -> tuple[DemoProduct, ...]:
    skus = [
        DemoSku(
            row["code"],
            row["name"],
            int(row["price_fen"]),
            int(row["on_hand"]),
            int(row["weight_g"]),
            row["shelf"],
            row["barcode"],
        )
        for row in _read_rows("skus.csv")
    ]
    return tuple(
        DemoProduct(
            row["code"],
            row["name"],
            row["category"],
            row["description"],
            tuple(sku for sku in skus if sku.code.startswith(f"{row['code']}-")),
            row["motif"],
            PALETTES[row["palette"]],
        )
        for row in _read_rows("products.csv")
    )


PRODUCTS = _list_products()
