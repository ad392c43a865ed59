"""The shop as real processes against given servers, for tests that kill them and for browsers.

with ShopProcesses(database_url=postgres.url, redis_url=private_redis.url) as shop:
    shop.migrate()
    shop.start("standins", "web", "web2", "worker", "deliver")
    shop.kill("worker")
    shop.start("worker")
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import requests

from harness.environment import TEST_ENVIRONMENT
from shop.demo.supervisor.child import Command, end, kill, spawn
from shop.demo.supervisor.shop import WORKER_OPTIONS, find_free_port, is_healthy, is_listening

PROJECT = Path(__file__).resolve().parents[1]
START_SECONDS = 60.0
STOP_SECONDS = 20.0
TAIL = 2_000
"""Characters of a log that are shown."""
WORKER = [sys.executable, "-m", "celery", "-A", "shop", "worker"]


def run_python(
    *arguments: str, environment: Mapping[str, str], cwd: Path = PROJECT
) -> "subprocess.CompletedProcess[str]":
    """Run Python in the project with this environment and nothing else; return its status and what it wrote."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


class ShopProcesses:
    """Named processes of one shop; every name that begins with `web` is one more web process.

    `worker` does every queue in threads, `worker-payments` that queue alone in two processes. `web_options` are of
    uvicorn; `extra_environment` wins over everything. Logs and files live in a directory that leaving removes.
    """

    def __init__(
        self,
        *,
        database_url: str,
        redis_url: str,
        extra_environment: dict[str, str] | None = None,
        web_options: Sequence[str] = (),
    ) -> None:
        self._web_options = web_options
        self.directory = Path(tempfile.mkdtemp(prefix="shop-processes-"))
        self._ports = {"web": find_free_port(), "standins": find_free_port()}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._ready_counts: dict[str, int] = {}
        self.environment = {
            **TEST_ENVIRONMENT,
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "shop.settings",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "DATA_DIR": str(self.directory),
            "BASE_URL": self.web_url(),
            "STANDIN_URL": self.standin_url,
            "WECHAT_PAY_URL": self.standin_url,
            "ALIPAY_URL": f"{self.standin_url}/gateway.do",
            "WECHAT_MINI_URL": self.standin_url,
            "WECHAT_OPEN_URL": self.standin_url,
            "KDNIAO_URL": self.standin_url,
            "KUAIDI100_URL": self.standin_url,
            "KUAIDI100_POLL_URL": self.standin_url,
            "FEIE_URL": self.standin_url,
            "YILIANYUN_URL": f"{self.standin_url}/v2",
            "WECOM_ROBOT_URL": self.standin_url,
            "DINGTALK_ROBOT_URL": self.standin_url,
            "FEISHU_ROBOT_URL": self.standin_url,
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(PROJECT),
            **(extra_environment or {}),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        for name in reversed(list(self._processes)):
            self.stop(name)
        shutil.rmtree(self.directory, ignore_errors=True)

    def web_url(self, name: str = "web") -> str:
        """Return the base URL of one web process."""
        return f"http://127.0.0.1:{self.port(name)}"

    @property
    def standin_url(self) -> str:
        return f"http://127.0.0.1:{self.port('standins')}"

    def port(self, name: str) -> int:
        """Return the port of this process; it stays the same over restarts."""
        return self._ports.setdefault(name, find_free_port())

    def migrate(self) -> None:
        self.manage("migrate", "--no-input")

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a management command and return what it wrote; raises AssertionError when it fails."""
        result = run_python("manage.py", *arguments, environment=self.environment)
        if check and result.returncode:
            raise AssertionError(f"{arguments[0]} failed:\n{result.stdout}{result.stderr}")
        return result

    def start(self, *names: str) -> None:
        """Start these processes and wait until each serves; raises AssertionError with its log otherwise."""
        for name in names:
            self.begin(name)
        for name in names:
            self._wait_ready(name)

    def begin(self, name: str) -> None:
        """Start a process without waiting until it serves."""
        self._ready_counts[name] = self._ready_count(name)
        command = Command(name, self._arguments(name), self.environment)
        self._processes[name] = spawn(command, self._log(name))

    def check_alive(self) -> None:
        """Raises AssertionError with the end of the log of a process that has ended by itself."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise AssertionError(f"{name} has ended:\n{self.log_text(name)[-TAIL:]}")

    def is_running(self, name: str) -> bool:
        return name in self._processes and self._processes[name].poll() is None

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def kill(self, name: str) -> None:
        """End a process as the kernel would when memory runs out (SIGKILL)."""
        kill(self._processes.pop(name))

    def stop(self, name: str) -> None:
        """Ask a process to end (SIGTERM) and wait for it."""
        end(self._processes.pop(name), STOP_SECONDS)

    def restart(self, name: str) -> None:
        self.kill(name)
        self.start(name)

    def log_text(self, name: str) -> str:
        log = self._log(name)
        return log.read_text(errors="replace") if log.exists() else ""

    def health(self, name: str = "web") -> dict[str, Any]:
        """Return what `/healthz` of one web process answers; raises OSError when it does not."""
        answer = requests.get(f"{self.web_url(name)}/healthz", timeout=10)
        return {"status": answer.status_code, **answer.json()}

    def standin(self, command: str, **body: Any) -> dict[str, Any]:
        """Order something of the pretend WeChat (`shop/demo/standins/control.py`); raises OSError when it refuses."""
        answer = requests.post(f"{self.standin_url}/_demo/{command}", json=body, timeout=60)
        answer.raise_for_status()
        return dict(answer.json())

    def _log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def _arguments(self, name: str) -> list[str]:
        if name.startswith("web"):
            options = ["--port", str(self.port(name)), *self._web_options]
            return [sys.executable, "-m", "uvicorn", "shop.asgi:application", *options]
        if name == "worker":
            return [*WORKER, *WORKER_OPTIONS]
        if name.startswith("worker-"):
            queue = name.removeprefix("worker-")
            alone = f"-Q {queue} -n {queue}@shop -P prefork -c 2 --without-mingle --without-gossip"
            return [*WORKER, *alone.split()]
        if name == "standins":
            options = ["--port", str(self.port(name)), "--data-dir", str(self.directory / "standins")]
            return [sys.executable, "-m", "shop.demo.standins", *options]
        if name.startswith("deliver"):
            return [sys.executable, str(PROJECT / "manage.py"), "deliver"]
        raise ValueError(f"no process is called {name}")

    def _wait_ready(self, name: str) -> None:
        is_ready = self._readiness(name)
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            if self._processes[name].poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{name} did not start:\n{self.log_text(name)}")
            time.sleep(0.1)

    def _readiness(self, name: str) -> Callable[[], bool]:
        if name.startswith("web"):
            return lambda: is_healthy("127.0.0.1", self.port(name))
        if name == "standins":
            return lambda: is_listening(self.port(name))
        if name == "worker":
            starts_before = self._ready_counts.get(name, 0)
            return lambda: self._ready_count(name) > starts_before
        return lambda: True

    def _ready_count(self, name: str) -> int:
        """Count how often the log, which is kept over restarts, says that a worker began to consume."""
        return self.log_text(name).count(" ready.")
