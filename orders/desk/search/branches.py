"""Branches of a UNION ALL that each stop at a limit."""

from typing import TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def limit_branch(rows: "QuerySet[Row]", key: str, limit: int) -> "QuerySet[Row]":
    """The first `limit` of `rows` as a branch of a union; `key` tells the rows apart.

    SQLite allows no LIMIT in the branches of a UNION, only in a subquery of one. PostgreSQL gets it plain: joined
    to a subquery, a branch that may give hundreds of rows can be planned as a scan of the whole table.
    """
    if connection.features.supports_slicing_ordering_in_compound:
        return rows[:limit]
    return rows.order_by().filter(**{f"{key}__in": rows.values(key)[:limit]})
