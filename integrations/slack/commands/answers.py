"""Answers made of lines: what they look like, and the plain text of the same."""

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from integrations.slack.commands.protocol import Answer
from integrations.slack.layout import rich

MOST_LINES: Final = 60
MOST_BLOCKS: Final = 50


def plain(words: str, *, in_channel: bool = False) -> Answer:
    """Say something in one piece."""
    return of([[rich.text(words)]], in_channel=in_channel)


def of(lines: Sequence[rich.Line], *, in_channel: bool = False) -> Answer:
    """Say lines; more than a window takes are left out, and that is said."""
    shown = list(lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        shown.append([rich.text(_("There is more in OnCall."))])
    return Answer(rich.said(*shown), [rich.block(*shown)], in_channel=in_channel)


def parts(*found: Sequence[rich.Line]) -> Answer:
    """Say several paragraphs, each in a block of its own."""
    kept = [list(lines) for lines in found if lines][:MOST_BLOCKS]
    blocks: list[dict[str, Any]] = [rich.block(*lines) for lines in kept]
    return Answer("\n\n".join(rich.said(*lines) for lines in kept), blocks)


def stranger() -> Answer:
    """Ask somebody to say who they are; `is_stranger` tells the door so."""
    line = [
        rich.text(
            _("OnCall does not know who you are, so it did nothing. Link your Slack")
            + " "
        ),
        rich.link(profile(), _("on your profile")),
        rich.text("."),
    ]
    made = of([line])
    return Answer(made.text, made.blocks, is_stranger=True)


def profile() -> str:
    """Return the address of the reader's own page."""
    return f"{settings.SITE_URL}{reverse('profile')}"
