"""Is it alive, and is it ready? Neither answer shares the fate of the queue."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from incidents import auditor, engine, pulse
from oncall.bare import bare

# Older than this, the engine is behind or dead.
SECONDS_BEHIND = 60
SECONDS_WITHOUT_TICK = 30


@bare
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the web process lives; this touches nothing else."""
    response = HttpResponse("ok\n", content_type="text/plain")
    response["X-Instance-Id"] = settings.INSTANCE_ID
    return response


@bare
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when pages would leave in time, else 503; with each check's finding.

    The age of the oldest due row is read from the rows themselves, without Celery.
    """
    checks = {
        "database": _try(_database),
        "redis": _try(_redis),
        "oldest_due_seconds": _try(_oldest_due),
        "last_tick_seconds": _try(_last_tick),
    }
    ready = (
        checks["database"] == checks["redis"] == "ok"
        and _within(checks["oldest_due_seconds"], SECONDS_BEHIND)
        and _within(checks["last_tick_seconds"], SECONDS_WITHOUT_TICK)
    )
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)


def _try(check: Callable[[], Any]) -> Any:
    """Run a check; a part that is down is a finding, not an error."""
    try:
        return check()
    except (DatabaseError, redis.RedisError):
        return "down"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _redis() -> str:
    pulse.last()
    return "ok"


def _oldest_due() -> float:
    """Return how late the latest work is, in seconds; 0 when nothing is."""
    return _age(auditor.oldest_due())


def _last_tick() -> float | None:
    """Return how long ago the engine ticked, in seconds; None when it never did."""
    last = pulse.last()
    return None if last is None else _age(last)


def _age(at: datetime | None) -> float:
    return 0 if at is None else max(0, round((engine.now() - at).total_seconds(), 1))


def _within(seconds: Any, limit: int) -> bool:
    return isinstance(seconds, int | float) and seconds <= limit
