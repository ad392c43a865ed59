"""The keys and ids of the pretend merchant, made once per data directory."""

import fcntl
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

# Everything but the PEM files, which have names of their own so that they can be looked at with openssl.
PEM_FIELDS = ("merchant_private_key", "merchant_public_key", "platform_private_key", "platform_public_key")


@dataclass(frozen=True)
class StandInCredentials:
    """What a merchant would copy from the vendor's pages, and the vendor's own keys; keys are PEM text."""

    appid: str
    secret: str = field(repr=False)
    mchid: str
    merchant_serial: str
    api_v3_key: str = field(repr=False)
    platform_key_id: str
    merchant_private_key: str = field(repr=False)
    merchant_public_key: str
    platform_private_key: str = field(repr=False)
    platform_public_key: str

    @property
    def service_appid(self) -> str:
        return f"wx{_derive(self.appid)[:16]}"

    @property
    def service_secret(self) -> str:
        return _derive(self.secret)[:32]

    def as_service_account(self) -> dict[str, str]:
        """What the merchant is told of the service account, by the names of the shop's `WeChatAccount`."""
        return {"service_appid": self.service_appid, "service_secret": self.service_secret}

    def as_account(self) -> dict[str, str]:
        """What the merchant is told, by the names of the shop's `WeChatAccount`."""
        vendors_own = {"secret", "merchant_public_key", "platform_private_key"}
        told = {name: value for name, value in asdict(self).items() if name not in vendors_own}
        return told | {"mini_secret": self.secret}


def _derive(text: str) -> str:
    """Of the service account: a merchant that was made before it had one keeps its file."""
    return hashlib.sha256(f"service account {text}".encode()).hexdigest()


def load_credentials(data_dir: Path | str, *, appid: str = "", mchid: str = "") -> StandInCredentials:
    """Read the credentials of `data_dir`, made first if there are none; safe from several processes.

    New ones are of a merchant known already by `appid` and `mchid`, where given: it keeps what it was paid.
    """
    folder = Path(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "credentials.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "credentials.json").exists():
            _write(folder, _make_credentials(appid, mchid))
    ids = json.loads((folder / "credentials.json").read_text())
    pems = {name: (folder / f"{name}.pem").read_text() for name in PEM_FIELDS}
    return StandInCredentials(**ids, **pems)


def _make_credentials(appid: str, mchid: str) -> StandInCredentials:
    merchant_private, merchant_public = make_pair()
    platform_private, platform_public = make_pair()
    return StandInCredentials(
        appid=appid or f"wx{secrets.token_hex(8)}",
        secret=secrets.token_hex(16),
        mchid=mchid or f"1{secrets.randbelow(10**9):09d}",
        merchant_serial=secrets.token_hex(20).upper(),
        api_v3_key=secrets.token_hex(16),
        platform_key_id=f"PUB_KEY_ID_{secrets.token_hex(16).upper()}",
        merchant_private_key=merchant_private,
        merchant_public_key=merchant_public,
        platform_private_key=platform_private,
        platform_public_key=platform_public,
    )


def make_pair() -> tuple[str, str]:
    """A private and a public RSA key, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


def _write(folder: Path, credentials: StandInCredentials) -> None:
    """Write the JSON last: its presence says that the rest is there."""
    values = asdict(credentials)
    for name in PEM_FIELDS:
        write_private(folder / f"{name}.pem", values.pop(name))
    write_private(folder / "credentials.part", json.dumps(values, indent=2))
    (folder / "credentials.part").rename(folder / "credentials.json")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    path.touch(mode=0o600)
    path.write_text(text)
