"""How many requests a minute a key may make; without Redis nobody is refused."""

import logging
from datetime import datetime
from functools import cache

import redis
from django.conf import settings

from accounts.models import ApiKey
from integrations.api import errors

logger = logging.getLogger(__name__)

PER_MINUTE = 960
MINUTE = 60


def count(key: ApiKey, at: datetime) -> dict[str, str]:
    """Count a request; this will return the headers that tell of the limit.

    Raises errors.ApiError beyond the limit.
    """
    window, elapsed = divmod(int(at.timestamp()), MINUTE)
    try:
        used = _add(f"api:{_whose(key)}:{window}")
    except redis.RedisError:
        logger.warning("Redis does not answer; requests of the API are not counted")
        return {}
    headers = {
        "ratelimit-limit": str(PER_MINUTE),
        "ratelimit-remaining": str(max(0, PER_MINUTE - used)),
        "ratelimit-reset": str(MINUTE - elapsed),
    }
    if used > PER_MINUTE:
        sentence = f"More than {PER_MINUTE} requests in a minute."
        raise errors.ApiError(
            429, 2020, "Rate Limit Exceeded", sentence, headers=headers
        )
    return headers


def _whose(key: ApiKey) -> str:
    """Name the counter: all keys of a person count together."""
    return key.membership.public_id if key.membership else key.public_id


def _add(name: str) -> int:
    pipeline = _redis().pipeline(transaction=False)
    pipeline.incr(name)
    pipeline.expire(name, 2 * MINUTE)
    return int(pipeline.execute()[0])


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.1, socket_connect_timeout=0.1
    )
