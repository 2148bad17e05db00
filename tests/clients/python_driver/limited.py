"""Calls once, then again when told to: only a patient client gets through."""

import json
import sys

from tests.clients.python_driver.connections import World


def main() -> None:
    """Go on until the second call is answered with success."""
    world = World(json.loads(sys.stdin.readline()))
    world.account.jget("/priorities")
    sys.stdin.readline()
    assert world.account.jget("/priorities")["priorities"]


if __name__ == "__main__":
    main()
