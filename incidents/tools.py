"""The kinds of tools that an integration may be for, and how each is set up.

Doors register the tools whose messages they understand; the pages offer them.
"""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

EVENTS: Final = "events_v2"
ENQUEUE: Final = "/integration/{key}/enqueue"


@dataclass(frozen=True, slots=True)
class Tool:
    """A kind of tool: its name, how it is set up, and the address to give it."""

    kind: str
    name: Text
    # A sentence or two, fit for the page of an integration.
    setup: Text
    # With the integration key in its place, or without one.
    path: str = ENQUEUE
    # Whether its integration says where in a payload each field is.
    is_mapped: bool = False

    def address(self, key: str) -> str:
        """Return the address to paste into the tool."""
        return f"{settings.SITE_URL.rstrip('/')}{self.path.format(key=key)}"


_tools: dict[str, Tool] = {}


def register(tool: Tool) -> None:
    """Offer a tool."""
    _tools[tool.kind] = tool


def every() -> list[Tool]:
    """List the tools by name, those that speak our own format first."""
    own = [tool for tool in _tools.values() if tool.kind in _OWN]
    others = [tool for tool in _tools.values() if tool.kind not in _OWN]
    return [*own, *sorted(others, key=lambda tool: str(tool.name).lower())]


def of(kind: str) -> Tool:
    """Return the tool of an integration; a kind that we do not know speaks ours."""
    return _tools.get(kind) or _tools[EVENTS]


for _tool in (
    Tool(
        EVENTS,
        _("Events API"),
        _(
            "For tools that speak the Events API, of either version: give them the"
            " integration key, and this server's address in place of theirs."
        ),
        "/v2/enqueue",
    ),
):
    register(_tool)
_OWN: Final = {EVENTS}
