"""The line of stages on top of the order page: what is past, what was skipped, where the order is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.desk.labels import describe_close
from orders.models import Order
from orders.stages import Stage
from shop.events.models import Event

_LINE = (Stage.UNPAID, Stage.TO_CONFIRM, Stage.CONFIRMED, Stage.PREPARING, Stage.SHIPPED, Stage.DONE)
_PAST: dict[str, Any] = {
    Stage.UNPAID: gettext_lazy("Order placed"),
    Stage.TO_CONFIRM: gettext_lazy("Paid"),
    Stage.CONFIRMED: gettext_lazy("Confirmed"),
    Stage.PREPARING: gettext_lazy("Preparing"),
    Stage.SHIPPED: gettext_lazy("Shipped"),
    Stage.DONE: gettext_lazy("Completed"),
}
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
    own = sorted((event for event in events if event.kind == Order.subject_kind), key=lambda event: event.pk)
    entered = {event.after: event for event in own if event.before != event.after}
    if order.stage == Stage.CLOSED:
        steps = [_past_step(stage, entered[stage]) for stage in _LINE if stage in entered]
        return [*steps, StageStep(_("Closed"), "stopped", order.closed_at, describe_close(order))]
    here = _LINE.index(Stage(order.stage))
    return [_make_step(stage, i - here, entered) for i, stage in enumerate(_LINE)]


def _make_step(stage: Stage, distance: int, entered: dict[str, Event]) -> StageStep:
    event = entered.get(stage)
    if distance > 0:
        return StageStep(str(_PAST[stage]), "")
    if distance == 0:
        label = str(_PAST[stage] if stage == Stage.DONE else stage.label)
        return StageStep(label, "now", event.at if event else None)
    return _past_step(stage, event) if event else StageStep(str(_PAST[stage]), "skipped", words=_("skipped"))


def _past_step(stage: Stage, event: Event) -> StageStep:
    if event.verb in _SKIPPING:
        return StageStep(str(_PAST[stage]), "skipped", words=_("skipped"))
    if event.verb == "order.accept":
        return StageStep(_("Cash on delivery"), "past", event.at)
    return StageStep(str(_PAST[stage]), "past", event.at)
