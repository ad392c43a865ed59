"""Statements whose SQL is put together once: of the few that every order runs, that is most of the work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.expressions import Expression
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.subqueries import UpdateQuery

Row = TypeVar("Row", bound=models.Model)


class Param(Expression):
    """Stands in a kept query for a value that each call gives by name."""

    def __init__(self, name: str, field: Any) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class KeptQuery(Generic[Row]):
    """A queryset of whole models, `select_related` and annotations included, with `Param`s for what changes.

    It is given as a function, which is asked once, when all models are there. Reads the primary database.
    """

    def __init__(self, make: Callable[[], "models.QuerySet[Row]"]) -> None:
        self._make = make

    def fetch(self, **values: Any) -> list[Row]:
        """The rows for these values of the parameters."""
        sql, params, builder = self._kept
        with connection.cursor() as cursor:
            cursor.execute(sql, [_fill(param, values) for param in params])
            return builder.build(cursor.fetchall())

    def first(self, **values: Any) -> Row | None:
        """The first row, for queries that find one at most."""
        return next(iter(self.fetch(**values)), None)

    @cached_property
    def _kept(self) -> "tuple[str, Sequence[Any], _Builder]":
        compiler = self._make().query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        return sql, params, _Builder.of(compiler)


class KeptUpdate:
    """`update(**changes)` of a queryset of one table, with `Param`s for what changes and what is compared.

    Given as a function of (rows, changes), which is asked once. Writes the primary database.
    """

    def __init__(self, make: "Callable[[], tuple[models.QuerySet[Any], dict[str, Any]]]") -> None:
        self._make = make

    def run(self, **values: Any) -> int:
        """Write these values of the parameters; returns how many rows were found."""
        sql, params = self._kept
        with connection.cursor() as cursor:
            cursor.execute(sql, [_fill_saved(param, values) for param in params])
            return int(cursor.rowcount)

    @cached_property
    def _kept(self) -> tuple[str, Sequence[Any]]:
        rows, changes = self._make()
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(changes)
        sql, params = query.get_compiler(connection=connection).as_sql()
        return sql, params


def reads_all(rows: "models.QuerySet[Any]") -> bool:
    """Whether a queryset is just every row of its table, so that it is the same for whoever asks."""
    query = rows.query
    return not (query.where or query.select_related or query.annotations or query.deferred_loading[0])


def _fill(param: Any, values: dict[str, Any]) -> Any:
    if isinstance(param, Param):
        return param.output_field.get_db_prep_value(values[param.name], connection)
    return param


def _fill_saved(param: Any, values: dict[str, Any]) -> Any:
    if isinstance(param, Param):
        return param.output_field.get_db_prep_save(values[param.name], connection)
    return param


@dataclass(frozen=True)
class _Builder:
    """Makes models of rows, as Django's own `ModelIterable` does after it has put the SQL together."""

    compiler: SQLCompiler
    model: type[models.Model]
    columns: slice
    names: list[str]
    related: Sequence[Any]
    converters: dict[int, Any]

    @classmethod
    def of(cls, compiler: Any) -> "_Builder":
        info, select = compiler.klass_info, compiler.select
        columns = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
        return cls(
            compiler,
            info["model"],
            columns,
            [column[0].target.attname for column in select[columns]],
            get_related_populators(info, select, DEFAULT_DB_ALIAS),  # type: ignore[call-arg]  # stubs of Django 6
            compiler.get_converters([column[0] for column in select]),
        )

    def build(self, rows: Sequence[Any]) -> list[Any]:
        return [self._build(row) for row in self.compiler.apply_converters(rows, self.converters)]

    def _build(self, row: Sequence[Any]) -> models.Model:
        built = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.columns])
        for populator in self.related:
            populator.populate(row, built)
        for name, at in self.compiler.annotation_col_map.items():
            setattr(built, name, row[at])
        return built
