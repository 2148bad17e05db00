"""The walls between accounts: the scope of a transaction, and row-level security.

The first wall is in Python: an account's models have no unscoped manager. The
second is PostgreSQL's: without a scope the application's role sees no row, and a
composite foreign key refuses a row that points into another account.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from django.apps import apps
from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

ALL = "*"

Ending = Callable[[list[int]], None]
# What is left to do at the end of the open scope, and with which rows.
_endings: ContextVar[dict[Ending, list[int]] | None] = ContextVar(
    "endings", default=None
)


class TenantKey(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key to a row of the same account.

    Its constraint is composite, (account, key), and made by `raise_walls`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(*args, **kwargs)


class Keyed(Protocol):
    """Anything with the primary key of an account."""

    pk: Any


@contextmanager
def scope(account: Keyed) -> Iterator[None]:
    """Open a transaction that sees one account; this will commit at its end."""
    with _scope(str(account.pk)):
        yield


@contextmanager
def all_accounts() -> Iterator[None]:
    """Open a transaction that sees every account: for the engine and sign-in."""
    with _scope(ALL):
        yield


def enter(account: Keyed) -> None:
    """Narrow the transaction that is open to one account, until its end."""
    _name(str(account.pk))


@contextmanager
def within(account: Keyed) -> Iterator[None]:
    """Name another account for a part of the open transaction, then the first again.

    For making an account from inside of another one; a failure must undo it all.
    """
    outer = _named()
    _name(str(account.pk))
    yield
    _name(outer)


@contextmanager
def beyond() -> Iterator[None]:
    """See every account for a part of the open transaction, then the first again.

    For asking whether a person is elsewhere too; a failure must undo it all.
    """
    outer = _named()
    _name(ALL)
    yield
    _name(outer)


def is_open() -> bool:
    """Say whether a scope is open here, whoever opened it."""
    return _endings.get() is not None


def at_end(ending: Ending, rows: Iterable[int]) -> None:
    """Have something done once, for all such rows, right before the scope commits.

    It is a part of the transaction. Without a scope nothing happens.
    """
    endings = _endings.get()
    if endings is not None:
        endings.setdefault(ending, []).extend(rows)


@contextmanager
def _scope(name: str) -> Iterator[None]:
    outer = _named() if connection.in_atomic_block else None
    # Durable, so scopes do not nest: a setting made in a savepoint outlives it.
    with transaction.atomic(durable=True):
        _name(name)
        mine: dict[Ending, list[int]] = {}
        token = _endings.set(mine)
        try:
            yield
        finally:
            _endings.reset(token)
        if mine and not connection.needs_rollback:
            _end(mine)
        if outer is not None and not connection.needs_rollback:
            # Only a test's transaction lies around a scope; it gets its own back.
            _name(outer)


def _end(endings: dict[Ending, list[int]]) -> None:
    for ending, rows in endings.items():
        ending(rows)


def _name(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.account', %s, true)", [name])


def _named() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.account', true), '')")
        return str(cursor.fetchone()[0])


def tenant_models() -> list[type[models.Model]]:
    """Return every model whose rows belong to an account, nullable ones included."""
    return [
        model
        for model in apps.get_models()
        if any(field.name == "account" for field in model._meta.local_fields)
        and not model._meta.proxy
    ]


def tenant_keys(model: type[models.Model]) -> list[TenantKey]:
    """Return the model's foreign keys to rows of the same account."""
    return [f for f in model._meta.local_fields if isinstance(f, TenantKey)]


def raise_walls(owner: BaseDatabaseWrapper, role: str) -> None:
    """Give each tenant table its policy and composite keys, and the role its rights.

    Idempotent; the `migrate` command calls this after each run, as the owner.
    """
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        for model in tenant_models():
            for statement in _policy(model):
                cursor.execute(statement)
        for model in tenant_models():
            for key in tenant_keys(model):
                _add_composite_key(cursor, model, key)
        for statement in _rights(role):
            cursor.execute(statement)


def _policy(model: type[models.Model]) -> list[str]:
    table = f'"{model._meta.db_table}"'
    nullable = model._meta.get_field("account").null
    mine = "account_id = nullif(nullif(current_setting('app.account', true), ''), '*')"
    rule = (
        f"(current_setting('app.account', true) = '*' OR {mine}::bigint"
        f"{' OR account_id IS NULL' if nullable else ''})"
    )
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS account_wall ON {table}",
        f"CREATE POLICY account_wall ON {table} USING {rule} WITH CHECK {rule}",
    ]


def _add_composite_key(cursor: Any, model: type[models.Model], key: TenantKey) -> None:
    table, target = model._meta.db_table, key.related_model._meta.db_table
    _add_constraint(cursor, target, f"{target}_wall"[-63:], "UNIQUE (account_id, id)")
    _add_constraint(
        cursor,
        table,
        f"{table}_{key.column}_wall"[-63:],
        f'FOREIGN KEY (account_id, "{key.column}") REFERENCES "{target}"'
        " (account_id, id) DEFERRABLE INITIALLY DEFERRED",
    )


def _add_constraint(cursor: Any, table: str, name: str, definition: str) -> None:
    cursor.execute(
        "SELECT 1 FROM pg_constraint WHERE conrelid = %s::regclass AND conname = %s",
        [f'"{table}"', name],
    )
    if cursor.fetchone() is None:
        cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')


def _rights(role: str) -> list[str]:
    append_only = [
        f'REVOKE UPDATE ON "{model._meta.db_table}" FROM "{role}"'
        for model in tenant_models()
        if getattr(model, "append_only", False)
    ]
    return [
        f'GRANT USAGE ON SCHEMA public TO "{role}"',
        "GRANT SELECT, INSERT, UPDATE, DELETE"
        f' ON ALL TABLES IN SCHEMA public TO "{role}"',
        f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"',
        f'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO "{role}"',
        *append_only,
    ]


def unsafe_role() -> str:
    """Say why the application's role would void the second wall, or nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls, EXISTS (SELECT 1 FROM"
            " pg_class WHERE relname = 'accounts_membership' AND"
            " pg_has_role(current_user, relowner, 'USAGE'))"
            " FROM pg_roles WHERE rolname = current_user"
        )
        name, is_super, bypasses, owns = cursor.fetchone()
    reasons = {
        "is a superuser": is_super,
        "has BYPASSRLS": bypasses,
        "owns the tables": owns,
    }
    return "; ".join(f"role {name} {why}" for why, holds in reasons.items() if holds)
