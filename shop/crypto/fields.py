"""Columns of sealed values: plain in Python, opened when they are read for the first time."""

import logging
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.crypto.sealing import Undecryptable, is_sealed, seal, unseal
from shop.errors import Refused

logger = logging.getLogger(__name__)


class Sealed(str):
    """A value as the database holds it: not opened yet, or ready to be written."""


class Unreadable(str):
    """Stands for a stored value that cannot be opened; saved again, it is written back as it was stored.

    A page shows it in the one cell it is about. `stored` is what the database holds.
    """

    stored: str

    def __new__(cls, stored: str) -> "Unreadable":
        made = super().__new__(cls, cls.words())
        made.stored = stored
        return made

    @staticmethod
    def words() -> str:
        return gettext("(cannot be read)")


class Erased(Unreadable):
    """Stands for a value of a buyer whose personal data was erased: nothing opens it any more."""

    @staticmethod
    def words() -> str:
        return gettext("(erased)")


class _OpenedWhenRead(DeferredAttribute):
    """Opens a value when it is asked for, because only then its row is known; most are never asked for."""

    field: Any

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = instance.__dict__[self.field.attname] = self.field.open(value, instance)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A text column that is encrypted in the database and plain in Python; it cannot be filtered by.

    `bound_to` names the columns that tell what the value belongs to; they are known before the row is written and
    never change. `opened_by` leads from the row to the secret of the buyer whose value it is ("customer.secret"); a
    None there means that it is nobody's, "" that it was erased. `was_plain`: processes of a former version write it
    unsealed; so it is read as it stands, until the row is written again. None of these is known to the models of
    migrations, which move stored text only.
    """

    descriptor_class = _OpenedWhenRead

    def __init__(
        self,
        *args: Any,
        bound_to: tuple[str, ...] = (),
        opened_by: str = "",
        was_plain: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.bound_to = bound_to
        self.opened_by = opened_by
        self.was_plain = was_plain

    @property
    def context(self) -> str:
        """The table and column, which a sealed value is bound to."""
        return f"{self.model._meta.db_table}.{self.column}"

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        stored = model_instance.__dict__.get(self.attname)
        value = stored if isinstance(stored, Sealed) else getattr(model_instance, self.attname)
        if isinstance(value, Unreadable):
            return Sealed(value.stored)
        is_ready = isinstance(value, Sealed) or value in (None, "") or hasattr(value, "resolve_expression")
        return value if is_ready else self.seal(str(value), model_instance)

    def seal(self, text: str, row: models.Model) -> Sealed:
        """Encrypt a value of this row. Raises Refused `erased` about a buyer whose data was erased."""
        secret = self._read_secret(row)
        if secret == "":
            raise Refused(
                "erased", _("The buyer's personal data was erased: nothing more is kept about them.")
            )
        return Sealed(seal(text, context=self.context, row=self._identify(row), secret=secret))

    def open(self, stored: str, row: models.Model) -> str:
        """The plain value, or what stands for one that cannot be opened."""
        try:
            secret = self._read_secret(row)
            if secret == "":
                return Erased(stored)
            if self.was_plain and not is_sealed(stored):
                return str(stored)
            return unseal(stored, context=self.context, row=self._identify(row), secret=secret)
        except Undecryptable:
            logger.error("a value of %s %s cannot be opened", self.context, row.pk)
            return Unreadable(stored)

    def _read_secret(self, row: models.Model) -> str | None:
        return attrgetter(self.opened_by)(row) if self.opened_by else None

    def _identify(self, row: models.Model) -> str:
        return "\n".join(spell(getattr(row, name)) for name in self.bound_to)

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Unreadable):
            return value.stored
        if value in (None, "") or isinstance(value, Sealed):
            return value and str(value)
        if self.bound_to or self.opened_by:
            raise TypeError(f"{self.name} is sealed for its row: save the row, or make it with `seal`.")
        return seal(str(value), context=self.context)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return Sealed(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in ("isnull", "exact"):
            raise TypeError(f"{self.name} is encrypted: look it up by its keyed hash.")
        return super().get_lookup(lookup_name)


def spell(value: Any) -> str:
    """A value of `bound_to` as it is bound. Raises ValueError where it is not known yet."""
    if value is None:
        raise ValueError("a sealed value is bound to what is known before it is written")
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def list_unreadable(row: models.Model) -> list[str]:
    """The columns of this row whose stored values cannot be opened, and were not erased."""
    return [
        f"{field.model._meta.db_table}.{field.column}"
        for field in row._meta.concrete_fields
        if isinstance(field, EncryptedTextField) and _is_broken(getattr(row, field.attname))
    ]


def _is_broken(value: Any) -> bool:
    return isinstance(value, Unreadable) and not isinstance(value, Erased)
