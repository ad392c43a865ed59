"""Receipts on a printer in the shop's own network: bytes of ESC/POS, sent to a socket.

Before it prints, the printer is asked in real time (`DLE EOT`) whether it is ready; afterwards (`GS r`) it answers only
once it has come so far. Many printers answer neither: then a slip that was taken whole counts as sent.

Chinese is GBK in kanji mode (`FS &`); what GBK cannot write becomes “?”.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from shop.clients.circuit import circuit_of
from shop.clients.errors import BadCredentials, Rejected, Unknown, Unreachable
from shop.clients.printers.slips import IN_GBK, Line, Sent, Slip, State

PORT = 9100
TIMEOUT_S = 5.0
ANSWER_S = 1.0
"""A printer that answers in real time does so at once."""
KANJI_ON = b"\x1c\x26"
ASK_STATE, ASK_PAPER = b"\x10\x04\x01", b"\x10\x04\x04"
ASK_DONE = b"\x1dr\x01"
_IS_STATUS, _STATUS = 0x93, 0x12
"""Bits that are the same in every answer to `DLE EOT`."""
_OFF, _NO_PAPER = 0x08, 0x60
OFFLINE, NO_PAPER = "offline", "no_paper"
"""Codes of the refusals that a printer gives by its state."""


@dataclass(frozen=True)
class Address:
    """Where the printer listens."""

    host: str
    port: int = PORT


class Escpos:
    """A `Printer` that is asked directly. Every failure is a ClientError."""

    is_repeatable = False
    forgets = True

    def __init__(
        self,
        address: Address,
        *,
        may_be_near: bool = False,
        timeout: float = TIMEOUT_S,
        answers_in: float = ANSWER_S,
    ) -> None:
        """`timeout` in seconds, for connecting and for each write; `answers_in` for what it says of itself.

        `may_be_near`: the address may lead to this machine itself.
        """
        self._address = address
        self._may_be_near = may_be_near
        self._timeout = timeout
        self._answers_in = answers_in
        self._circuit = circuit_of("escpos", address.host, str(address.port))

    def print(self, slip: Slip) -> Sent:
        """Have a slip printed; raises as `Printer.print` says."""
        data = draw(slip) * slip.copies
        with self._circuit.call(), self._connected() as line:
            state = self._check_ready(line)
            with _unknown_when_broken():
                line.settimeout(self._timeout)
                line.sendall(data + ASK_DONE)
                is_done = self._is_done(line)
        if state is not State.SILENT and not is_done:
            raise Unknown("The printer stopped answering while it printed.")
        return Sent(is_printed=is_done)

    def was_printed(self, reference: str) -> bool:
        """Nobody can be asked afterwards. Raises Unknown."""
        raise Unknown("This printer keeps no record.")

    def find_state(self) -> State:
        """How the printer is."""
        with self._circuit.call(), self._connected() as line:
            return self._ask_state(line)

    def _check_ready(self, line: socket.socket) -> State:
        state = self._ask_state(line)
        if state in (State.OFFLINE, State.TROUBLED):
            raise Rejected(NO_PAPER if state is State.TROUBLED else OFFLINE, "", 0)
        return state

    def _ask_state(self, line: socket.socket) -> State:
        """Raises Unreachable when the line breaks: nothing was printed."""
        try:
            paper = self._ask(line, ASK_PAPER)
            state = self._ask(line, ASK_STATE) if paper is not None else None
        except OSError as error:
            raise Unreachable("The printer hung up.") from error
        if paper is None or state is None:
            return State.SILENT
        if paper & _NO_PAPER:
            return State.TROUBLED
        return State.OFFLINE if state & _OFF else State.ONLINE

    def _ask(self, line: socket.socket, question: bytes) -> int | None:
        """The answer in real time, None for silence. Raises OSError when the printer hangs up."""
        line.settimeout(self._answers_in)
        line.sendall(question)
        try:
            answer = line.recv(1)
        except TimeoutError:
            return None
        if not answer:
            raise ConnectionResetError
        return answer[0] if answer[0] & _IS_STATUS == _STATUS else None

    def _is_done(self, line: socket.socket) -> bool:
        """Whether the printer says that it has come to the end; one that is silent does not."""
        ends_at = time.monotonic() + self._timeout
        while (left_s := ends_at - time.monotonic()) > 0:
            line.settimeout(left_s)
            try:
                answer = line.recv(1)
            except TimeoutError:
                return False
            if not answer:
                return False
            if not answer[0] & 0x90:
                return True
        return False

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        try:
            line = socket.create_connection((self._address.host, self._address.port), timeout=self._timeout)
        except (OSError, UnicodeError) as error:
            raise Unreachable("The printer cannot be reached.") from error
        with line:
            if not self._may_be_near and is_near(line.getpeername()[0]):
                raise BadCredentials("The address leads to this machine.")
            yield line


def is_near(host: str) -> bool:
    """Whether an IP address is of this machine, of its link or of nobody: no printer of the shop's network."""
    address = ip_address(host)
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast


@contextmanager
def _unknown_when_broken() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unknown("The printer hung up while it printed.") from error


def draw(slip: Slip) -> bytes:
    """The bytes of one copy."""
    # Only who prints pays for it: it takes a third of a second and 17 MB.
    from escpos.printer import Dummy  # noqa: PLC0415

    paper = Dummy()
    paper.hw("INIT")
    paper._raw(KANJI_ON)
    for line in slip.lines:
        _draw_line(paper, line)
    paper.cut()
    return bytes(paper.output)


def _draw_line(paper: Any, line: Line) -> None:
    size = 2 if line.is_big else 1
    align = "center" if line.is_centred else "left"
    paper.set(align=align, bold=line.is_bold or line.is_big, custom_size=True, width=size, height=size)
    # Control characters would be commands.
    text = "".join(sign for sign in line.text if sign.isprintable())
    paper._raw(text.translate(IN_GBK).encode("gbk", "replace") + b"\n")
