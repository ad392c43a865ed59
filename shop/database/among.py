"""Rows by a thousand ids or numbers at once, with these as one value."""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, F, Func


class IsAmong(Func):
    """Whether a column holds one of these ids, or of these texts, in `filter`.

    `__in` makes a parameter of each, which takes longer to prepare and to parse than the rows take to be read.
    """

    output_field = BooleanField()

    def __init__(self, column: str, ids: Iterable[int] | Iterable[str]) -> None:
        super().__init__(F(column))
        self.ids: list[Any] = list(ids)

    def as_postgresql(self, compiler: Any, connection: Any, **_context: Any) -> Any:
        kind = "text" if self.ids and isinstance(self.ids[0], str) else "bigint"
        return self._compare(compiler, f"= ANY(%s::{kind}[])", self.ids)

    def as_sqlite(self, compiler: Any, connection: Any, **_context: Any) -> Any:
        return self._compare(compiler, "IN (SELECT value FROM json_each(%s))", json.dumps(self.ids))

    def _compare(self, compiler: Any, sql: str, ids: Any) -> Any:
        column, parameters = compiler.compile(self.get_source_expressions()[0])
        return f"{column} {sql}", [*parameters, ids]
