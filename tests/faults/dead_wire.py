"""A wire to a server that can go dead: what is sent into it arrives nowhere, and nobody is told."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class DeadWire:
    """A TCP proxy. While it is cut it takes connections and bytes and passes none on; cut ones stay dead for good."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._is_cut = threading.Event()
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def cut(self) -> None:
        self._is_cut.set()

    def mend(self) -> None:
        """From now on new connections are passed on."""
        self._is_cut = threading.Event()

    def close(self) -> None:
        self.cut()
        for each in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                each.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self._sockets.append(client)
            if not self._is_cut.is_set():
                self._join(client)

    def _join(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target)
        except OSError:
            client.close()
            return
        self._sockets.append(server)
        for pair in ((client, server), (server, client)):
            threading.Thread(target=self._pass_on, args=(*pair, self._is_cut), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_cut: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if is_cut.is_set():
                    return  # Neither is closed: each end believes that the other one is slow.
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def dead_wire(host: str, port: int) -> Iterator[DeadWire]:
    wire = DeadWire((host, port))
    try:
        yield wire
    finally:
        wire.close()
