"""Live topics: what an open page may be told of while it is looked at.

A room declares a topic in its `live.py`; a page shows it by `data-live="order:12"` on a part that htmx fetches. The
socket carries only "order 12 changed": the part asks its own address again, which checks permission as always.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection
from functools import partial

from django.db import transaction

from shop.actor import Actor
from shop.push import push_soon

FindAudible = Callable[[Actor, Collection[int]], set[int]]
"""Of these ids those whose changes the actor may hear of, read from the database in one query."""

TOPICS: dict[str, FindAudible] = {}
LISTED: set[str] = set()
"""Topics of which a list is looked at too, as `name:0`: any change of one is a change of it."""
ALL = 0
_NAME = re.compile(r"\A([a-z_]{1,20}):([0-9]{1,18})\Z", re.ASCII)


def live_topic(name: str, *, is_listed: bool = False) -> Callable[[FindAudible], FindAudible]:
    """Declare a topic by who may hear of it. Events of the subject of that name are its changes.

    `is_listed`: a list of them is live too. The function is then asked about the id `ALL` as about any other.
    """

    def register(function: FindAudible) -> FindAudible:
        TOPICS[name] = function
        if is_listed:
            LISTED.add(name)
        return function

    return register


def hint_changed(name: str, pk: int) -> None:
    """Tell the readers of this topic, and nobody else, that it changed, once the transaction is committed.

    Costs no time and never raises; without such a topic it does nothing. Half a second's changes are one hint.
    """
    if name in TOPICS:
        for each in (pk, ALL) if name in LISTED else (pk,):
            topic = f"{name}:{each}"
            message = {"type": "topic.changed", "topic": topic}
            transaction.on_commit(partial(push_soon, group_of(topic), message))


def group_of(topic: str) -> str:
    """The group of the channel layer whose members hear of this topic."""
    return f"live.{topic.replace(':', '.')}"


def keep_audible(actor: Actor, topics: Collection[str]) -> set[str]:
    """Of these topics, as a page has named them, those that exist and that the actor may hear of."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for topic in topics:
        if (found := _NAME.match(topic)) and found[1] in TOPICS:
            wanted[found[1]].add(int(found[2]))
    return {f"{name}:{pk}" for name, ids in wanted.items() for pk in TOPICS[name](actor, ids)}
