"""Readers of the environment that refuse what could not work, for the settings."""

from base64 import urlsafe_b64decode
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def required(*names: str) -> None:
    """Refuse to start without the settings that have no safe default.

    Raises ImproperlyConfigured, which names all that are missing.
    """
    if missing := [name for name in names if not env.str(name, default="")]:
        raise ImproperlyConfigured(
            f"Missing in the environment: {', '.join(missing)}. "
            "`python3 manage.py up` sets them for you; .env.example explains each."
        )


def whole(subject: str, **values: str) -> None:
    """Refuse to start with a provider of which some settings are set, but not all.

    Raises ImproperlyConfigured, which names those that are not.
    """
    unset = [name for name, value in values.items() if not value]
    if 0 < len(unset) < len(values):
        raise ImproperlyConfigured(
            f"{subject} is half configured; also set {', '.join(unset)}."
        )


def database(name: str) -> dict[str, Any]:
    """Read a PostgreSQL server's address as one of Django's DATABASES.

    Raises ImproperlyConfigured, which names the variable but not what it holds.
    """
    try:
        read = env.db(name)
    except (ImproperlyConfigured, ValueError) as error:
        raise ImproperlyConfigured(f"{name} is not a database address.") from error
    if "postgresql" not in read["ENGINE"]:
        raise ImproperlyConfigured(f"{name} must begin with postgresql://")
    return dict(read)


def redis(address: str, number: int) -> str:
    """Name one database of the Redis server, whatever its address says.

    Raises ImproperlyConfigured for what is no address of a Redis server.
    """
    if address.startswith("unix://"):
        return f"{address.partition('?')[0]}?db={number}"
    if not address.startswith(("redis://", "rediss://")):
        raise ImproperlyConfigured("REDIS_URL must begin with redis:// or unix://")
    scheme, _, rest = address.partition("://")
    host, _, query = rest.partition("?")
    return f"{scheme}://{host.split('/')[0]}/{number}{'?' + query if query else ''}"


def broker(redis_url: str) -> str:
    """Spell the address of a Redis database as Celery wants it."""
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    return f"redis+socket://{path}?virtual_host={query.removeprefix('db=')}"


def every(seconds: float, task: str) -> dict[str, Any]:
    """Have Celery beat ask for the task so often; late requests pile up nowhere."""
    return {
        "task": task,
        "schedule": float(seconds),
        "options": {"expires": max(5, seconds)},
    }


def vapid_key(name: str) -> str:
    """Read the key of pushes to browsers, or nothing where none is set.

    Raises ImproperlyConfigured for a malformed one.
    """
    key: str = env.str(name, default="")
    if key and len(_decoded(key)) != 32:
        raise ImproperlyConfigured(
            f"{name} is not a key; `python3 manage.py create_vapid_key` makes one."
        )
    return key


def oidc_keys(name: str) -> list[str]:
    """Read the keys that sign id tokens, or none where none are set.

    Raises ImproperlyConfigured when one of them is malformed.
    """
    keys: list[str] = env.list(name, default=[])
    if not all(_decoded(key).startswith(b"\x30\x82") for key in keys):
        raise ImproperlyConfigured(
            f"{name} holds what is no key; `python3 manage.py create_oidc_key`"
            " makes one."
        )
    return keys


def _decoded(key: str) -> bytes:
    """Read what base64 spells, with or without its padding; nothing if it cannot be."""
    try:
        return urlsafe_b64decode(key + "=" * (-len(key) % 4))
    except ValueError:
        return b""
