"""Deadlines as the verbs of timers check them again: the row was chosen before it was locked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.actor import Actor, ActorKind
from shop.errors import Refused


class NotDue(Refused):
    """The deadline was moved meanwhile (409, `not_due`)."""


_MOVED = ("not_due", "coming_back")


def check_due(deadline: datetime | None, actor: Actor) -> None:
    """Raise NotDue when the system acts before its time; people need not wait. The order is locked."""
    if actor.kind == ActorKind.SYSTEM and (deadline is None or deadline > clock.now()):
        raise NotDue("not_due", _("It is not time yet."))


@contextmanager
def unless_moved() -> Iterator[None]:
    """For timers: a deadline that was moved or stopped at the last moment is no failure."""
    try:
        yield
    except Refused as refused:
        if refused.code not in _MOVED:
            raise
