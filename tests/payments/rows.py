"""Rows as they are stored by now."""

from typing import TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def again(row: Row) -> Row:
    return type(row)._default_manager.get(pk=row.pk)
