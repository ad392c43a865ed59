"""What the pretend services remember, in one SQLite file that two processes may have open."""

import hashlib
import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS trades (
  number TEXT PRIMARY KEY, trade_no TEXT UNIQUE, prepay_id TEXT UNIQUE, openid TEXT NOT NULL, amount_fen
  INTEGER NOT NULL, fingerprint TEXT NOT NULL, notify_url TEXT NOT NULL, state TEXT NOT NULL, prepay_at REAL
  NOT NULL, expires_at REAL NOT NULL, paid_at REAL, notice_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS refunds (
  number TEXT PRIMARY KEY, refund_id TEXT UNIQUE NOT NULL, trade_number TEXT NOT NULL REFERENCES
  trades(number), amount_fen INTEGER NOT NULL, fingerprint TEXT NOT NULL, notify_url TEXT NOT NULL, status
  TEXT NOT NULL, created_at REAL NOT NULL, finished_at REAL, notice_id TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS refunds_by_trade ON refunds(trade_number);
CREATE TABLE IF NOT EXISTS alipay_trades (
  number TEXT PRIMARY KEY, trade_no TEXT UNIQUE, code TEXT UNIQUE, amount_fen INTEGER NOT NULL, fingerprint TEXT NOT
  NULL, notify_url TEXT NOT NULL, state TEXT NOT NULL, expires_at REAL NOT NULL, paid_at REAL, notice_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS alipay_refunds (
  number TEXT NOT NULL, trade_number TEXT NOT NULL REFERENCES alipay_trades(number), amount_fen INTEGER NOT NULL,
  created_at REAL NOT NULL, notice_id TEXT NOT NULL, PRIMARY KEY (trade_number, number));
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, seen_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS codes (
  code TEXT PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL, made_at REAL NOT NULL,
  used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS buyers (openid TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, made_at REAL NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS calls (
  number TEXT NOT NULL, what TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (number, what));
CREATE TABLE IF NOT EXISTS notices (number TEXT NOT NULL, sent_at REAL NOT NULL, status INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS waybills (
  id INTEGER PRIMARY KEY, provider TEXT NOT NULL, code TEXT NOT NULL, courier TEXT NOT NULL, number TEXT NOT NULL,
  provider_order TEXT NOT NULL UNIQUE, route_mark TEXT NOT NULL, label TEXT NOT NULL, made_at REAL NOT NULL,
  voided_at REAL);
CREATE INDEX IF NOT EXISTS waybills_by_code ON waybills(code);
CREATE INDEX IF NOT EXISTS waybills_by_number ON waybills(number);
CREATE TABLE IF NOT EXISTS collections (
  id INTEGER PRIMARY KEY, code TEXT NOT NULL, courier TEXT NOT NULL, number TEXT NOT NULL, sender TEXT NOT NULL, starts
  TEXT NOT NULL, ends TEXT NOT NULL, made_at REAL NOT NULL, called_off_at REAL);
CREATE INDEX IF NOT EXISTS collections_by_code ON collections(code);
CREATE TABLE IF NOT EXISTS journeys (
  id INTEGER PRIMARY KEY, provider TEXT NOT NULL, courier TEXT NOT NULL, number TEXT NOT NULL, fate TEXT NOT NULL,
  url TEXT NOT NULL, salt TEXT NOT NULL, made_at REAL NOT NULL, told INTEGER NOT NULL, UNIQUE (provider, number));
CREATE TABLE IF NOT EXISTS prints (
  id INTEGER PRIMARY KEY, provider TEXT NOT NULL, printer TEXT NOT NULL, reference TEXT NOT NULL UNIQUE, code TEXT
  NOT NULL, content TEXT NOT NULL, times INTEGER NOT NULL, made_at REAL NOT NULL, expires_at REAL, printed_at REAL);
CREATE TABLE IF NOT EXISTS messages (
  id INTEGER PRIMARY KEY, openid TEXT NOT NULL, template TEXT NOT NULL, page TEXT NOT NULL, content TEXT NOT NULL,
  sent_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS robot_posts (
  id INTEGER PRIMARY KEY, provider TEXT NOT NULL, content TEXT NOT NULL, said_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS shipments (
  trade_no TEXT PRIMARY KEY, content TEXT NOT NULL, moment REAL NOT NULL, is_finished INTEGER NOT NULL, corrections
  INTEGER NOT NULL, state INTEGER NOT NULL, reminded_at REAL);
CREATE TABLE IF NOT EXISTS bill_files (token TEXT PRIMARY KEY, content BLOB NOT NULL, made_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS behaviour (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

DEFAULT_BEHAVIOUR: dict[str, Any] = {
    "send_notices": True,
    "refund_outcome": "SUCCESS",
    "refund_interval_seconds": 60,
    # Every refund at Alipay is refused with this sub_code.
    "alipay_refund_refusal": "",
    "token_seconds": 7200,
    # Bills: not_ready, none, truncated, wrong_hash or other_day; whether one is made before nine o'clock; rows that no
    # payment made; numbers that are left out; by number, what a row says instead.
    "bill_fault": "",
    "bills_at_once": False,
    "bill_extra": [],
    "bill_left_out": [],
    "bill_changes": {},
    # Subscription messages: every one is refused with this errcode; those who have accepted none, by openid.
    "message_refusal": 0,
    "unsubscribed": [],
    # In whose WeChat web pages of the service account are opened.
    "web_person": {"openid": "service-demo-phone", "unionid": ""},
    # What was shipped: a payment is unknown for so long; every upload is refused with this errcode; whether WeChat
    # keeps the money of this mini-program until it is told.
    "shipping_fresh_seconds": 0,
    "shipping_refusal": 0,
    "is_trade_managed": True,
    # The providers of waybills: a used code is answered without its number; the answer names another's code; the
    # next parcel gets the number of the last one; no new parcel gets any, for this reason.
    "waybill_repeat_silent": False,
    "waybill_foreign": False,
    "waybill_duplicate": False,
    "waybill_refusal": "",
    # No courier is called, for this reason; none is called off, for that.
    "collection_refusal": "",
    "call_off_refusal": "",
    # Parcels: seconds between two stops of a journey; no journey is subscribed to, for this reason.
    "journey_seconds": 60,
    "subscription_refusal": "",
    # Every receipt printer: online, offline, no_paper, or silent about itself.
    "printer_state": "online",
    # Every robot of a group refuses for good: keyword or ip.
    "robot_refusal": "",
}


class Ledger:
    """The store. Every use goes through `transaction`, which serialises threads and processes."""

    def __init__(self, data_dir: Path | str) -> None:
        Path(data_dir).mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            Path(data_dir) / "ledger.sqlite3", timeout=10, isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all or nothing; nested uses join the outer one."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def write(self, sql: str, *values: object) -> int:
        """Run one statement; return the number of rows touched."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def find(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row, if any."""
        with self._lock:
            row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return row

    def find_all(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """All rows, as dictionaries."""
        with self._lock:
            return [dict(row) for row in self._connection.execute(sql, values)]

    def find_refund(self, number: str) -> sqlite3.Row | None:
        """A refund with the `trade_no` and `total_fen` of its payment."""
        return self.find(
            "SELECT r.*, t.trade_no, t.amount_fen AS total_fen FROM refunds r "
            "JOIN trades t ON t.number = r.trade_number WHERE r.number = ?",
            number,
        )

    def count_call(self, number: str, what: str) -> None:
        """Note that a call about `number` came in."""
        self.write(
            "INSERT INTO calls VALUES (?, ?, 1) ON CONFLICT(number, what) DO UPDATE SET times = times + 1",
            *(number, what),
        )

    def behaviour(self) -> dict[str, Any]:
        """How the pretend gateway behaves at present."""
        rows = self.find_all("SELECT name, value FROM behaviour")
        return {**DEFAULT_BEHAVIOUR, **{row["name"]: json.loads(row["value"]) for row in rows}}

    def set_behaviour(self, changes: Mapping[str, Any]) -> None:
        """Change some of `DEFAULT_BEHAVIOUR`."""
        with self.transaction():
            for name, value in changes.items():
                self.write("INSERT OR REPLACE INTO behaviour VALUES (?, ?)", name, json.dumps(value))


def make_trade_no(number: str) -> str:
    """A transaction id of the vendor's shape, made from the number so that seeding repeats itself."""
    return f"42{int(hashlib.sha256(number.encode()).hexdigest(), 16) % 10**26:026d}"


def make_alipay_trade_no(number: str) -> str:
    """The same for Alipay."""
    return f"20{int(hashlib.sha256(number.encode()).hexdigest(), 16) % 10**26:026d}"


def make_fingerprint(parameters: Mapping[str, Any]) -> str:
    """What tells two requests with the same number apart."""
    return hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()


def import_paid_trade(ledger: Ledger, *, number: str, amount_fen: int, openid: str, paid_at: datetime) -> str:
    """Enter a payment of the past, so that it can be queried and refunded; return its trade number.

    Entering the same number again changes nothing. Many are entered faster inside one `transaction()`.
    """
    moment = paid_at.timestamp()
    ledger.write("INSERT OR IGNORE INTO buyers VALUES (?)", openid)
    ledger.write(
        "INSERT OR IGNORE INTO trades VALUES (?, ?, NULL, ?, ?, '', '', 'SUCCESS', ?, ?, ?, ?)",
        *(number, make_trade_no(number), openid, amount_fen),
        *(moment, moment, moment, secrets.token_hex(16)),
    )
    row = ledger.find("SELECT trade_no FROM trades WHERE number = ?", number)
    return str(row["trade_no"]) if row else ""


def import_done_refund(
    ledger: Ledger, *, number: str, trade_number: str, amount_fen: int, finished_at: datetime
) -> str:
    """Enter a refund of the past that has reached the buyer; return the gateway's id of it.

    Entering the same number again changes nothing.
    """
    refund_id = f"50{int(hashlib.sha256(number.encode()).hexdigest(), 16) % 10**27:027d}"
    moment = finished_at.timestamp()
    ledger.write(
        "INSERT OR IGNORE INTO refunds VALUES (?, ?, ?, ?, '', '', 'SUCCESS', ?, ?, ?)",
        *(number, refund_id, trade_number, amount_fen, moment, moment, secrets.token_hex(16)),
    )
    return refund_id


def import_alipay_trade(ledger: Ledger, *, number: str, amount_fen: int, paid_at: datetime) -> str:
    """As `import_paid_trade`, at Alipay."""
    moment = paid_at.timestamp()
    ledger.write(
        "INSERT OR IGNORE INTO alipay_trades VALUES (?, ?, ?, ?, '', '', 'TRADE_SUCCESS', ?, ?, ?)",
        *(number, make_alipay_trade_no(number), secrets.token_urlsafe(12), amount_fen),
        *(moment, moment, secrets.token_hex(17)),
    )
    return make_alipay_trade_no(number)


def import_alipay_refund(
    ledger: Ledger, *, number: str, trade_number: str, amount_fen: int, finished_at: datetime
) -> str:
    """As `import_done_refund`, at Alipay, which has no number of its own for it."""
    ledger.write(
        "INSERT OR IGNORE INTO alipay_refunds VALUES (?, ?, ?, ?, ?)",
        *(number, trade_number, amount_fen, finished_at.timestamp(), secrets.token_hex(17)),
    )
    return number


def now() -> float:
    """Unix seconds; the stand-ins live in real time."""
    return time.time()
