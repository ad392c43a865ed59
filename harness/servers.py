"""Private PostgreSQL and Redis servers that a test may kill, freeze and restart.

Each lives in a directory of its own, on a free port of 127.0.0.1. PostgreSQL refuses root, so root starts
both as an unprivileged user. Start them from the main thread: they end with the thread that started them.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from shop.demo.supervisor.child import end_with_parent
from shop.demo.supervisor.redis_server import find_redis_server
from shop.demo.supervisor.shop import find_free_port

START_SECONDS = 30.0
STOP_SECONDS = 15.0
DEBIAN_POSTGRESQL = Path("/usr/lib/postgresql")


class PrivateServer:
    """A server process in a directory of its own; a context manager that removes both."""

    stop_signal = signal.SIGTERM

    def __init__(self) -> None:
        self.port = find_free_port()
        self.directory = Path(tempfile.mkdtemp(prefix="shop-server-"))
        self._user = _unprivileged_user()
        if self._user:
            shutil.chown(self.directory, self._user.pw_uid, self._user.pw_gid)
        self._process: subprocess.Popen[bytes] | None = None
        self._log = (self.directory / "log").open("ab")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self.remove()

    def command(self) -> Sequence[str]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError

    @property
    def url(self) -> str:
        """What goes into DATABASE_URL or REDIS_URL."""
        raise NotImplementedError

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process.pid

    def start(self) -> None:
        """Start the server and wait until it answers; raises RuntimeError with its log when it does not.

        What a killed server left behind (shared memory still in use) may make the first tries fail.
        """
        end = time.monotonic() + START_SECONDS
        self._process = self._spawn(self.command())
        while not self.is_ready():
            if time.monotonic() > end:
                raise RuntimeError(f"the server did not start:\n{self.log_text()}")
            if self._process.poll() is not None:
                self._process = self._spawn(self.command())
            time.sleep(0.1)

    def stop(self) -> None:
        """End the server as an administrator would."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """End the server as a power cut would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def freeze(self) -> None:
        """Make the server hang with its connections open (SIGSTOP), until thawed."""
        self._signal_family(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_family(signal.SIGCONT)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        self.freeze()
        try:
            yield
        finally:
            self.thaw()

    def remove(self) -> None:
        """Stop the server and remove its directory."""
        if self._process is not None:
            self.thaw()
            self.stop()
        self._log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def log_text(self) -> str:
        return (self.directory / "log").read_text(errors="replace")

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=self._user.pw_uid if self._user else None,
            group=self._user.pw_gid if self._user else None,
            extra_groups=[] if self._user else None,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.directory)},
            preexec_fn=end_with_parent(),
        )

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        family = _family(self._process.pid)
        self._process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self._process.kill()
        self._process.wait()
        self._process = None
        _wait_gone(family[1:])

    def _signal_family(self, number: signal.Signals) -> None:
        for pid in _family(self.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


class PrivatePostgres(PrivateServer):
    """PostgreSQL with UTF-8 databases; `database` is created at the first start."""

    # The fast shutdown; SIGTERM would wait for every client to leave.
    stop_signal = signal.SIGINT
    database = "shop"

    def __init__(self) -> None:
        super().__init__()
        self._data = self.directory / "data"

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{self.database}"

    def start(self) -> None:
        is_new = not self._data.exists()
        if is_new:
            self._initialise()
        super().start()
        if is_new:
            with self.connect("postgres") as connection:
                connection.execute(f'CREATE DATABASE "{self.database}"')

    def connect(self, database: str = "") -> "psycopg.Connection[tuple[object, ...]]":
        """Return an autocommit connection as superuser."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            dbname=database or self.database,
            autocommit=True,
            connect_timeout=2,
        )

    def _initialise(self) -> None:
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        initdb = self._spawn([find_postgres("initdb"), "--pgdata", str(self._data), *options])
        if initdb.wait(60) != 0:
            raise RuntimeError(f"initdb failed:\n{self.log_text()}")

    def command(self) -> Sequence[str]:
        # A throw-away server need not survive a power cut, only its own death.
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "120",
            "fsync": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [find_postgres("postgres"), "-D", str(self._data), "-p", str(self.port), *options]

    def is_ready(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True


class PrivateRedis(PrivateServer):
    """Redis that keeps its data when killed (append-only file)."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def __init__(self) -> None:
        super().__init__()
        self._binary = find_redis_server()
        if Path(self._binary).is_relative_to(sys.prefix):
            # The virtual environment may lie where the unprivileged user cannot look; Redis accepts any user.
            self._user = None

    def client(self) -> redis.Redis:
        """Return a client that gives up at once: redis-py's own retries take half a minute."""
        return redis.Redis(
            port=self.port, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
        )

    def command(self) -> Sequence[str]:
        options = {"--bind": "127.0.0.1", "--port": str(self.port), "--dir": str(self.directory)}
        kept = {"--appendonly": "yes", "--appendfsync": "always", "--save": ""}
        return [self._binary, *(part for pair in (options | kept).items() for part in pair)]

    def is_ready(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def find_postgres(name: str) -> str:
    """Return the path of a PostgreSQL program; raises RuntimeError when PostgreSQL is not installed."""
    newest_first = sorted(DEBIAN_POSTGRESQL.glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    search = os.pathsep.join([*map(str, newest_first), os.environ["PATH"]])
    if found := shutil.which(name, path=search):
        return found
    raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql (as root)")


def _unprivileged_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL refuses root, and there is no user postgres or nobody to start it as")


def _family(pid: int) -> list[int]:
    """Return this process and all its descendants, parents first."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return [pid]
    return [pid, *(member for child in children for member in _family(int(child)))]


def _wait_gone(pids: Sequence[int]) -> None:
    end = time.monotonic() + STOP_SECONDS
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < end:
        time.sleep(0.02)
