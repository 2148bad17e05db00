"""Turns what people write in Slack into plain text: mentions, links and entities."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import gettext as _

# `<@U1>`, `<#C1|name>`, `<!here>`, `<https://…|words>`: all that Slack writes so.
_MARK: Final = re.compile(r"<([^<>\n]{1,3000})>")
_PERSON: Final = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^<>]*)?>")
_WIDE: Final = {"here", "channel", "everyone"}
# The only ones that Slack writes; the last of all, or they would come about anew.
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def people(text: str) -> list[str]:
    """List the ids of the people whom a text names, each once."""
    return list(dict.fromkeys(_PERSON.findall(text)))


def plain(text: str, names: Mapping[str, str] | None = None) -> str:
    """Return the text as people read it; `names` says who is who, by Slack's ids."""
    known = names or {}
    return _unescaped(_MARK.sub(lambda mark: _words(mark[1], known), text)).strip()


def shortened(text: str, most: int) -> str:
    """Cut a text, and say so."""
    if len(text) <= most:
        return text
    end = _("\n… The rest is in Slack.")
    return f"{text[: most - len(end)].rstrip()}{end}"


def _words(inside: str, names: Mapping[str, str]) -> str:
    target, _bar, label = inside.partition("|")
    read = _READERS.get(target[:1], _link)
    return read(target, label, names)


def _person(target: str, label: str, names: Mapping[str, str]) -> str:
    name = names.get(target[1:]) or label or _("somebody")
    return f"@{name.removeprefix('@')}"


def _channel(target: str, label: str, names: Mapping[str, str]) -> str:
    return f"#{label or target[1:]}"


def _special(target: str, label: str, names: Mapping[str, str]) -> str:
    """Read what is for many, and dates, which bring the words for old programs."""
    what, *rest = target[1:].split("^")
    if what in _WIDE:
        return f"@{what}"
    return label or (f"@{rest[0]}" if what == "subteam" and rest else what)


def _link(target: str, label: str, names: Mapping[str, str]) -> str:
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if not label or label == address or address.endswith(f"//{label}"):
        return address
    return f"{label} ({address})"


def _unescaped(text: str) -> str:
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return text


_READERS: Final[dict[str, Callable[[str, str, Mapping[str, str]], str]]] = {
    "@": _person,
    "#": _channel,
    "!": _special,
}
