"""Knows every tool whose own messages we read, and how each is set up.

A tool is one module here, which registers itself: the package loads what it finds.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from incidents import tools
from integrations.inbound.event import InboundEvent

Read = Callable[..., list[InboundEvent]]

_readers: dict[str, Read] = {}
# Kinds whose reader wants to know the integration's mapping.
_mapped: set[str] = set()


def parser(
    kind: str, *, name: Any, setup: Any, is_mapped: bool = False, **more: Any
) -> Callable[[Read], Read]:
    """Register a function from a payload to events; this will return it unchanged.

    It raises event.Invalid for a payload that it does not understand.
    """

    def register(read: Read) -> Read:
        tools.register(tools.Tool(kind, name, setup, **more))
        _readers[kind] = read
        if is_mapped:
            _mapped.add(kind)
        return read

    return register


def find(kind: str, mapping: Mapping[str, str] | None = None) -> Read | None:
    """Return the reader of a kind of tool; None where we know no such tool."""
    read = _readers.get(kind)
    if read is None or kind not in _mapped:
        return read
    return partial(read, mapping=mapping)


def is_mapped(kind: str) -> bool:
    """Say whether a mapping tells where the fields of such a tool are."""
    return kind in _mapped
