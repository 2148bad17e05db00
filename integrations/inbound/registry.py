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


def parser(kind: str, *, name: Any, setup: Any, **more: Any) -> Callable[[Read], Read]:
    """Register a function from a payload to events; this will return it unchanged.

    It raises event.Invalid for a payload that it does not understand.
    """

    def register(read: Read) -> Read:
        tools.register(tools.Tool(kind, name, setup, **more))
        _readers[kind] = read
        return read

    return register


def find(kind: str, mapping: Mapping[str, str] | None = None) -> Read | None:
    """Return the reader of a kind of tool; None where we know no such tool."""
    read = _readers.get(kind)
    if read is None or not tools.of(kind).is_mapped:
        return read
    return partial(read, mapping=mapping)
