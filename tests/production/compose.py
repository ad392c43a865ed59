"""The services of docker-compose.yml as local processes: the same commands, other addresses."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from harness.processes import PROJECT
from shop.demo.supervisor.child import Command, spawn

COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
PROGRAMS = {
    "python": [sys.executable],
    "uvicorn": [sys.executable, "-m", "uvicorn"],
    "celery": [sys.executable, "-m", "celery"],
}


def command_of(service: str, *, port: int) -> list[str]:
    """What the compose file starts, on this interpreter and this port of this machine."""
    program, *arguments = COMPOSE["services"][service]["command"]
    places = {"0.0.0.0": "127.0.0.1", "8000": str(port)}  # noqa: S104 - replaced
    return [*PROGRAMS[program], *(places.get(argument, argument) for argument in arguments)]


def environment_of(service: str) -> dict[str, str]:
    return dict(COMPOSE["services"][service]["environment"])


def start(service: str, environment: dict[str, Any], log: Path, *, port: int) -> "subprocess.Popen[bytes]":
    return spawn(Command(service, command_of(service, port=port), environment), log)
