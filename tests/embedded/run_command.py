"""`bin/run` as a test drives it: started, read line by line, asked to stop, looked after for leftovers."""

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.processes import PROJECT
from shop.demo.supervisor.shop import find_free_port

PROCESS_NAMES = ("redis", "standins", "web", "worker", "deliver", "buyers")


class RunCommand:
    """One start of `bin/run` in a data directory; leaving the `with` block kills it if it still runs."""

    def __init__(
        self, data_dir: Path, *options: str, project: Path = PROJECT, port: int = 0, passphrase: str = ""
    ) -> None:
        self.data_dir = data_dir
        self.port = port or find_free_port()
        self.output_file = data_dir.with_name(f"{data_dir.name}.output")
        arguments = ["--data-dir", str(data_dir), "--port", str(self.port), *options]
        secret = {"BACKUP_PASSPHRASE": passphrase} if passphrase else {}
        with self.output_file.open("wb") as output:
            self.process = subprocess.Popen(
                [str(project / "bin" / "run"), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **secret},
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            wait_until(
                lambda: not self.living_processes(), "all processes are gone", left=self.living_processes
            )

    @property
    def output(self) -> str:
        return self.output_file.read_text(errors="replace")

    def wait_open(self, seconds: float = 240) -> None:
        """Wait until the greeting with the logins is printed and the last process runs."""
        wait_until(
            lambda: "Ctrl-C stops the shop." in self.output or self._has_ended(), "the shop opens", seconds
        )
        assert "Ctrl-C stops the shop." in self.output, self.output
        wait_until(lambda: self.pid("deliver") > 0, "everything runs")

    def _has_ended(self) -> bool:
        return self.process.poll() is not None

    def wait_end(self, seconds: float = 60) -> int:
        return self.process.wait(seconds)

    def stop(self) -> int:
        """Press Ctrl-C and return the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.wait_end()

    def pid(self, name: str) -> int:
        """Return the id of one process, 0 when it has none at the moment."""
        try:
            return int((self.data_dir / "run" / f"{name}.pid").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def kill(self, name: str) -> int:
        """Kill one process; return its id."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_back(self, name: str, killed_pid: int) -> None:
        """Wait until a killed process runs again under a new id."""
        wait_until(lambda: self.pid(name) != killed_pid and is_alive(self.pid(name)), f"{name} is back")

    def health_status(self) -> int:
        """Return the HTTP status of `/healthz`, 0 when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def living_processes(self) -> list[str]:
        """Return the command lines of all processes that work in this data directory."""
        wanted = f"DATA_DIR={self.data_dir}\0".encode()
        return [command for pid, command in _all_processes() if wanted in _environment(pid)]


def run_once(data_dir: Path, *options: str, project: Path, passphrase: str = "") -> None:
    """Start the shop, wait until it is open, and press Ctrl-C."""
    with RunCommand(data_dir, *options, project=project, passphrase=passphrase) as run:
        run.wait_open()
        assert run.stop() == 0


def is_alive(pid: int) -> bool:
    """Tell whether a process exists and has not ended."""
    try:
        return pid > 0 and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(
    is_so: Callable[[], bool], what: str, seconds: float = 60, *, left: Callable[[], object] = str
) -> None:
    """Wait for something to become true; raises AssertionError naming it, and what is `left`, when it does not."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what} {left()}".rstrip()
        time.sleep(0.1)


def _all_processes() -> list[tuple[int, str]]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if command:
            found.append((int(path.name), command))
    return found


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""
