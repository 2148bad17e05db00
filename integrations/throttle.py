"""Limits events per integration key and per account, over a sliding minute.

Each process counts for itself. It compares notes with the others, through Redis, only
once it has seen a share of the limit, and then a few times a second: the check
of an ordinary event costs no round trip. Without Redis it goes on by itself.
"""

import logging
import threading
from datetime import datetime
from functools import cache

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

WINDOW = 60
# One runaway tool cannot use up what the account's other tools need.
KEY_SHARE = 0.5
# Below this share of a limit a process does not ask the others.
ALONE_SHARE = 0.05
FRESH_SECONDS = 0.25
PAUSE_SECONDS = 5
MOST_KEYS = 100_000


class Counter:
    """Events of one key or account: of this minute, and of the one before."""

    __slots__ = (
        "current",
        "limit",
        "looked_at",
        "name",
        "pending",
        "previous",
        "window",
    )

    def __init__(self, name: str, limit: int) -> None:
        self.name = name
        self.limit = limit
        self.window = 0
        self.previous = 0
        self.current = 0
        # The part of `current` that Redis does not know yet.
        self.pending = 0
        self.looked_at = 0.0

    def roll(self, now: float) -> None:
        """Begin the minute of now, if it is another one."""
        window = int(now // WINDOW)
        if window != self.window:
            self.previous = self.current if window == self.window + 1 else 0
            self.window, self.current, self.pending = window, 0, 0

    def wait(self, now: float) -> int:
        """Return how many seconds until there is room, 0 for at once."""
        elapsed = now % WINDOW
        share = 1 - elapsed / WINDOW
        if self.previous * share + self.current < self.limit:
            return 0
        if self.current >= self.limit:
            return int(WINDOW - elapsed) + 1
        # The minute before still weighs on this one, and less with each second.
        room = 1 - (self.limit - self.current) / self.previous
        return max(1, int(room * WINDOW - elapsed) + 1)

    def add(self) -> None:
        """Count an event."""
        self.current += 1
        self.pending += 1

    def is_stale(self, now: float) -> bool:
        """Whether the others should be asked before the next answer."""
        # Ahead of us is a pause, because Redis did not answer.
        if now < self.looked_at:
            return False
        if max(self.current, self.previous) < self.limit * ALONE_SHARE:
            return False
        return now - self.looked_at > FRESH_SECONDS or self.pending > self.limit * 0.01


class Throttle:
    """The counters of this process, by integration key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[Counter, Counter]] = {}
        self._accounts: dict[int, Counter] = {}

    def learn(self, key: str, account_id: int, per_minute: int) -> None:
        """Say whose a key is, and how many events a minute its account may send."""
        found = self._keys.get(key)
        if found and found[1].limit == per_minute:
            return
        with self._lock:
            if len(self._keys) >= MOST_KEYS:
                self._keys.clear()
                self._accounts.clear()
            whole = self._accounts.setdefault(
                account_id, Counter(f"account:{account_id}", per_minute)
            )
            whole.limit = per_minute
            own = found[0] if found else Counter(f"key:{key}", 0)
            own.limit = max(1, int(per_minute * KEY_SHARE))
            self._keys[key] = (own, whole)

    def wait(self, key: str, at: datetime) -> int:
        """Count an event, or return the seconds until the next may come.

        A key that nobody has told us of is never refused.
        """
        counters = self._keys.get(key)
        if counters is None:
            return 0
        now = at.timestamp()
        self._compare(counters, now)
        with self._lock:
            seconds = max(counter.wait(now) for counter in counters)
            if seconds == 0:
                for counter in counters:
                    counter.add()
        return seconds

    def _compare(self, counters: tuple[Counter, Counter], now: float) -> None:
        """Tell the others of our events, and hear of theirs, where that is due."""
        with self._lock:
            for counter in counters:
                counter.roll(now)
            stale = [counter for counter in counters if counter.is_stale(now)]
            news = [counter.pending for counter in stale]
            for counter in stale:
                # So that no other thread asks the same meanwhile.
                counter.looked_at, counter.pending = now, 0
        if stale:
            self._exchange(stale, news, now)

    def _exchange(self, stale: list[Counter], news: list[int], now: float) -> None:
        try:
            answers = _talk(stale, news)
        except redis.RedisError:
            logger.warning("Redis does not answer; events are counted per process")
            for counter in stale:
                counter.looked_at = now + PAUSE_SECONDS
            return
        with self._lock:
            for counter, (previous, current) in zip(stale, answers, strict=True):
                counter.previous = max(counter.previous, previous)
                counter.current = max(counter.current, current)


def _talk(counters: list[Counter], news: list[int]) -> list[tuple[int, int]]:
    pipeline = _redis().pipeline(transaction=False)
    for counter, count in zip(counters, news, strict=True):
        name = f"throttle:{counter.name}"
        pipeline.get(f"{name}:{counter.window - 1}")
        pipeline.incrby(f"{name}:{counter.window}", count)
        pipeline.expire(f"{name}:{counter.window}", 3 * WINDOW)
    answers = pipeline.execute()
    return [
        (int(previous or 0), int(current))
        for previous, current in zip(answers[::3], answers[1::3], strict=True)
    ]


@cache
def _redis() -> redis.Redis:
    # An event must not wait for a limit: rather let one too many in.
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.1, socket_connect_timeout=0.1
    )


events = Throttle()
