"""One process of the shop: started with its log, watched, restarted when it dies, stopped."""

import ctypes
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shop.demo.supervisor.start_error import StartError

DEATHS_ALLOWED = 5
DEATHS_WINDOW_SECONDS = 60.0
FIRST_BACKOFF_SECONDS = 0.2
LONGEST_BACKOFF_SECONDS = 5.0
LARGEST_LOG_BYTES = 10_000_000
PR_SET_PDEATHSIG = 1  # linux/prctl.h

_libc = ctypes.CDLL(None)


@dataclass(frozen=True)
class Command:
    """How to start one process, and how many seconds it may take to stop by itself."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    grace_seconds: float = 10.0


def spawn(command: Command, log: Path, kept_descriptors: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, its output appended to the log.

    Ctrl-C in the terminal so reaches only the supervisor, which stops its children in order; should the
    supervisor be killed, the kernel sends them SIGTERM.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            command.arguments, env=dict(command.environment), stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True, pass_fds=kept_descriptors,
            preexec_fn=end_with_parent(),
        )  # fmt: skip


def end_with_parent() -> Callable[[], None]:
    """Return what a forked child calls so that the kernel sends it SIGTERM when its parent's thread ends."""
    parent = os.getpid()

    def prepare() -> None:
        # The supervisor's own handler, which is there until the new program is, would swallow it.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            # The parent was gone before the kernel was told to watch it.
            os._exit(1)
        # A script that starts its commands with & makes them ignore SIGINT; children must not.
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return prepare


def end(process: "subprocess.Popen[bytes]", grace_seconds: float) -> None:
    """Ask a process to end, and kill what is left of it and of all it started after its grace."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(grace_seconds)
    kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a process and all it started as the kernel would when memory runs out (SIGKILL)."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def shorten_log(log: Path) -> None:
    """Put a log that has grown large aside, keeping one older one."""
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


class Child:
    """A process that is kept alive."""

    def __init__(self, command: Command, *, logs: Path, run: Path, kept_descriptors: Sequence[int]) -> None:
        self.command = command
        self.log = logs / f"{command.name}.log"
        self._pid_file = run / f"{command.name}.pid"
        self._kept_descriptors = kept_descriptors
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths: deque[float] = deque()
        self._restart_at = 0.0

    def start(self) -> None:
        shorten_log(self.log)
        self._process = spawn(self.command, self.log, self._kept_descriptors)
        self._pid_file.write_text(f"{self._process.pid}\n")

    def tend(self) -> str | None:
        """Notice a death or restart what has died; return a sentence when there is something to say.

        Raises StartError when the process has died too often to be worth another try.
        """
        now = time.monotonic()
        if self._process is None:
            if now >= self._restart_at:
                self.start()
            return None
        status = self._process.poll()
        if status is None:
            return None
        kill(self._process)
        self._process = None
        self._note_death(now)
        return f"{self.command.name} ended ({describe_status(status)}); starting it again."

    def _note_death(self, now: float) -> None:
        self._deaths.append(now)
        while self._deaths[0] < now - DEATHS_WINDOW_SECONDS:
            self._deaths.popleft()
        if len(self._deaths) >= DEATHS_ALLOWED:
            raise StartError(
                f"{self.command.name} ended {DEATHS_ALLOWED} times within a minute; see {self.log}"
            )
        self._restart_at = now + backoff_seconds(len(self._deaths))

    def stop(self) -> None:
        if self._process is not None:
            end(self._process, self.command.grace_seconds)
            self._process = None
        self._pid_file.unlink(missing_ok=True)


def backoff_seconds(deaths: int) -> float:
    """Return how long to wait before the restart after so many deaths in a row."""
    return min(LONGEST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * float(2 ** (deaths - 1)))


def describe_status(status: int) -> str:
    """Say in words how a process ended."""
    return f"by signal {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
