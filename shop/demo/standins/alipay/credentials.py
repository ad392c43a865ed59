"""The app, the seller and the keys at the pretend Alipay, made once per data directory."""

import fcntl
import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from shop.demo.standins.credentials import make_pair, write_private

_FILE = "alipay.json"


@dataclass(frozen=True)
class AlipayCredentials:
    """What a merchant would copy from the open platform, and Alipay's own key; keys are PEM text."""

    appid: str
    mchid: str
    merchant_private_key: str = field(repr=False)
    merchant_public_key: str
    platform_private_key: str = field(repr=False)
    platform_public_key: str

    def as_account(self) -> dict[str, str]:
        """What the merchant is told, by the names of the shop's `AlipayAccount`."""
        names = ("appid", "mchid", "merchant_private_key", "platform_public_key")
        return {name: getattr(self, name) for name in names}


def load_alipay_credentials(data_dir: Path | str, *, appid: str = "", mchid: str = "") -> AlipayCredentials:
    """Read the credentials of `data_dir`, made first if there are none; safe from several processes.

    New ones are of a seller known already by `appid` and `mchid`, where given: it keeps what it was paid.
    """
    folder = Path(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "alipay.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / _FILE).exists():
            part = folder / "alipay.part"
            write_private(part, json.dumps(asdict(_make(appid, mchid)), indent=2))
            part.rename(folder / _FILE)
    return AlipayCredentials(**json.loads((folder / _FILE).read_text()))


def _make(appid: str, mchid: str) -> AlipayCredentials:
    merchant_private, merchant_public = make_pair()
    platform_private, platform_public = make_pair()
    return AlipayCredentials(
        appid=appid or f"2021{secrets.randbelow(10**12):012d}",
        mchid=mchid or f"2088{secrets.randbelow(10**12):012d}",
        merchant_private_key=merchant_private,
        merchant_public_key=merchant_public,
        platform_private_key=platform_private,
        platform_public_key=platform_public,
    )
