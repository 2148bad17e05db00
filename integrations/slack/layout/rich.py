"""Slack's rich text: words that stay as they are, links, and times for each reader.

Nothing in a text element means anything, so what tools and people wrote needs no
escaping here. The same elements become the plain text of notifications.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib import parse

from integrations.slack.layout import mrkdwn

Element = dict[str, Any]
Line = Sequence[Element]

# Slack says no limit of one element; whole messages have one.
LONGEST: Final = 3000
LONGEST_ADDRESS: Final = 3000
_OF_ADDRESSES: Final = frozenset("-._~:/?#[]@!$&'()*+,;=%")


def text(words: str, *, bold: bool = False) -> Element:
    """Make words, as they are."""
    shown = mrkdwn.cut(mrkdwn.printable(words), LONGEST) or " "
    return {"type": "text", "text": shown} | ({"style": {"bold": True}} if bold else {})


def code(words: str) -> Element:
    """Make words that are to be typed as they are."""
    return text(words) | {"style": {"code": True}}


def link(address: str, words: str, *, bold: bool = False) -> Element:
    """Make words that lead somewhere; an address that Slack would not take is none."""
    shown = text(words, bold=bold)
    url = web(address)
    return shown | {"type": "link", "url": url} if url else shown


def web(address: str) -> str:
    """Write an address of the web as Slack takes it; nothing where it would not."""
    url = "".join(each if _is_kept(each) else parse.quote(each) for each in address)
    is_web = url.lower().startswith(("https://", "http://"))
    return url if is_web and len(url) <= LONGEST_ADDRESS else ""


def person(user_id: str) -> Element:
    """Name somebody of the workspace; in an ephemeral answer this tells nobody."""
    return {"type": "user", "user_id": user_id}


def moment(at: datetime, form: str = "{date_short_pretty} {time}") -> Element:
    """Make an instant, which Slack shows in the reader's zone; old clients in UTC."""
    shown = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": form,
        "fallback": shown,
    }


def block(*lines: Line) -> Element:
    """Make a block of lines."""
    found: list[Element] = []
    for line in lines:
        if found:
            found.append({"type": "text", "text": "\n"})
        found += line
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": found}],
    }


def quote(words: str) -> Element:
    """Make a block of what somebody or something said."""
    part = {"type": "rich_text_quote", "elements": [text(words)]}
    return {"type": "rich_text", "elements": [part]}


def bullets(lines: Iterable[Line]) -> Element:
    """Make a block of a list."""
    rows = [{"type": "rich_text_section", "elements": list(line)} for line in lines]
    part = {"type": "rich_text_list", "style": "bullet", "elements": rows}
    return {"type": "rich_text", "elements": [part]}


def said(*lines: Line) -> str:
    """Put lines into the plain text of notifications and screen readers, escaped."""
    return "\n".join("".join(map(_said, line)) for line in lines)


def _is_kept(character: str) -> bool:
    return character.isalnum() or character in _OF_ADDRESSES


def _said(element: Element) -> str:
    if element["type"] == "date":
        return str(element["fallback"])
    if element["type"] == "user":
        return f"<@{element['user_id']}>"
    return mrkdwn.escape(str(element["text"]))
