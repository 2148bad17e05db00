"""Runs each part in turn and says how it went; they build upon each other."""

import json
import sys
import traceback

from tests.clients.python_driver import (
    catalogue,
    connections,
    events,
    incidents,
    lists,
    people,
    refusals,
    responses,
    rotas,
    tokens,
)

PARTS = [
    people,
    rotas,
    catalogue,
    incidents,
    responses,
    events,
    lists,
    refusals,
    tokens,
]


def main() -> None:
    """Run everything; this will go on after a part that failed."""
    world = connections.World(json.loads(sys.stdin.read()))
    for part in PARTS:
        name = part.__name__.rpartition(".")[2]
        try:
            part.run(world)
        except Exception:
            connections.say(part=name, failure=traceback.format_exc())
        else:
            connections.say(part=name, failure=None)


if __name__ == "__main__":
    main()
