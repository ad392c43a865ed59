"""What the pretend providers of waybills hand out, made once per data directory."""

import fcntl
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from shop.demo.standins.credentials import write_private


@dataclass(frozen=True)
class CourierCredentials:
    """What a merchant would copy from the pages of 快递鸟 (an id and a key) and 快递100 (a key and a secret)."""

    kdniao_business_id: str
    kdniao_api_key: str = field(repr=False)
    kuaidi100_key: str
    kuaidi100_secret: str = field(repr=False)

    @property
    def kuaidi100_customer(self) -> str:
        """The number of the customer, told by the key, so that files of before hold it too."""
        return hashlib.md5(self.kuaidi100_key.encode(), usedforsecurity=False).hexdigest().upper()


def load_courier_credentials(data_dir: Path | str) -> CourierCredentials:
    """Read the credentials of `data_dir`, made first if there are none; safe from several processes."""
    folder = Path(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "couriers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "couriers.json").exists():
            write_private(folder / "couriers.part", json.dumps(asdict(_make_credentials()), indent=2))
            (folder / "couriers.part").rename(folder / "couriers.json")
    return CourierCredentials(**json.loads((folder / "couriers.json").read_text()))


def _make_credentials() -> CourierCredentials:
    return CourierCredentials(
        kdniao_business_id=f"1{secrets.randbelow(10**6):06d}",
        kdniao_api_key="-".join(secrets.token_hex(size) for size in (4, 2, 2, 2, 6)),
        kuaidi100_key=secrets.token_urlsafe(9),
        kuaidi100_secret=secrets.token_hex(16),
    )
