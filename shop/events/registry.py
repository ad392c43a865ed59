"""Who reacts to what: handlers of events and timers of due rows, declared by decorators and found at start.

Handlers live in `handlers.py`, timers in `timers.py` of their app. `manage.py wiring` prints the map.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop.events.models import Event
from shop.queues import GENERAL

HandlerFunction = Callable[[Event], None]
FindDue = Callable[[datetime, Collection[int], int], list[int]]
ActOnDue = Callable[[int], None]
ActOnAll = Callable[[Sequence[int]], None]
IsConcerned = Callable[[Any], bool]
MOST_AT_ONCE = 50
"""So many due rows of a timer are acted on in one round."""


@dataclass(frozen=True)
class Handler:
    """`outside` handlers enqueue tasks into `queue`: they run without a transaction, since a broker may hang.

    `only` tells by the subject, as the event leaves it, whether there is anything to do; None: there always may be.
    """

    name: str
    function: HandlerFunction
    priority: int
    pushes: bool
    outside: bool
    queue: str
    only: IsConcerned | None


@dataclass(frozen=True)
class Timer:
    """`outside` timers enqueue tasks into `queue`: they rest while the broker fails or the queue is full.

    Where there is `act_on_all`, the up to `most` rows of a round are one act, all of it or nothing.
    """

    name: str
    find: FindDue
    act: ActOnDue
    outside: bool
    queue: str
    act_on_all: ActOnAll | None = None
    most: int = MOST_AT_ONCE


HANDLERS: dict[str, Handler] = {}
HANDLERS_BY_VERB: dict[str, list[Handler]] = defaultdict(list)
TIMERS: dict[str, Timer] = {}


def on(
    *verbs: str,
    priority: int = 5,
    pushes: bool = False,
    outside: bool = False,
    queue: str = GENERAL,
    only: IsConcerned | None = None,
) -> Callable[[HandlerFunction], HandlerFunction]:
    """Declare an idempotent handler of events; lower priorities are claimed first.

    `pushes`: open pages are told once after the batch that carried it. `outside`, `queue`, `only`: see `Handler`.
    """

    def register(function: HandlerFunction) -> HandlerFunction:
        name = f"{function.__module__}.{function.__qualname__}"
        handler = Handler(name, function, priority, pushes, outside, queue, only)
        HANDLERS[name] = handler
        for verb in verbs:
            HANDLERS_BY_VERB[verb].append(handler)
        return function

    return register


def list_hearers(verb: str, subject: Any) -> list[Handler]:
    """Those who have to hear of an event that leaves its subject like this."""
    handlers = HANDLERS_BY_VERB.get(verb, ())
    return [handler for handler in handlers if handler.only is None or handler.only(subject)]


def due(
    name: str, *, find: FindDue, outside: bool = False, queue: str = GENERAL
) -> Callable[[ActOnDue], ActOnDue]:
    """Declare a timer: `find(now, skip, limit)` gives ids of due rows, the function acts on one by its verb.

    The verb checks again under its lock, so that two sweepers or a late human do no harm. `outside`, `queue`: see
    `Timer`. Raises ValueError for a name that another one has.
    """

    def register(function: ActOnDue) -> ActOnDue:
        _add(Timer(name, find, function, outside, queue))
        return function

    return register


def due_together(name: str, *, find: FindDue, most: int) -> Callable[[ActOnAll], ActOnAll]:
    """Declare a timer of rows that come by the thousand: the function acts on up to `most` at once.

    `manage.py deliver` goes on with them between deliveries instead of waiting for the next round. Where it raises,
    each row is tried alone, so that one that fails holds up no other. Raises ValueError as `due` does.
    """

    def register(function: ActOnAll) -> ActOnAll:
        _add(Timer(name, find, lambda row: function([row]), False, GENERAL, function, most))
        return function

    return register


def _add(timer: Timer) -> None:
    if timer.name in TIMERS:
        raise ValueError(f"there is a timer {timer.name} already")
    TIMERS[timer.name] = timer
