"""How many requests a minute a caller may make; without Redis nobody is refused."""

import logging
from datetime import datetime
from functools import cache

import redis
from django.conf import settings

from integrations.api import errors

logger = logging.getLogger(__name__)

MINUTE = 60
ALL = "requests"


def count(counter: str, operation: str, at: datetime) -> dict[str, str]:
    """Count a request; this will return the headers that tell of the nearest limit.

    An operation such as "POST incidents" may have a limit of its own. Raises
    errors.ApiError beyond a limit.
    """
    window, elapsed = divmod(int(at.timestamp()), MINUTE)
    names = [name for name in (ALL, operation) if name in settings.API_LIMITS]
    limits = [int(settings.API_LIMITS[name]) for name in names]
    try:
        used = _add([f"api:{counter}:{name}:{window}" for name in names])
    except redis.RedisError:
        logger.warning("Redis does not answer; requests of the API are not counted")
        return {}
    left, limit = min(
        (limit - count, limit) for limit, count in zip(limits, used, strict=True)
    )
    headers = {
        "ratelimit-limit": str(limit),
        "ratelimit-remaining": str(max(0, left)),
        "ratelimit-reset": str(MINUTE - elapsed),
    }
    if left < 0:
        sentence = f"More than {limit} such requests in a minute."
        raise errors.ApiError(
            429, 2020, "Rate Limit Exceeded", sentence, headers=headers
        )
    return headers


def _add(names: list[str]) -> list[int]:
    pipeline = _redis().pipeline(transaction=False)
    for name in names:
        pipeline.incr(name)
        pipeline.expire(name, 2 * MINUTE)
    return [int(found) for found in pipeline.execute()[::2]]


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.1, socket_connect_timeout=0.1
    )
