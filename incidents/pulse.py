"""The engine's pulse: when it last ticked, so that its silence is noticed."""

import logging
from datetime import datetime

from django.core.cache import cache
from redis import RedisError

logger = logging.getLogger(__name__)

KEY = "engine-last-tick"


def beat(at: datetime) -> None:
    """Note a tick; without Redis there is none, and paging goes on."""
    try:
        cache.set(KEY, at, timeout=None)
    except RedisError as error:
        logger.warning("The tick could not be noted: %s", error)


def last() -> datetime | None:
    """Return when the engine last ticked, or None when that is not known.

    Raises redis.RedisError.
    """
    at: datetime | None = cache.get(KEY)
    return at
