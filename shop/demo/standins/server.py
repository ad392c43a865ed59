"""The HTTP server that plays all outside services in one process."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from shop.demo.standins.alipay.gate import name_path
from shop.demo.standins.faults import Fault
from shop.demo.standins.service import answer, count_call
from shop.demo.standins.wire import Reply, Request
from shop.demo.standins.world import RETRY_DELAYS, World

MAX_BODY_BYTES = 1_000_000
SLOW_STEPS = 20


class StandInServer(ThreadingHTTPServer):
    """One process, a thread per connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, port: int, world: World) -> None:
        super().__init__((host, port), _Handler)
        self.world = world

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report defects, but not callers that gave up waiting: that is what the faults are for."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def base_url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    """Turns the wire into `Request` and `Reply`, and plays the faults that concern the connection."""

    server: StandInServer
    protocol_version = "HTTP/1.1"
    # One packet per answer; separate ones for head and body would wait for each other.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: request lines hold secrets."""

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self.send_error(413)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(int(length)))
        world = self.server.world
        count_call(world, request)
        is_control = request.path.startswith("/_demo/")
        self._play(request, None if is_control else world.faults.take(name_path(request)))

    def _play(self, request: Request, fault: Fault | None) -> None:
        world = self.server.world
        if fault and fault.kind == "timeout_before":
            self._hang_up_after(fault.seconds)
            return
        if fault and fault.kind == "late":
            world.stopping.wait(fault.seconds)
        reply = answer(world, request, fault)
        if fault and fault.kind == "timeout_after":
            self._hang_up_after(fault.seconds)
        elif fault and fault.kind == "slow":
            self._write(reply, pause=fault.seconds / SLOW_STEPS)
        else:
            self._write(reply, pause=0)

    def _hang_up_after(self, seconds: float) -> None:
        self.server.world.stopping.wait(seconds)
        self.close_connection = True

    def _write(self, reply: Reply, *, pause: float) -> None:
        self.send_response(reply.status)
        if reply.status != 204:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        step = -(-len(reply.body) // SLOW_STEPS) if pause and reply.body else max(1, len(reply.body))
        for start in range(0, len(reply.body), step):
            self.wfile.write(reply.body[start : start + step])
            if pause:
                self.wfile.flush()
                self.server.world.stopping.wait(pause)


@contextmanager
def run_in_thread(
    data_dir: Path | str, *, retry_delays: tuple[float, ...] = RETRY_DELAYS
) -> Iterator[StandInServer]:
    """A running server for tests, on a free port; its `world` can be looked at directly."""
    server = StandInServer("127.0.0.1", 0, World(data_dir, retry_delays=retry_delays))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        server.world.close()
