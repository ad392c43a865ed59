"""A pretend receipt printer at a socket: takes ESC/POS apart by a table of its own and keeps what came out.

Fault of the path `/escpos`: `timeout_after` prints and does not say so, `error_500` hangs up before anything is read.
"""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shop.demo.standins.printers.journal import Receipt, take_receipt
from shop.demo.standins.world import World

PROVIDER = "escpos"
FAULT_PATH = "/escpos"
PATIENCE_SECONDS = 5.0
# Each command that this printer knows, with its parameters; anything else comes out as a box.
COMMANDS = re.compile(
    rb"\x1b@|\x1c&|\x1b[!EaM\-{].|\x1d[!Bb].|\x1bd.|\x1b[23]|\x1dV[\x00\x01]|\x1dV[AB].", re.DOTALL
)
REAL_TIME = re.compile(rb"\x10\x04([\x01-\x04])")
CUT, INIT, KANJI = re.compile(rb"\x1dV[\x00\x01]"), b"\x1b@", b"\x1c&"
DONE = b"\x1dr\x01"
WELL, OFF, NO_PAPER = 0x12, 0x1A, 0x72


class _Printer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], world: World) -> None:
        super().__init__(address, _Line)
        self.world = world

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up are what faults are for."""


class _Line(socketserver.BaseRequestHandler):
    server: _Printer

    def handle(self) -> None:
        world = self.server.world
        fault = world.faults.take(FAULT_PATH)
        if fault and fault.kind == "error_500":
            return
        self.request.settimeout(PATIENCE_SECONDS)
        buffer = b""
        while chunk := self.request.recv(65536):
            buffer = self._answer_state(buffer + chunk)
            if DONE in buffer:
                data, _, buffer = buffer.partition(DONE)
                print_copies(world, data)
                if fault and fault.kind == "timeout_after":
                    world.stopping.wait(fault.seconds)
                    return
                if world.ledger.behaviour()["printer_state"] != "silent":
                    self.request.sendall(b"\x00")

    def _answer_state(self, buffer: bytes) -> bytes:
        """Answer what is asked in real time, and return the rest."""
        state = self.server.world.ledger.behaviour()["printer_state"]
        if state != "silent":
            for kind in REAL_TIME.findall(buffer):
                is_about_paper = kind == b"\x04"
                paper = NO_PAPER if state == "no_paper" else WELL
                self.request.sendall(
                    bytes([paper if is_about_paper else OFF if state == "offline" else WELL])
                )
        return REAL_TIME.sub(b"", buffer)


def print_copies(world: World, data: bytes) -> None:
    """Keep each piece of paper that is cut off."""
    for page in filter(None, CUT.split(data)):
        take_receipt(world, Receipt(PROVIDER, "network", read_page(page)))


def read_page(page: bytes) -> str:
    """What stands on the paper; what the printer does not understand is a box."""
    is_kanji = page.startswith(INIT) and KANJI in page
    text = COMMANDS.sub(b"", page).decode("gbk" if is_kanji else "cp437", "replace")
    return re.sub(r"[^\S\n ]|[\x00-\x09\x0b-\x1f]", "□", text).strip("\n")


@contextmanager
def print_in_thread(world: World, *, port: int = 0, host: str = "127.0.0.1") -> Iterator[int]:
    """A running printer of this world; its port."""
    server = _Printer((host, port), world)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
