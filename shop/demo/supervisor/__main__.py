"""`python -m shop.demo.supervisor`: start the demo shop and keep it running until told to stop."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from shop.backup.failure import BackupError
from shop.backup.passphrase import ask_passphrase
from shop.demo.supervisor.data_dir import DataDir
from shop.demo.supervisor.database import Backup
from shop.demo.supervisor.shop import DemoShop, Stopped
from shop.demo.supervisor.start_error import StartError

PROJECT = Path(__file__).resolve().parents[3]


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/run")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--buyers", type=int, default=3)
    parser.add_argument("--data-dir", type=Path, default=PROJECT / "var")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--restore", type=Path)
    return parser.parse_args(arguments)


def ask_for_passphrase() -> str:
    """From BACKUP_PASSPHRASE or the terminal; none with BACKUP_IDENTITY, the file of a secret key.

    Raises StartError when nobody can be asked, or answers Ctrl-C.
    """
    if os.environ.get("BACKUP_IDENTITY"):
        return ""
    stop = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return ask_passphrase(twice=False)
    except KeyboardInterrupt:
        print()
        raise StartError("no passphrase, nothing was restored.") from None
    except BackupError as error:
        raise StartError(str(error)) from error
    finally:
        signal.signal(signal.SIGINT, stop)


def main() -> int:
    """Return 0 after Ctrl-C or SIGTERM, 1 with a sentence when the shop cannot start or go on."""
    options = parse_arguments()
    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: stopping.set())
    data_dir = DataDir(options.data_dir.absolute())
    try:
        data_dir.open(fresh=options.fresh, must_be_empty=options.restore is not None)
        backup = Backup(options.restore, ask_for_passphrase()) if options.restore else None
        with DemoShop(PROJECT, data_dir, stopping, host=options.host, port=options.port) as shop:
            shop.start(buyers=options.buyers, backup=backup)
            shop.watch()
    except Stopped:
        print("Stopped. The next start goes on with the same data.", flush=True)
        return 0
    except StartError as failure:
        print(f"bin/run: {failure}", file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
