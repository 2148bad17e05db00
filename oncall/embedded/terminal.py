"""What `up` says while it works, and what makes it stop."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopped(Exception):
    """Ctrl-C, a TERM, or a terminal that was closed."""


class Interrupts:
    """Remembers that somebody wants us to stop, so that no step ends half-way."""

    def __init__(self) -> None:
        self.asked = False

    def listen(self) -> None:
        """From now on this will take the signals that mean stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def check(self) -> None:
        """Raises Stopped between two steps if somebody has asked."""
        if self.asked:
            raise Stopped

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def say(words: str = "") -> None:
    """One line for the person, at once, also through a pipe; this will flush."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


@contextmanager
def step(words: str) -> Iterator[None]:
    """Name what begins; this will add how long it took."""
    sys.stdout.write(f"{words:.<42} ")
    sys.stdout.flush()
    started = time.monotonic()
    try:
        yield
    except BaseException:
        say("")
        raise
    say(f"{time.monotonic() - started:5.1f} s")
