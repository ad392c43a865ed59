"""Every receipt that the pretend printers were given, whether it came out or not."""

import secrets
import sqlite3
from dataclasses import dataclass

from shop.demo.standins.ledger import now
from shop.demo.standins.world import World

PRINTER_STATES = ("online", "offline", "no_paper", "silent")


@dataclass(frozen=True)
class Receipt:
    """What is to be printed; `code` is the merchant's own number of it, where the service has one."""

    provider: str
    printer: str
    content: str
    times: int = 1
    code: str = ""
    expires_at: float | None = None


def take_receipt(world: World, receipt: Receipt) -> str:
    """Keep a receipt, printed at once where the printer can; the service's number of it."""
    reference = f"{receipt.printer}_{int(now())}_{secrets.randbelow(10**10):010d}"
    world.ledger.write(
        "INSERT INTO prints (provider, printer, reference, code, content, times, made_at, expires_at, printed_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(receipt.provider, receipt.printer, reference, receipt.code, receipt.content, receipt.times),
        *(now(), receipt.expires_at, now() if can_print(world) else None),
    )
    return reference


def find_by_code(world: World, provider: str, code: str) -> sqlite3.Row | None:
    """The receipt with this number of the merchant's."""
    return world.ledger.find("SELECT * FROM prints WHERE provider = ? AND code = ?", provider, code)


def is_on_paper(world: World, provider: str, reference: str) -> bool | None:
    """Whether a receipt came out by now, None for one that is not known: a printer that is well again catches up."""
    row = world.ledger.find("SELECT * FROM prints WHERE provider = ? AND reference = ?", provider, reference)
    if row is None:
        return None
    if row["printed_at"]:
        return True
    if not can_print(world) or (row["expires_at"] and row["expires_at"] < now()):
        return False
    world.ledger.write("UPDATE prints SET printed_at = ? WHERE id = ?", now(), row["id"])
    return True


def can_print(world: World) -> bool:
    """Whether the printers are well."""
    return world.ledger.behaviour()["printer_state"] in ("online", "silent")
