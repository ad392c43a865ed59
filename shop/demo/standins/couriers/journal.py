"""Every waybill that the pretend providers ever issued, whatever became of it."""

import secrets
import sqlite3
from dataclasses import dataclass

from shop.demo.standins.couriers.carriers import Carrier
from shop.demo.standins.couriers.label import Label, write_label
from shop.demo.standins.ledger import now
from shop.demo.standins.world import World


@dataclass(frozen=True)
class Parcel:
    """What a provider was asked a waybill for; `facts` is what the label shows."""

    provider: str
    code: str
    carrier: Carrier
    facts: Label


def find_waybill(world: World, provider: str, code: str) -> sqlite3.Row | None:
    """The newest waybill under this code of the merchant's."""
    return world.ledger.find(
        "SELECT * FROM waybills WHERE provider = ? AND code = ? ORDER BY id DESC LIMIT 1", provider, code
    )


def find_number(world: World, provider: str, number: str) -> sqlite3.Row | None:
    """The waybill with this number."""
    return world.ledger.find(
        "SELECT * FROM waybills WHERE provider = ? AND number = ? ORDER BY id DESC LIMIT 1", provider, number
    )


def find_order(world: World, provider_order: str) -> sqlite3.Row | None:
    """The waybill with this number of the provider's own."""
    return world.ledger.find("SELECT * FROM waybills WHERE provider_order = ?", provider_order)


def issue_waybill(world: World, parcel: Parcel) -> sqlite3.Row:
    """Write a new waybill down; one with an old number where that is how the provider behaves."""
    number = parcel.carrier.make_number()
    if world.ledger.behaviour()["waybill_duplicate"]:
        number = _last_number(world, parcel) or number
    mark = f"{secrets.randbelow(900) + 100}-{secrets.randbelow(90) + 10} {secrets.randbelow(900) + 100}"
    label = write_label(parcel.facts, courier=parcel.carrier.name, number=number, route_mark=mark)
    order = f"K{secrets.randbelow(10**16):016d}"
    world.ledger.write(
        "INSERT INTO waybills (provider, code, courier, number, provider_order, route_mark, label, made_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        *(parcel.provider, parcel.code, parcel.carrier.code, number, order, mark, label, now()),
    )
    row = find_order(world, order)
    if row is None:
        raise LookupError("a waybill was not kept")
    return row


def void_waybill(world: World, row: sqlite3.Row) -> None:
    """Note that a waybill was taken back."""
    world.ledger.write("UPDATE waybills SET voided_at = ? WHERE id = ?", now(), row["id"])


def _last_number(world: World, parcel: Parcel) -> str:
    row = world.ledger.find(
        "SELECT number FROM waybills WHERE provider = ? AND courier = ? ORDER BY id DESC LIMIT 1",
        *(parcel.provider, parcel.carrier.code),
    )
    return str(row["number"]) if row else ""
