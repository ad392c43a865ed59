"""What can be done to many orders at once, and to which of the chosen ones."""

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aftersales.moves.guards import HANDLE
from orders.desk.list.bulk_forms import (
    BulkForm,
    CancelManyForm,
    CollectBulkForm,
    HandOverForm,
    HoldManyForm,
    LabelsForm,
    RemarkManyForm,
)
from orders.desk.list.counts import CAP
from orders.desk.list.filters import Filters
from orders.desk.list.marks import (
    ASKED_BACK,
    BY_COURIER,
    CASH_OWED,
    FREE,
    HELD,
    LABELLED,
    MERGEABLE,
    SENT,
    UNPAID,
    Mark,
)
from orders.desk.list.selection import Selection
from orders.desk.list.selectors import narrow, split_by_stage
from orders.scope import orders_in_scope
from orders.stages import IN_HAND, Stage
from orders.states import MOVES
from shop.access import has_capability
from shop.actor import Actor
from shop.jobs.registry import Batch, Subject

BATCH = 1000


@dataclass(frozen=True)
class BulkAction:
    """One button of the selection bar; the words with `{n}` and `{total}` are filled in by the page's script.

    `one` is for a single order, `every` when all chosen fit, `some` when only a part does. Where an order also needs a
    `mark`, `only` is the sentence that says so. `form` is what is asked for all of them.
    """

    verb: str
    one: Any
    every: Any
    some: Any
    words: Any
    undo: Any = ""
    mark: Mark | None = None
    only: Any = ""
    form: type[BulkForm] | None = None

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

    @property
    def condition(self) -> Q:
        """Which orders fit, whatever their stage."""
        return self.mark.condition if self.mark else Q()


@dataclass(frozen=True)
class PrintLabels(BulkAction):
    """The button that is no job: what it does is done when the page is there."""

    @property
    def name(self) -> str:
        return "print_labels"

    @property
    def icon_name(self) -> str:
        return "printer"

    @property
    def url(self) -> str:
        return reverse("orders:print_labels")


@dataclass(frozen=True)
class AgreeToCancels(BulkAction):
    """The button by which requests about goods that were not sent are agreed to."""

    @property
    def name(self) -> str:
        return "agree_cancels"

    @property
    def icon_name(self) -> str:
        return "receipt-refund"

    @property
    def capability(self) -> str:
        return HANDLE

    @property
    def stages(self) -> tuple[Stage, ...]:
        return tuple(IN_HAND)


_ONLY_LABELLED = _(
    "Only orders to ship with an e-waybill are taken, none that is on hold or not paid in full."
)
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
    BulkAction(
        "order.label",
        _("Get 1 e-waybill"),
        _("Get {n} e-waybills"),
        _("Get e-waybills for {n} of {total}"),
        _("Each order gets one e-waybill for all that is left to send. One that has an e-waybill keeps it."),
        mark=BY_COURIER,
        only=_("Only orders to ship by a courier are taken, none that is on hold or not paid in full."),
        form=LabelsForm,
    ),
    BulkAction(
        "order.ship_part",
        _("Ship 1 order"),
        _("Ship {n} orders"),
        _("Ship {n} of {total}"),
        _("Each order is sent under the number of its e-waybill."),
        _("A parcel can be taken back until it moves."),
        mark=LABELLED,
        only=_ONLY_LABELLED,
    ),
    BulkAction(
        "order.hand_over",
        _("Hand over 1 order"),
        _("Hand over {n} orders"),
        _("Hand over {n} of {total}"),
        _("For each parcel that waits, its courier is called, or it is noted how it went."),
        _("What was called can be called off at each parcel."),
        mark=SENT,
        only=_("Only orders with a parcel that was sent by a courier and has not moved are taken."),
        form=HandOverForm,
    ),
    BulkAction(
        "order.collect",
        _("Collect for 1 order"),
        _("Collect for {n} orders"),
        _("Collect for {n} of {total}"),
        _("For each order all that it owes is recorded as received from the courier."),
        _("This cannot be undone; money is given back as a refund."),
        mark=CASH_OWED,
        only=_(
            "Only orders are taken that a courier was to be paid for and whose money is not in, none that comes back."
        ),
        form=CollectBulkForm,
    ),
)
TENDING = (
    BulkAction(
        "order.hold",
        _("Hold 1 order"),
        _("Hold {n} orders"),
        _("Hold {n} of {total}"),
        _("Nothing of them is shipped until they are released."),
        _("The time held is added to the time to ship."),
        mark=FREE,
        only=_("Only orders in hand are taken, none that is on hold already."),
        form=HoldManyForm,
    ),
    BulkAction(
        "order.release",
        _("Release 1 order"),
        _("Release {n} orders"),
        _("Release {n} of {total}"),
        _("They go on where they stood."),
        _("They can be held again."),
        mark=HELD,
        only=_("Only orders on hold are taken."),
    ),
    BulkAction(
        "order.remark",
        _("Remark on 1 order"),
        _("Remark on {n} orders"),
        _("Remark on {n} of {total}"),
        _("The seller remark of each is replaced by this one; an empty one clears it."),
        _("What stood there before is on the timeline of each order."),
        form=RemarkManyForm,
    ),
    BulkAction(
        "order.cancel_unpaid",
        _("Cancel 1 unpaid order"),
        _("Cancel {n} unpaid orders"),
        _("Cancel {n} unpaid of {total}"),
        _("The orders close, and their stock is free again."),
        _("This cannot be undone."),
        mark=UNPAID,
        only=_("Only orders are taken of which nothing is paid or shipped, and none with an e-waybill."),
        form=CancelManyForm,
    ),
    AgreeToCancels(
        "aftersale.agree_refund",
        _("Agree to cancel in 1 order"),
        _("Agree to cancel in {n} orders"),
        _("Agree to cancel in {n} of {total}"),
        _("What buyers ask back and was not sent is cancelled and refunded the way it was paid."),
        _("This cannot be undone."),
        mark=ASKED_BACK,
        only=_("Only orders are taken of which something is asked back that was not sent."),
    ),
)
"""In the menu “More” of the bar."""
MERGE = BulkAction(
    "order.merge",
    _("Merge 1 order"),
    _("Merge {n} orders"),
    _("Merge {n} of {total}"),
    _("Those of one buyer to the same recipient and address go in one parcel, with one e-waybill."),
    _("They can be separated until there is an e-waybill."),
    mark=MERGEABLE,
    only=_("Only orders are taken that can go with another one."),
    form=BulkForm,
)
"""No job: all are merged by one press, or none."""
PRINT_LABELS = PrintLabels(
    "order.label",
    _("1 e-waybill label"),
    _("{n} e-waybill labels"),
    _("E-waybill labels of {n} of {total}"),
    _("The labels show the recipients in full: each print is recorded."),
    mark=LABELLED,
    only=_ONLY_LABELLED,
)


def list_bulk(actor: Actor) -> list[BulkAction]:
    """The buttons this person's role allows."""
    return [action for action in (*BULK, MERGE) if has_capability(actor, action.capability)]


def list_more(actor: Actor) -> list[BulkAction]:
    """What stands in the menu of what is done less often."""
    return [action for action in TENDING if has_capability(actor, action.capability)]


def list_prints(actor: Actor) -> list[BulkAction]:
    """What stands in the menu of what is printed, beside the documents."""
    return [PRINT_LABELS] if has_capability(actor, PRINT_LABELS.capability) else []


@dataclass(frozen=True)
class Choice:
    """How many orders were chosen, and how many of them fit an action; both counted up to CAP + 1."""

    total: int
    fitting: int

    @property
    def others(self) -> int:
        return self.total - self.fitting


def choose_named(selection: Selection, action: BulkAction, *, actor: Actor) -> tuple[Choice, list[Subject]]:
    """The orders that were named one by one and fit the action, oldest first; one query."""
    fits = ExpressionWrapper(Q(stage__in=action.stages) & action.condition, output_field=BooleanField())
    named = selection.find_named(actor).order_by("pk").annotate(is_fit=fits)
    found = list(named.values_list("pk", "number", "is_fit"))
    fitting = [Subject(pk, number) for pk, number, is_fit in found if is_fit]
    return Choice(len(found), len(fitting)), fitting


def count_choice(selection: Selection, action: BulkAction, *, actor: Actor) -> Choice:
    """How many orders a press speaks of, and how many of them fit."""
    if not selection.is_all:
        return choose_named(selection, action, actor=actor)[0]
    filters = selection.filters
    return Choice(count_results(filters, actor=actor), count_results(filters, action, actor=actor))


def list_chosen_ids(selection: Selection, action: BulkAction, *, actor: Actor, most: int) -> list[int]:
    """The orders that were chosen and fit the action, oldest first: of a filter's no more than `most`."""
    if not selection.is_all:
        return [subject.id for subject in choose_named(selection, action, actor=actor)[1]]
    stages = [stage for stage in action.stages if stage in list_stages(selection.filters)]
    orders = narrow(selection.filters, actor=actor).filter(action.condition, stage__in=stages)
    return list(orders.order_by("pk").values_list("pk", flat=True)[:most])


def count_results(filters: Filters, action: BulkAction | None = None, *, actor: Actor) -> int:
    """Orders of the filtered list, those alone that fit an action, counted up to CAP + 1."""
    shown = list_stages(filters)
    wanted = shown if action is None else tuple(stage for stage in action.stages if stage in shown)
    orders, total = narrow(filters, actor=actor), 0
    if action is not None:
        orders = orders.filter(action.condition)
    for part in split_by_stage(filters, orders, wanted):
        total += part.order_by()[: CAP + 1 - total].count()
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
    orders = narrow(filters, actor=actor).filter(action.condition, stage=stages[at])
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
