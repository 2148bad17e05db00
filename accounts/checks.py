"""Refuses to run as a role for which the walls between accounts do not stand."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from accounts import tenancy

HINT = (
    "Row-level security would not keep the accounts apart. Let DATABASE_URL name the"
    " application's own role, which `migrate` makes, and DATABASE_OWNER_URL the role"
    " that owns the tables."
)


@register(Tags.database)
def check_role(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report an unsafe role; for ``manage.py check --database default``."""
    why = tenancy.unsafe_role() if "default" in (databases or ()) else ""
    return [Error(why, hint=HINT, id="accounts.E001")] if why else []


def refuse_unsafe_role() -> None:
    """Do nothing, or raise ImproperlyConfigured; asked when web or worker starts."""
    why = tenancy.unsafe_role()
    connection.close()
    if why:
        raise ImproperlyConfigured(f"OnCall refuses to start: {why}. {HINT}")
