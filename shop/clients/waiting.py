"""What a caller must let go of before it waits for somebody else's computer."""

from collections.abc import Callable

_letting_go: list[Callable[[], None]] = []


def before_waiting(let_go: Callable[[], None]) -> None:
    """Have this called before each call to the outside; the clients themselves know of no database."""
    if let_go not in _letting_go:
        _letting_go.append(let_go)


def let_go() -> None:
    """Give back what others need meanwhile. Raises what the registered functions raise: then nothing is sent."""
    for function in _letting_go:
        function()
