"""What can be done to many orders at once, and to which of the chosen ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.list.counts import CAP
from orders.desk.list.filters import Filters
from orders.desk.list.selectors import narrow
from orders.scope import orders_in_scope
from orders.stages import Stage
from orders.states import MOVES
from shop.access import has_capability
from shop.actor import Actor
from shop.jobs.registry import Batch, Subject

BATCH = 1000


@dataclass(frozen=True)
class BulkAction:
    """One button of the selection bar; the words with `{n}` and `{total}` are filled in by the page's script.

    `one` is for a single order, `every` when all chosen fit, `some` when only a part does.
    """

    verb: str
    one: Any
    every: Any
    some: Any
    words: Any
    undo: Any

    @property
    def name(self) -> str:
        return self.verb.removeprefix("order.")

    @property
    def icon_name(self) -> str:
        return MOVES[self.verb].icon_name

    @property
    def kind(self) -> str:
        """The kind of job."""
        return self.verb

    @property
    def url(self) -> str:
        return reverse(f"orders:bulk_{self.name}")

    @property
    def capability(self) -> str:
        return MOVES[self.verb].capability

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in which the verb is legal; its guards are asked order by order when it is done."""
        return tuple(Stage(stage) for stage in MOVES[self.verb].steps)


BULK = (
    BulkAction(
        "order.confirm",
        _("Confirm 1 order"),
        _("Confirm {n} orders"),
        _("Confirm {n} of {total}"),
        _("The orders go to “to ship”."),
        _("This cannot be undone, but an order can still be held or cancelled."),
    ),
    BulkAction(
        "order.prepare",
        _("Prepare 1 order"),
        _("Prepare {n} orders"),
        _("Prepare {n} of {total}"),
        _("The orders are marked as being packed."),
        _("This cannot be undone, but an order can still be held or cancelled."),
    ),
)


def list_bulk(actor: Actor) -> list[BulkAction]:
    """The buttons this person's role allows."""
    return [action for action in BULK if has_capability(actor, action.capability)]


@dataclass(frozen=True)
class Choice:
    """How many orders were chosen, and how many of them fit an action; both counted up to CAP + 1."""

    total: int
    fitting: int

    @property
    def others(self) -> int:
        return self.total - self.fitting


def choose_numbers(
    numbers: Iterable[str], action: BulkAction, *, actor: Actor
) -> tuple[Choice, list[Subject]]:
    """The chosen orders of the actor's that are in a fitting stage, oldest first; one query."""
    chosen = orders_in_scope(actor).filter(number__in=set(numbers))
    found = list(chosen.order_by("pk").values("pk", "number", "stage"))
    fitting = [Subject(row["pk"], row["number"]) for row in found if row["stage"] in action.stages]
    return Choice(len(found), len(fitting)), fitting


def count_results(filters: Filters, stages: Iterable[Stage] | None = None, *, actor: Actor) -> int:
    """Orders of the filtered list, in these stages alone, counted up to CAP + 1."""
    shown = list_stages(filters)
    wanted = shown if stages is None else tuple(stage for stage in stages if stage in shown)
    orders, total = narrow(filters, actor=actor), 0
    for stage in wanted:
        total += orders.filter(stage=stage).order_by()[: CAP + 1 - total].count()
        if total > CAP:
            break
    return total


def list_stages(filters: Filters) -> tuple[Stage, ...]:
    """The stages that the filtered list shows."""
    stages = filters.stages
    return () if stages is None else stages or tuple(Stage)


def collect_orders(action: BulkAction, parameters: dict[str, Any], cursor: str, actor: Actor) -> Batch:
    """The next orders of the actor's filtered list that fit the action, oldest first and none newer than the press.

    The cursor is `stage:id`: each stage is a keyset query of its own, for which there is an index.
    """
    filters = Filters(parameters["filter"])
    shown = list_stages(filters)
    stages = [stage for stage in action.stages if stage in shown]
    at, after = _read_cursor(cursor)
    if at >= len(stages):
        return Batch()
    orders = narrow(filters, actor=actor).filter(stage=stages[at])
    orders = orders.filter(pk__gt=after, pk__lte=parameters["newest"]).order_by("pk")
    subjects = [Subject(pk, number) for pk, number in orders.values_list("pk", "number")[:BATCH]]
    if len(subjects) == BATCH:
        return Batch(subjects, f"{at}:{subjects[-1].id}")
    return Batch(subjects, f"{at + 1}:0" if at + 1 < len(stages) else "")


def _read_cursor(cursor: str) -> tuple[int, int]:
    at, _colon, after = (cursor or "0:0").partition(":")
    return int(at), int(after)


def find_newest(actor: Actor) -> int:
    """The id of the newest order in the actor's scope: what comes later was not seen by who pressed."""
    return orders_in_scope(actor).order_by("-pk").values_list("pk", flat=True).first() or 0
