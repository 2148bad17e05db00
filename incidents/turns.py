"""Lets one thread of a process do a job at a time; a hint meanwhile is not lost."""

import threading
from collections.abc import Callable


class Turn:
    """Whoever comes while the job is done has it done once more, and goes.

    Eight threads that work the same queue only take the work from each other in
    small pieces; one takes it in large ones.
    """

    def __init__(self) -> None:
        self._busy = threading.Lock()
        self._wanted = threading.Event()

    def take(self, job: Callable[[], object]) -> None:
        """Do the job, or leave it to the thread that is at it."""
        self._wanted.set()
        # Looked at again after the release: a hint just before it is not lost.
        while self._wanted.is_set() and self._busy.acquire(blocking=False):
            try:
                self._wanted.clear()
                job()
            finally:
                self._busy.release()
