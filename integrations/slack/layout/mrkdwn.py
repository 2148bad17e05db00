"""Texts of tools and people, made safe for Slack and cut to its limits.

Slack reads marks in some of its texts: mentions and links in angle brackets, and
stars, underscores, tildes and backticks. What others wrote never means any of them.
"""

import re
import unicodedata
from typing import Final

_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# They format what stands between two of them; a character of no width before each
# keeps them from it, and from nothing that people see.
_MARKS: Final = re.compile(r"[*_~`]")
_NO_WIDTH: Final = "\u2060"
# Turn the direction of what follows them, so that a text can pose as another.
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
# "<https://example.com|words>"; mentions stay, for we know no names.
_LINK: Final = re.compile(
    r"<(?P<address>(?:https?|mailto):[^|>]*)(?:\|(?P<words>[^>]*))?>"
)
_KEPT: Final = "\n\t"


def escape(text: str) -> str:
    """Take the meaning from what Slack reads as mentions, links and entities."""
    return printable(text).translate(_ESCAPES)


def unescape(text: str) -> str:
    """Read what Slack gives us of a message: its entities, links and addresses."""
    shown = _LINK.sub(lambda found: found["words"] or found["address"], text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def literal(text: str, most: int) -> str:
    """Show a text as it is, without formatting, cut to so many characters."""
    shown = _marked_and_escaped(printable(text))
    if len(shown) <= most:
        return shown
    # Cut before escaping, never in the middle of an entity.
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if len(_marked_and_escaped(cut(printable(text), middle))) <= most:
            low = middle
        else:
            high = middle - 1
    return _marked_and_escaped(cut(printable(text), low))


def cut(text: str, most: int) -> str:
    """Cut a text to so many characters, the last of them an ellipsis.

    What takes two places in UTF-16, such as an emoji, counts twice: Slack's own
    counting is not told, and one too many loses the whole message.
    """
    if len(text) * 2 <= most or _size(text) <= most:
        return text
    kept, room = [], most - 1
    for each in text:
        room -= _size(each)
        if room < 0:
            break
        kept.append(each)
    return f"{''.join(kept).rstrip()}…" if most > 0 else ""


def printable(text: str) -> str:
    """Drop what cannot be shown or would turn the direction of what follows."""
    return "".join(
        each
        for each in _TURNING.sub("", text)
        if each in _KEPT or unicodedata.category(each) not in ("Cc", "Cs")
    )


def _size(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _marked_and_escaped(text: str) -> str:
    return _MARKS.sub(lambda mark: _NO_WIDTH + mark[0], text.translate(_ESCAPES))
