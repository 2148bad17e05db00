"""What was seen of each operation when the examples last ran: `record.json`.

    RECORD=1 python3 manage.py test tests/integrations/api/test_documentation.py

writes it anew; the same tests fail when it does not say what the product does.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

PLACE = Path(__file__).with_name("record.json")
_GAP = re.compile(r"\{[^}]+\}|<[^>]+>")


def of(method: str, path: str) -> dict[str, Any]:
    """Return what was seen of an operation; raises KeyError for one without example."""
    found: dict[str, Any] = _operations()[(method.upper(), shape(path))]
    return found


def is_known(method: str, path: str) -> bool:
    """Say whether an operation has an example."""
    return (method.upper(), shape(path)) in _operations()


def components() -> dict[str, Any]:
    """Return the shapes of what has a type of its own."""
    found: dict[str, Any] = _record()["components"]
    return found


def shape(path: str) -> str:
    """Leave out what the gaps of an address are called."""
    return _GAP.sub("{}", path.strip("/"))


@cache
def _operations() -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for operation, seen in _record()["operations"].items():
        method, path = operation.split(" ")
        found[(method, shape(path))] = seen
    return found


@cache
def _record() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PLACE.read_text())
    return found
