"""The line of stages on top of the order page: what is past, what was skipped, where the order is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from orders.desk.labels import describe_close
from orders.models import Order
from orders.stages import Stage
from shop.events.models import Event
from shop.store.deliveries import WAYS

_LINE = (Stage.UNPAID, Stage.TO_CONFIRM, Stage.CONFIRMED, Stage.PREPARING, Stage.SHIPPED, Stage.DONE)
_RANK: dict[str, int] = {stage: rank for rank, stage in enumerate((*_LINE, Stage.CLOSED))}
_SKIPPING = frozenset({"order.skip_confirm", "order.skip_prepare"})


@dataclass(frozen=True)
class StageStep:
    """One step of the line; `state` is past, now, skipped, stopped or "" (still to come)."""

    label: str
    state: str
    at: datetime | None = None
    words: str = ""


def make_stage_line(order: Order, events: Sequence[Event]) -> list[StageStep]:
    """The steps of an order from its events; a closed order ends where it was stopped."""
    entered = _find_entered(events)
    if order.stage == Stage.CLOSED:
        steps = [_past_step(order, stage, entered[stage]) for stage in _LINE if stage in entered]
        return [*steps, StageStep(_("Closed"), "stopped", order.closed_at, describe_close(order))]
    past = WAYS[order.delivery].past
    line = [stage for stage in _LINE if stage in past or stage == order.stage]
    here = line.index(Stage(order.stage))
    return [_make_step(order, stage, i - here, entered) for i, stage in enumerate(line)]


def _find_entered(events: Sequence[Event]) -> dict[str, Event]:
    """Stage → the event that brought the order there, of those that no step back has undone."""
    own = sorted((event for event in events if event.kind == Order.subject_kind), key=lambda event: event.pk)
    entered: dict[str, Event] = {}
    for event in own:
        if event.before != event.after:
            reached = {stage: found for stage, found in entered.items() if _RANK[stage] <= _RANK[event.after]}
            entered = {event.after: event} | reached
    return entered


def _make_step(order: Order, stage: Stage, distance: int, entered: dict[str, Event]) -> StageStep:
    event, past = entered.get(stage), _name_past(order, stage)
    if distance > 0:
        return StageStep(past, "")
    if distance == 0:
        label = past if stage == Stage.DONE else str(stage.label)
        return StageStep(label, "now", event.at if event else None)
    return _past_step(order, stage, event) if event else StageStep(past, "skipped", words=_("skipped"))


def _past_step(order: Order, stage: Stage, event: Event) -> StageStep:
    past = _name_past(order, stage)
    if event.verb in _SKIPPING:
        return StageStep(past, "skipped", words=_("skipped"))
    if event.verb == "order.accept":
        return StageStep(str(WAYS[order.delivery].cash_name), "past", event.at)
    return StageStep(past, "past", event.at)


def _name_past(order: Order, stage: Stage) -> str:
    return str(WAYS[order.delivery].past.get(stage, stage.label))
