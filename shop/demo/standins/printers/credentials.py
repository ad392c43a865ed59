"""What the pretend services of printers hand out, made once per data directory."""

import fcntl
import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from shop.demo.standins.credentials import write_private


@dataclass(frozen=True)
class PrinterCredentials:
    """What a merchant would copy: user and UKEY of 飞鹅, client id and secret of 易联云, and the printers' numbers."""

    feie_user: str
    feie_ukey: str = field(repr=False)
    feie_sn: str
    yilianyun_client_id: str
    yilianyun_client_secret: str = field(repr=False)
    yilianyun_token: str = field(repr=False)
    yilianyun_machine: str


def load_printer_credentials(data_dir: Path | str) -> PrinterCredentials:
    """Read the credentials of `data_dir`, made first if there are none; safe from several processes."""
    folder = Path(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "printers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "printers.json").exists():
            write_private(folder / "printers.part", json.dumps(asdict(_make_credentials()), indent=2))
            (folder / "printers.part").rename(folder / "printers.json")
    return PrinterCredentials(**json.loads((folder / "printers.json").read_text()))


def _make_credentials() -> PrinterCredentials:
    return PrinterCredentials(
        feie_user=f"shop{secrets.randbelow(10**6):06d}@example.com",
        feie_ukey=secrets.token_urlsafe(12),
        feie_sn=f"9{secrets.randbelow(10**8):08d}",
        yilianyun_client_id=f"10{secrets.randbelow(10**8):08d}",
        yilianyun_client_secret=secrets.token_hex(16),
        yilianyun_token=secrets.token_hex(16),
        yilianyun_machine=f"40{secrets.randbelow(10**8):08d}",
    )
