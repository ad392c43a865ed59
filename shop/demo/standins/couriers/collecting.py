"""Every courier that was ever called, whatever became of it."""

import sqlite3

from shop.demo.standins.couriers.kdniao_rules import Collecting
from shop.demo.standins.ledger import now
from shop.demo.standins.world import World


def find_collection(world: World, code: str) -> sqlite3.Row | None:
    """The collection under this code of the merchant's."""
    return world.ledger.find("SELECT * FROM collections WHERE code = ?", code)


def note_collection(world: World, asked: Collecting) -> None:
    """Write down that a courier comes."""
    world.ledger.write(
        "INSERT INTO collections (code, courier, number, sender, starts, ends, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(asked.code, asked.carrier.code, asked.number, asked.sender, asked.starts, asked.ends, now()),
    )


def note_called_off(world: World, code: str) -> None:
    """Note that nobody need come."""
    world.ledger.write("UPDATE collections SET called_off_at = ? WHERE code = ?", now(), code)
