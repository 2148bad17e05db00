"""Our part of a channel's topic: put in its place, with what others wrote around it."""

import html
from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from integrations.messages import one_line
from integrations.slack.layout import mrkdwn

NAMES: Final = "{names}"
# Between our part and what others wrote.
BETWEEN: Final = " | "
LONGEST: Final = 250
# A template begins with so much of its own, by which its part is known again.
SHORTEST_BEGINNING: Final = 3


class Full(Exception):
    """What others wrote leaves no room for our part."""


def beginning(template: str) -> str:
    """Say how a part begins, by which it is found again."""
    return template.partition(NAMES)[0].strip()


def part(template: str, people: Sequence[str], room: int = LONGEST) -> str:
    """Write our part in so many characters; of many people some are only counted."""
    for shown in range(len(people), 0, -1):
        left = len(people) - shown
        names = ", ".join(_clean(name) for name in people[:shown])
        if left:
            names = _("%(names)s and %(count)d more") % {"names": names, "count": left}
        written = template.replace(NAMES, names)
        if len(_as_sent(written)) <= room:
            return written
    return template.replace(NAMES, _("nobody") if not people else str(len(people)))


def replaced(
    topic: str, template: str, people: Sequence[str], written: str
) -> tuple[str, str]:
    """Return the topic with our part as it should be now, and that part.

    What others wrote stays as it is. `written` is our part as it was. Raises Full.
    """
    parts = topic.split(BETWEEN) if topic else []
    place = _place(parts, template, written)
    others = [each for number, each in enumerate(parts) if number != place]
    room = LONGEST - sum(len(each) + len(BETWEEN) for each in others)
    ours = part(template, people, room)
    if len(_as_sent(ours)) > room:
        raise Full
    place = len(parts) if place is None else place
    return BETWEEN.join([*parts[:place], _as_sent(ours), *parts[place + 1 :]]), ours


def without(topic: str, template: str, written: str) -> str:
    """Return the topic without our part."""
    parts = topic.split(BETWEEN)
    place = _place(parts, template, written)
    left = [each for number, each in enumerate(parts) if number != place]
    return BETWEEN.join(left)


def same(one: str, other: str) -> bool:
    """Say whether two topics are the same for whoever reads them."""
    return html.unescape(one) == html.unescape(other)


def _place(parts: Sequence[str], template: str, written: str) -> int | None:
    """Find our part: as it was written, or whatever begins like it."""
    shown = [html.unescape(each).strip() for each in parts]
    if written and written in shown:
        return shown.index(written)
    begins = beginning(template).casefold()
    found = (n for n, each in enumerate(shown) if each.casefold().startswith(begins))
    return next(found, None)


def _clean(name: str) -> str:
    """Take from a name what would mean something in a topic."""
    return one_line(name.replace("|", "/"))


def _as_sent(text: str) -> str:
    return mrkdwn.escape(text)
