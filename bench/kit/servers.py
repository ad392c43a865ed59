"""Processes of the shop on this script's own environment, which end with it."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from shop.demo.supervisor.child import Command, spawn
from shop.demo.supervisor.shop import find_free_port, is_healthy

PROJECT = Path(__file__).resolve().parents[2]
START_S = 60.0
STOP_S = 20.0
LOG_TAIL_LINES = 12


class Server:
    """One process with a log; a context manager that starts and stops it."""

    def __init__(self, name: str, arguments: Sequence[str], **environment: str) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="bench-"))
        self._log = self._directory / f"{name}.log"
        known = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}
        # This script's own questions may take long; those of the shop may not.
        known.pop("DATABASE_PATIENCE_S", None)
        self._command = Command(name, [sys.executable, *arguments], known | environment, STOP_S)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_failure: object) -> None:
        self.remove()

    def start(self) -> None:
        self._process = spawn(self._command, self._log)

    def kill(self) -> None:
        """End it as the kernel would when memory runs out."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self._command.grace_seconds)
        self.kill()
        shutil.rmtree(self._directory, ignore_errors=True)

    def check_alive(self) -> None:
        """Stop the program with the log's last lines when the process has ended by itself."""
        if self._process is None or self._process.poll() is not None:
            tail = self._log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
            raise SystemExit("\n".join([f"{self._command.name} has ended:", *tail]))


class WebServer(Server):
    """A console on a free port, which it keeps over restarts."""

    def __init__(self, name: str = "web", *, workers: int = 1) -> None:
        self._port = find_free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        options = ["--port", str(self._port), "--workers", str(workers), "--no-access-log"]
        super().__init__(name, ["-m", "uvicorn", "shop.asgi:application", *options], BASE_URL=self.url)

    def start(self) -> None:
        self.begin()
        self._wait()

    def begin(self) -> None:
        """Start it without waiting until it answers."""
        super().start()

    def _wait(self) -> None:
        """Until it answers `/healthz`. Stops the program when it does not."""
        end = time.monotonic() + START_S
        while not is_healthy("127.0.0.1", self._port):
            self.check_alive()
            if time.monotonic() > end:
                raise SystemExit(f"{self.url} does not answer.")
            time.sleep(0.1)


def make_deliverer() -> Server:
    return Server("deliver", [str(PROJECT / "manage.py"), "deliver"])


@contextlib.contextmanager
def console_at(url: str, workers: int) -> Iterator[str]:
    """The address of the console that runs there; without one, of a console that lives as long as the block."""
    if url:
        yield url.rstrip("/")
        return
    with WebServer(workers=workers) as server:
        yield server.url
