"""The demo shop as a set of processes: which there are, how they start, and how they are watched."""

import http.client
import os
import shlex
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self
from urllib.parse import quote

from shop.demo.supervisor.child import Child, Command, describe_status, kill, spawn
from shop.demo.supervisor.data_dir import DataDir, write_private
from shop.demo.supervisor.database import Backup, prepare_database
from shop.demo.supervisor.redis_server import accepts_connections, choose_socket, redis_command
from shop.demo.supervisor.start_error import StartError
from shop.queues import EVERY_QUEUE

POLL_SECONDS = 0.1
START_SECONDS = 90.0
LOG_TAIL_LINES = 12
# One worker for all: a demo is one machine, and its threads cost little.
WORKER_OPTIONS = f"-Q {EVERY_QUEUE} -P threads -c 4 --without-mingle --without-gossip -l INFO".split()
# How manage.py begins the sentence of a CommandError.
REFUSAL = "CommandError: "


class Stopped(Exception):
    """Somebody asked the shop to stop; not a failure."""


class DemoShop:
    """All processes of one demo shop. Leaving the `with` block stops them, the last started first."""

    def __init__(
        self, project: Path, data_dir: DataDir, stopping: threading.Event, *, host: str, port: int
    ) -> None:
        self._project = project
        self._data_dir = data_dir
        self._stopping = stopping
        self._host = host
        self._port = port
        self._children: list[Child] = []
        self._socket = choose_socket(data_dir.path / "redis")
        self._standin_url = f"http://127.0.0.1:{find_free_port()}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        for child in reversed(self._children):
            child.stop()
        if self._socket.parent.parent != self._data_dir.path:
            shutil.rmtree(self._socket.parent, ignore_errors=True)

    @property
    def _local_address(self) -> str:
        """Where this machine reaches the web process, whatever address it listens on."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104

    @property
    def base_url(self) -> str:
        address = self._local_address
        return f"http://[{address}]:{self._port}" if ":" in address else f"http://{address}:{self._port}"

    @property
    def _environment(self) -> dict[str, str]:
        """The processes' environment. The passphrase of a backup is nobody's but of those who are given it."""
        outside = {name: value for name, value in os.environ.items() if name != "BACKUP_PASSPHRASE"}
        shop = self._list_settings()
        return {**outside, **shop, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(self._project)}

    def _list_settings(self) -> dict[str, str]:
        """The shop's own part. The caller's DATABASE_URL is ignored: demo data has no place there."""
        listens_everywhere = self._local_address != self._host
        return {
            "DEMO": "1",
            **self._data_dir.secrets(),
            "DATA_DIR": str(self._data_dir.path),
            "DATABASE_URL": f"sqlite:///{quote(str(self._data_dir.database))}",
            "REDIS_URL": f"unix://{self._socket}",
            "BASE_URL": self.base_url,
            "ALLOWED_HOSTS": "*" if listens_everywhere else f"127.0.0.1,localhost,[::1],{self._host}",
            "STANDIN_URL": self._standin_url,
            "WECHAT_PAY_URL": self._standin_url,
            "ALIPAY_URL": f"{self._standin_url}/gateway.do",
            "WECHAT_MINI_URL": self._standin_url,
            "WECHAT_OPEN_URL": self._standin_url,
            "KDNIAO_URL": self._standin_url,
            "KUAIDI100_URL": self._standin_url,
            "KUAIDI100_POLL_URL": self._standin_url,
            "FEIE_URL": self._standin_url,
            "YILIANYUN_URL": f"{self._standin_url}/v2",
            "WECOM_ROBOT_URL": self._standin_url,
            "DINGTALK_ROBOT_URL": self._standin_url,
            "FEISHU_ROBOT_URL": self._standin_url,
            "DJANGO_SETTINGS_MODULE": "shop.settings",
        }

    def _write_environment(self) -> None:
        """For the operator: `set -a; . var/run/environment; .venv/bin/python manage.py check_books`."""
        lines = "".join(f"{name}={shlex.quote(value)}\n" for name, value in self._list_settings().items())
        write_private(self._data_dir.run / "environment", lines)

    def start(self, *, buyers: int, backup: Backup | None = None) -> None:
        """Start everything, wait until the console answers, and print its address and the logins.

        An empty data directory is filled from the backup, or with the demo shop. Raises StartError when
        something does not start, Stopped when asked to stop meanwhile.
        """
        directory = self._data_dir.path
        self._start_child("redis", redis_command(self._socket, directory / "redis"))
        self._wait_until(lambda: accepts_connections(self._socket), "redis")
        # A backup brings the merchant's ids along, which the pretend WeChat reads when it starts.
        prepare_database(self._data_dir, self._project, self._manage, backup)
        standin_port = self._standin_url.rpartition(":")[2]
        standin_arguments = ["--port", standin_port, "--data-dir", str(directory / "standins")]
        standin_arguments += ["--push-url", f"{self._local_address}:{self._port}/hooks/kdniao"]
        self._add("standins", "-m", "shop.demo.standins", *standin_arguments)
        self._wait_until(lambda: is_listening(int(standin_port)), "standins")
        self._write_environment()
        web_options = ["--host", self._host, "--port", str(self._port), "--timeout-graceful-shutdown", "5"]
        self._add("web", "-m", "uvicorn", "shop.asgi:application", *web_options, "--no-access-log")
        self._wait_until(lambda: is_healthy(self._local_address, self._port), "web")
        # A task that runs when the shop is stopped may finish.
        self._add("worker", *["-m", "celery", "-A", "shop", "worker"], *WORKER_OPTIONS, grace_seconds=20)
        self._add("deliver", "manage.py", "deliver")
        self._greet()
        if buyers:
            urls = ["--base-url", self.base_url, "--standin-url", self._standin_url]
            self._add("buyers", "manage.py", "demo_buyers", *urls, "--rate", str(buyers))

    def _greet(self) -> None:
        print(f"\nThe shop is open: {self.base_url}/console/", flush=True)
        for line in self._data_dir.logins.read_text().splitlines():
            # The command's warnings, if it has any, are in the same file.
            if " / " in line:
                print(line)
        print(f"The phone page of who hands out at the stores: {self.base_url}/v/")
        print(f"\nLogs are in {self._data_dir.logs}. Ctrl-C stops the shop.", flush=True)

    def watch(self) -> None:
        """Keep every process alive until asked to stop.

        Raises Stopped then, and StartError when a process cannot be kept alive.
        """
        while True:
            self._tend()

    def _add(self, name: str, *arguments: str, grace_seconds: float = 10.0) -> None:
        """Start a process of Python."""
        self._start_child(name, [sys.executable, *arguments], grace_seconds)

    def _start_child(self, name: str, arguments: Sequence[str], grace_seconds: float = 10.0) -> None:
        command = Command(name, arguments, self._environment, grace_seconds)
        descriptors = [self._data_dir.processes_lock]
        child = Child(command, logs=self._data_dir.logs, run=self._data_dir.run, kept_descriptors=descriptors)
        self._children.append(child)
        child.start()

    def _tend(self) -> None:
        for child in self._children:
            if news := child.tend():
                print(news, flush=True)
        if self._stopping.wait(POLL_SECONDS):
            raise Stopped

    def _wait_until(self, is_ready: Callable[[], bool], name: str) -> None:
        end = time.monotonic() + START_SECONDS
        while not is_ready():
            if time.monotonic() > end:
                raise StartError(f"{name} did not start; its log tells why: {self._data_dir.logs / name}.log")
            self._tend()

    def _manage(
        self, *arguments: str, saying: str = "", output: Path | None = None, passphrase: str = ""
    ) -> None:
        """Run one management command to its end, tending the other processes meanwhile.

        Raises StartError when it fails: with the sentence it said, else with the log's last lines.
        """
        if saying:
            print(saying, flush=True)
        log = output or self._data_dir.logs / "prepare.log"
        log.unlink(missing_ok=True)
        environment = self._environment | ({"BACKUP_PASSPHRASE": passphrase} if passphrase else {})
        command = Command(arguments[0], [sys.executable, "manage.py", *arguments], environment)
        process = spawn(command, log, [self._data_dir.processes_lock])
        try:
            while process.poll() is None:
                self._tend()
        finally:
            kill(process)
        if process.returncode:
            raise StartError(explain_failure(arguments[0], process.returncode, log))


def explain_failure(name: str, status: int, log: Path) -> str:
    """What a command that refused said itself, else the end of what it left."""
    lines = log.read_text(errors="replace").splitlines()
    if lines and lines[-1].startswith(REFUSAL):
        return lines[-1].removeprefix(REFUSAL)
    tail = "\n".join(lines[-LOG_TAIL_LINES:])
    return f"{name} failed ({describe_status(status)}):\n{tail}\nAll of it: {log}"


def is_healthy(host: str, port: int) -> bool:
    """Tell whether the web process there answers `/healthz` with 200."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def is_listening(port: int) -> bool:
    """Tell whether somebody listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def find_free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
