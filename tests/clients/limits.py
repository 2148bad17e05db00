"""The minute of a key: used up and over again, as if another clock had run."""

from typing import Any

import redis

from oncall.embedded import environment
from tests.scenarios.instance import Up

# Above every limit that there is.
USED_UP = 1_000_000


def use_up(running: Up) -> None:
    """Let every key that was just used have nothing left for this minute."""
    database = _database(running)
    for name in database.scan_iter("api:*"):
        kept, _colon, window = name.decode().rpartition(":")
        # The minute may end before the next request comes.
        for later in (0, 1):
            database.set(f"{kept}:{int(window) + later}", USED_UP, ex=120)


def let_pass(running: Up) -> None:
    """Let the minute be over."""
    database = _database(running)
    for name in database.scan_iter("api:*"):
        database.delete(name)


def _database(running: Up) -> Any:
    return redis.Redis.from_url(environment.published(running.folder)["REDIS_URL"])
