"""CPU time and memory of all processes of an instance, by their part."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psutil

# What its command line says of a part; its descendants belong to it.
PARTS = {
    "granian": "web",
    "worker": "worker",
    "beat": "beat",
    "postgres": "postgres",
    "redis": "redis",
    "valkey": "redis",
}


@dataclass(frozen=True)
class Processes:
    """The process that `up` is, and all below it."""

    pid: int

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU that each part has used so far.

        A child that has ended counts with the parent that waited for it.
        """
        return self._sum(_cpu)

    def memory(self) -> dict[str, float]:
        """MiB of each part; pages that several share are divided among them."""
        return self._sum(_memory)

    def _sum(self, measure: Callable[[psutil.Process], float]) -> dict[str, float]:
        used: dict[str, float] = {}
        for part, process in self._all():
            # The database's servers of one connection come and go.
            with suppress(psutil.NoSuchProcess):
                used[part] = used.get(part, 0.0) + measure(process)
        return used

    def _all(self) -> list[tuple[str, psutil.Process]]:
        root = psutil.Process(self.pid)
        found = [("supervisor", root)]
        for child in root.children():
            part = _part(child)
            found.append((part, child))
            found += [(part, below) for below in child.children(recursive=True)]
        return found


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    own = times.user + times.system
    return float(own + times.children_user + times.children_system)


def _memory(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss / 2**20)


def _part(process: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    return next((part for word, part in PARTS.items() if word in words), "other")


def difference(after: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    """Return what each part has used in between."""
    return {part: used - before.get(part, 0.0) for part, used in after.items()}
