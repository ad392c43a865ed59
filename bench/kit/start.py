"""From the command line to a Django that is set up: arguments first, so that --help needs nothing at all."""

import argparse
import importlib
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django

from harness.environment import set_test_environment


def make_parser(text: str | None) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)


def add_console(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", default="", help="a console that runs on the database (default: start one)")
    parser.add_argument(
        "--workers", type=int, default=2, help="web processes of the console that is started (default 2)"
    )


def add_figures(parser: argparse.ArgumentParser) -> None:
    file: Any = {"type": Path, "metavar": "FILE.json"}
    parser.add_argument("--save", **file, help="keep the figures in this file")
    parser.add_argument("--table", **file, nargs="+", help="measure nothing: kept figures side by side")


def run(module: str, options: argparse.Namespace, *, needs: Sequence[str] = ("DATABASE_URL",)) -> None:
    """Call `main(options)` of a module that may be imported only when Django is set up.

    Only the servers must be named: whatever else the caller has not set is a dummy, the secrets too.
    """
    if missing := [name for name in needs if not os.environ.get(name)]:
        raise SystemExit(f"Not set: {', '.join(missing)}. --help shows an example.")
    # Before what tests set, which is less.
    os.environ.setdefault("MAX_UNPAID_ORDERS", str(10**6))
    set_test_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    os.environ.setdefault("DATABASE_PATIENCE_S", "0")
    django.setup()
    # A line per request of this process would stand between the rows of the tables.
    logging.getLogger().setLevel(logging.WARNING)
    importlib.import_module(module).main(options)
