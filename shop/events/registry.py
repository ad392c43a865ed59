"""Who reacts to what: handlers of events and timers of due rows, declared by decorators and found at start.

Handlers live in `handlers.py`, timers in `timers.py` of their app. `manage.py wiring` prints the map.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from shop.events.models import Event

HandlerFunction = Callable[[Event], None]
FindDue = Callable[[datetime, Collection[int], int], list[int]]
ActOnDue = Callable[[int], None]


@dataclass(frozen=True)
class Handler:
    """`outside` handlers enqueue tasks: they run without a transaction, since a broker may hang."""

    name: str
    function: HandlerFunction
    priority: int
    pushes: bool
    outside: bool


@dataclass(frozen=True)
class Timer:
    """`outside` timers enqueue tasks: they rest while the broker fails."""

    name: str
    find: FindDue
    act: ActOnDue
    outside: bool


HANDLERS: dict[str, Handler] = {}
HANDLERS_BY_VERB: dict[str, list[Handler]] = defaultdict(list)
TIMERS: dict[str, Timer] = {}


def on(
    *verbs: str, priority: int = 5, pushes: bool = False, outside: bool = False
) -> Callable[[HandlerFunction], HandlerFunction]:
    """Declare an idempotent handler of events; lower priorities are claimed first.

    `pushes`: open pages are told once after the batch that carried it. `outside`: see `Handler`.
    """

    def register(function: HandlerFunction) -> HandlerFunction:
        name = f"{function.__module__}.{function.__qualname__}"
        handler = Handler(name, function, priority, pushes, outside)
        HANDLERS[name] = handler
        for verb in verbs:
            HANDLERS_BY_VERB[verb].append(handler)
        return function

    return register


def due(name: str, *, find: FindDue, outside: bool = False) -> Callable[[ActOnDue], ActOnDue]:
    """Declare a timer: `find(now, skip, limit)` gives ids of due rows, the function acts on one by its verb.

    The verb checks again under its lock, so that two sweepers or a late human do no harm. `outside`: see `Timer`.
    """

    def register(function: ActOnDue) -> ActOnDue:
        TIMERS[name] = Timer(name, find, function, outside)
        return function

    return register
