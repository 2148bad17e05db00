"""Texts that tools and people wrote, made fit for a chat: escaped, and cut to size."""

import re
from collections.abc import Callable, Iterator
from typing import Final

# Says what stands for a character, or for an address of the web.
Escape = Callable[[str], str]
Width = Callable[[str], int]

# Left whole, for an escape inside would lead elsewhere; nothing in it is markup.
ADDRESS: Final = re.compile(r"https?://[\w\-./:?#@!$&'+,;=%]+")
# Control characters, halves of characters, and what turns the reading direction.
UNFIT: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# What ends an address, or begins markup, where it stands in a text.
ENDS: Final = set(" ()<>[]{}\\\"'`*|^")
MORE: Final = "…"
# Between "@" and a name, so that nobody is called.
NOTHING: Final = "\u200b"


def plain(piece: str) -> str:
    """Leave everything as it is."""
    return piece


def fitted(text: str, room: int, *, escape: Escape = plain, width: Width = len) -> str:
    """Escape a text; this will take no more than the room, and say if it was cut."""
    whole = [escape(piece) for piece in _pieces(clean(text))]
    if sum(map(width, whole)) <= room:
        return "".join(whole)
    left, kept = room - width(MORE), []
    for piece in whole:
        left -= width(piece)
        if left < 0:
            break
        kept.append(piece)
    return "".join(kept) + MORE if room >= width(MORE) else ""


def clean(text: str) -> str:
    """Take out what no chat shows as a character; one kind of line ends is left."""
    return UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def on_one_line(text: str) -> str:
    """Put a text on one line."""
    return " ".join(clean(text).split())


def markdown(special: str, *, calls: str = "@") -> Escape:
    """Make an escape that puts a backslash before each of these characters.

    What is to be written for "@" is `calls`.
    """
    table = {character: f"\\{character}" for character in special} | {"@": calls}

    def escape(piece: str) -> str:
        return piece if ADDRESS.fullmatch(piece) else table.get(piece, piece)

    return escape


def address(url: str) -> str:
    """Write an address so that it ends where it ends, wherever it stands."""
    return "".join(f"%{ord(c):02X}" if c in ENDS else c for c in url)


def utf16(text: str) -> int:
    """Count as chats do that are at home in browsers."""
    return len(text.encode("utf-16-le", errors="replace")) // 2


def utf8(text: str) -> int:
    """Count bytes."""
    return len(text.encode(errors="replace"))


def _pieces(text: str) -> Iterator[str]:
    """Take a text apart into characters and addresses of the web."""
    end = 0
    for found in ADDRESS.finditer(text):
        yield from text[end : found.start()]
        yield found[0]
        end = found.end()
    yield from text[end:]
