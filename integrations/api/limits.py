"""How many requests a minute a caller may make; without Redis nobody is refused."""

import logging
from datetime import datetime

import redis
from django.conf import settings

from integrations import counting
from integrations.api import errors

logger = logging.getLogger(__name__)

ALL = "requests"


def count(counter: str, operation: str, at: datetime) -> dict[str, str]:
    """Count a request; this will return the headers that tell of the nearest limit.

    An operation such as "POST incidents" may have a limit of its own. Raises
    errors.ApiError beyond a limit.
    """
    names = [name for name in (ALL, operation) if name in settings.API_LIMITS]
    limits = [int(settings.API_LIMITS[name]) for name in names]
    try:
        used = counting.add([f"api:{counter}:{name}" for name in names], at)
    except redis.RedisError:
        logger.warning("Redis does not answer; requests of the API are not counted")
        return {}
    left, limit = min(
        (limit - count, limit) for limit, count in zip(limits, used, strict=True)
    )
    headers = {
        "ratelimit-limit": str(limit),
        "ratelimit-remaining": str(max(0, left)),
        "ratelimit-reset": str(counting.MINUTE - int(at.timestamp()) % counting.MINUTE),
    }
    if left < 0:
        sentence = f"More than {limit} such requests in a minute."
        raise errors.ApiError(
            429, 2020, "Rate Limit Exceeded", sentence, headers=headers
        )
    return headers
