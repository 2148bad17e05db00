"""PostgreSQL and Redis as one thing: started where the environment names none."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from oncall.embedded import folders, postgres, redis
from oncall.embedded.processes import Child

Service = AbstractContextManager[tuple[Child, dict[str, str]]]


def needed() -> list[str]:
    """What the environment does not name and we bring along; this only looks."""
    wanted = {"DATABASE_URL": "PostgreSQL", "REDIS_URL": "Redis"}
    return [part for name, part in wanted.items() if not os.environ.get(name)]


@contextmanager
def database(
    folder: Path, *, throw_away: bool = False, stop: Callable[[], None]
) -> Iterator[tuple[Child, dict[str, str]]]:
    """Run PostgreSQL on the folder and name its addresses; this will stop it after."""
    with postgres.cluster(folder, throw_away=throw_away) as cluster:
        child = postgres.start(cluster, folder / "logs", stop=stop)
        try:
            yield (
                child,
                {
                    "DATABASE_URL": cluster.url("oncall_app"),
                    "DATABASE_OWNER_URL": cluster.url("oncall_owner"),
                },
            )
        finally:
            child.stop(patience=20)


@contextmanager
def broker(
    folder: Path, *, stop: Callable[[], None]
) -> Iterator[tuple[Child, dict[str, str]]]:
    """Run Redis for the folder and name its address; this will stop it after."""
    with folders.sockets(folder / "run", None) as sockets:
        child = redis.start(sockets, folder / "logs", stop=stop)
        try:
            yield child, {"REDIS_URL": redis.url(sockets)}
        finally:
            child.stop(patience=5)


@contextmanager
def throw_away(folder: Path) -> Iterator[dict[str, str]]:
    """What the tests need, empty and fast; this will leave nothing behind."""
    with ExitStack() as running:
        folder = folders.prepare(folder)
        environment: dict[str, str] = {}
        if "PostgreSQL" in needed():
            _, found = running.enter_context(
                database(folder, throw_away=True, stop=_never)
            )
            environment |= found
        if "Redis" in needed():
            _, found = running.enter_context(broker(folder, stop=_never))
            environment |= found
        yield environment


def _never() -> None:
    """Nothing but an exception ends this start early."""
