"""Counts within a minute, by name, for all processes together."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

import redis
from django.conf import settings

MINUTE = 60


def add(names: Sequence[str], at: datetime) -> list[int]:
    """Count one for each name; this will return how many there are this minute.

    Raises redis.RedisError, for those who know what is better than to count.
    """
    window = int(at.timestamp()) // MINUTE
    pipeline = _redis().pipeline(transaction=False)
    for name in names:
        pipeline.incr(f"{name}:{window}")
        pipeline.expire(f"{name}:{window}", 2 * MINUTE)
    return [int(found) for found in pipeline.execute()[::2]]


def forget() -> None:
    """Connect anew, wherever the settings say."""
    _redis.cache_clear()


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.1, socket_connect_timeout=0.1
    )
