"""What another room says beside a switch of the store settings: how things stand there, and the way to its page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shop.access import has_capability
from shop.actor import Actor


@dataclass(frozen=True)
class Hint:
    """A sentence with a link; it forbids nothing. `is_met`: nothing is left to do."""

    words: Any
    url: str
    label: Any
    is_met: bool


_MAKERS: dict[str, tuple[str, Callable[[], Hint]]] = {}


def register_hint(switch: str, capability: str, make: Callable[[], Hint]) -> None:
    """Say this beside a switch to whoever holds the capability."""
    _MAKERS[switch] = (capability, make)


def list_hints(actor: Actor) -> dict[str, Hint]:
    """By the name of the switch."""
    return {
        switch: make() for switch, (capability, make) in _MAKERS.items() if has_capability(actor, capability)
    }
