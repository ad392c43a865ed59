"""Everything the handlers share: keys, ledger, faults, and the waiting that ends when the server stops."""

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from shop.demo.standins.alipay.credentials import load_alipay_credentials
from shop.demo.standins.couriers.credentials import load_courier_credentials
from shop.demo.standins.credentials import load_credentials
from shop.demo.standins.faults import Faults
from shop.demo.standins.ledger import Ledger
from shop.demo.standins.printers.credentials import load_printer_credentials
from shop.demo.standins.robots.credentials import load_robot_credentials

# The vendor waits 15 s, 15 s, 30 s, 3 min … up to a day; a demo has no such patience.
RETRY_DELAYS = (1.0, 2.0, 4.0, 8.0)
CLOSE_SECONDS = 5.0


class World:
    """The state of one stand-in process."""

    def __init__(self, data_dir: Path | str, *, retry_delays: tuple[float, ...] = RETRY_DELAYS) -> None:
        self.credentials = load_credentials(data_dir)
        self.alipay = load_alipay_credentials(data_dir)
        self.couriers = load_courier_credentials(data_dir)
        self.printers = load_printer_credentials(data_dir)
        self.robots = load_robot_credentials(data_dir)
        self.ledger = Ledger(data_dir)
        self.faults = Faults()
        self.retry_delays = retry_delays
        # Where the merchant has said in the member centre of 快递鸟 that news of its waybills goes.
        self.push_url = ""
        self.stopping = threading.Event()
        self._senders: set[threading.Thread] = set()
        self.merchant_key = _load_public(self.credentials.merchant_public_key)
        self.platform_key = _load_private(self.credentials.platform_private_key)
        self.alipay_app_key = _load_public(self.alipay.merchant_public_key)
        self.alipay_key = _load_private(self.alipay.platform_private_key)

    def start_sending(self, send: Callable[[], None]) -> None:
        """Run `send` in a thread that `close` waits for."""
        self._senders = {thread for thread in self._senders if thread.is_alive()}
        thread = threading.Thread(target=send, daemon=True)
        self._senders.add(thread)
        thread.start()

    def close(self) -> None:
        """Wake all that wait, let those that are sending finish (5 s at most), and let go of the files."""
        self.stopping.set()
        end = time.monotonic() + CLOSE_SECONDS
        for thread in self._senders:
            thread.join(max(0.0, end - time.monotonic()))
        self.ledger.close()


def _load_public(pem: str) -> RSAPublicKey:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey):
        raise TypeError("not an RSA key")
    return key


@lru_cache(maxsize=8)
def _load_private(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key
