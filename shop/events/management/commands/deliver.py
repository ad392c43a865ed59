"""`manage.py deliver`: the plain loop that carries out deliveries and sweeps timers; needs only the database."""

import logging
import signal
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections, connection

from shop.events.delivery import deliver_batch, drain
from shop.events.nightly import begin_nightly
from shop.events.sweeping import sweep, sweep_together

logger = logging.getLogger(__name__)
POLL_S = 0.2
SWEEP_EVERY_S = 2.0


class Command(BaseCommand):
    help = (
        "Carry out event deliveries within a fraction of a second and sweep due timers. Run one or several."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="deliver all that is due, sweep once, and exit"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            drain()
            sweep()
            drain()
            return
        self.stopping = False
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        next_sweep, is_begun = 0.0, False
        while not self.stopping:
            try:
                if not is_begun:
                    begin_nightly()
                    is_begun = True
                if time.monotonic() >= next_sweep:
                    next_sweep = time.monotonic() + SWEEP_EVERY_S
                    sweep()
                self._deliver()
            except Error as error:
                logger.warning("database unavailable, waiting: %s", type(error).__name__)
                close_old_connections()
                connection.close()
                time.sleep(1)

    def _deliver(self) -> None:
        started = time.monotonic()
        busy = deliver_batch() + sweep_together() > 0
        if busy and connection.vendor == "sqlite":
            time.sleep(
                time.monotonic() - started
            )  # SQLite has one writer: leave others as much time as was taken.
        elif not busy:
            time.sleep(POLL_S)

    def _stop(self, *_args: Any) -> None:
        self.stopping = True
