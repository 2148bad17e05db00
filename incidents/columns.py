"""Sets columns of many rows, each to its own value, in one statement."""

from collections.abc import Sequence
from typing import Any

from django.db import connection


def update(
    table: str, columns: dict[str, str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Set the columns, which are named with their types, of many rows.

    Django's bulk_update says the same with a CASE for each value, at ten times the
    cost. A row is (id, *values in the order of the columns).
    """
    if not rows:
        return
    arrays = ", ".join(f"%s::{kind}[]" for kind in ("bigint", *columns.values()))
    setters = ", ".join(f"{name} = new.{name}" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {setters}"  # noqa: S608 - names are ours
            f" FROM unnest({arrays}) AS new (id, {', '.join(columns)})"
            f" WHERE {table}.id = new.id",
            [list(column) for column in zip(*rows, strict=True)],
        )
