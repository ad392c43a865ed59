"""What happened (append-only), who still has to hear of it, and which timers are stuck."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any, ClassVar, NoReturn, Self

from django.apps import apps
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from shop.crypto import EncryptedTextField, Unreadable
from shop.database.kept import KeptUpdate, Param
from shop.errors import Refused

STALE = _("Somebody else changed this a moment ago. Look again, then repeat.")


class Versioned(models.Model):
    """A subject of events: its version rises by one with each event, which numbers them without a gap."""

    subject_kind: ClassVar[str]
    opened_by: ClassVar[str] = ""
    """Where the secret of the buyer is whom the subject belongs to, as `EncryptedTextField` has it."""
    state_column: ClassVar[str] = ""
    """The column of its state; "" for what has none, or keeps it otherwise (`state_labels`)."""
    state_labels: ClassVar[dict[str, Any]] = {}
    version = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    passed = ""
    """The verb whose checks this locked row has passed: `move` does not ask its guards again, who may see its facts."""

    @property
    def present_state(self) -> str:
        return str(getattr(self, self.state_column)) if self.state_column else ""

    def enter(self, state: str) -> tuple[str, ...]:
        """Set the state, unsaved; returns the columns that hold it."""
        if not self.state_column:
            return ()
        setattr(self, self.state_column, state)
        return (self.state_column,)

    @property
    def order_of_event(self) -> int | None:
        """The id of the order on whose timeline this subject's events stand, if any."""
        return None

    def save_raised(self, *fields: str) -> None:
        """Write `fields` and the version raised by one in one statement.

        The old version in the WHERE clause is the last guard against a forgotten lock. Raises Refused `stale`.
        """
        values = {name: self._as_saved(name) for name in fields}
        raising = _keep_raising(type(self), fields)
        if not raising.run(**values, pk=self.pk, known_version=self.version):
            raise Refused("stale", STALE)
        self.version += 1

    def _as_saved(self, name: str) -> Any:
        """The value of a field as `save` would write it: sealed ones for their row."""
        field: Any = self._meta.get_field(name)
        return field.pre_save(self, add=False)

    def read_secret(self) -> str | None:
        """The secret of the buyer whom the subject belongs to, "" if erased; None if it belongs to no buyer."""
        found: Any = self if self.opened_by else None
        for name in self.opened_by.split("."):
            found = getattr(found, name, None)
        return None if found is None else str(found)


@cache
def _keep_raising(model: type[Versioned], names: tuple[str, ...]) -> KeptUpdate:
    """The statement that writes these columns of a row with its version, which must be the one that is known."""
    changes: dict[str, Any] = {name: Param(name, model._meta.get_field(name)) for name in names}
    known = Param("known_version", model._meta.get_field("version"))
    rows = model._default_manager.filter(pk=Param("pk", models.BigIntegerField()), version=known)
    return KeptUpdate(lambda: (rows, changes | {"version": models.F("version") + 1}))


_ABOUT_ORDER = models.Q(kind="order")


class AppendOnly(models.QuerySet["Event"]):
    def of_order(self, order_id: Any) -> Self:
        """The timeline of an order: events of its own and of what belongs to it, such as its after-sales."""
        own = models.Q(kind="order", subject_id=order_id)
        return self.filter(own | (~_ABOUT_ORDER & models.Q(order_id=order_id)))

    def update(self, **_kwargs: Any) -> NoReturn:
        raise TypeError("events are append-only")

    def delete(self) -> NoReturn:
        raise TypeError("events are append-only")


class Event(models.Model):
    """One thing that happened to one subject. Database triggers refuse updates and deletes."""

    kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    order_id = models.BigIntegerField(null=True)
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20, blank=True)
    data = models.JSONField(default=dict)
    sealed = EncryptedTextField(
        bound_to=("kind", "subject_id", "number"), opened_by="secret", blank=True, default=""
    )

    objects = AppendOnly.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_id", "number"], name="event_once_per_version")
        ]
        indexes = [
            # Time only grows: a few kilobytes tell which pages hold the events of a day.
            BrinIndex(fields=["at"], name="event_by_time"),
            # An order's own events are found as those of their subject.
            models.Index(
                fields=["order_id", "id"],
                name="event_of_order_part",
                condition=~_ABOUT_ORDER & models.Q(order_id__isnull=False),
            ),
            # Few events are about other things than orders or done by staff; the record finds them by these.
            models.Index(
                fields=["kind", "id"], name="event_beside_orders", condition=models.Q(order_id__isnull=True)
            ),
            models.Index(
                fields=["actor_id", "id"], name="event_by_staff", condition=models.Q(actor_kind="staff")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} #{self.number} of {self.kind} {self.subject_id}"

    @cached_property
    def words(self) -> dict[str, str]:
        """What somebody typed to say why, which every colleague reads: "reason", and "notice" for the buyer.

        They are sealed; events of former versions, which nobody can change, hold them in `data`.
        """
        found = dict(self.data)
        if self.sealed and not isinstance(self.sealed, Unreadable):
            found |= json.loads(self.sealed)
        return {name: str(found[name]) for name in ("reason", "notice") if found.get(name)}

    @cached_property
    def secret(self) -> str | None:
        """The secret of the buyer whom the subject belongs to; who has the subject at hand sets it."""
        return _read_secrets(self.kind, [self.subject_id]).get(self.subject_id)

    @staticmethod
    def load_secrets(events: "Iterable[Event]") -> None:
        """Read the secrets of many events together, one query per kind of subject."""
        by_kind: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            by_kind[event.kind].append(event)
        for kind, found in by_kind.items():
            secrets = _read_secrets(kind, {event.subject_id for event in found})
            for event in found:
                event.secret = secrets.get(event.subject_id)


def _read_secrets(kind: str, subject_ids: Collection[int]) -> dict[int, str]:
    model = _find_subject_model(kind)
    if model is None or not model.opened_by:
        return {}
    path = model.opened_by.replace(".", "__")
    return dict(model._base_manager.filter(pk__in=subject_ids).values_list("pk", path))


@cache
def _find_subject_model(kind: str) -> type[Versioned] | None:
    models_ = (model for model in apps.get_models() if issubclass(model, Versioned))
    return next((model for model in models_ if model.subject_kind == kind), None)


class EventDelivery(models.Model):
    """One handler that has to hear of one event: the outbox row. It is forgotten some days after it was delivered.

    At `dead_at` it was put aside after many failures, until a person has it tried again.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    handler = models.CharField(max_length=200)
    priority = models.SmallIntegerField(default=5)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    dead_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="delivery_once_per_handler")]
        indexes = [
            models.Index(
                fields=["priority", "id"], name="delivery_open", condition=models.Q(done_at__isnull=True)
            ),
            models.Index(fields=["id"], name="delivery_dead", condition=models.Q(dead_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.handler} of event {self.event_id}"


class StuckTimer(models.Model):
    """A due row that a sweeper has claimed, or whose verb failed: left out until `until`, so that it blocks nobody.

    `attempts` counts failures; at `dead_at` it was put aside after many, until a person has it tried again.
    """

    timer = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    until = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=1)
    last_error = models.CharField(max_length=200, blank=True)
    dead_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["timer", "subject_id"], name="stuck_timer_once")]

    def __str__(self) -> str:
        return f"{self.timer} of {self.subject_id}"


class BookCheck(Versioned):
    """The comparing of the books every night, as far as it has come: one row.

    Every event up to `seen_id` has had its order, SKU or buyer looked at. `due_at` is when to go on; what was found by
    the last night that ended stands in its event. `broken` are the sentences found in the night that is under way.
    """

    subject_kind = "books"

    due_at = models.DateTimeField()
    seen_id = models.BigIntegerField(default=0)
    until_id = models.BigIntegerField(null=True)
    looked_at = models.PositiveIntegerField(default=0)
    broken = models.JSONField(default=list)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_book_check")]

    def __str__(self) -> str:
        return f"books up to event {self.seen_id}"


class Heartbeat(models.Model):
    """When a background process last finished a round; `/healthz` and the home page read it."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
