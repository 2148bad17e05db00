"""How the fake Slack fails: each is told to the next requests, or to all of them."""

from dataclasses import dataclass
from typing import Any


class Fault:
    """Something that goes wrong with one request."""

    # Whether the method does its work all the same.
    takes = False


@dataclass(frozen=True)
class Says(Fault):
    """Answers with an error of the method: `{"ok": false, "error": …}`."""

    error: str
    more: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Limited(Fault):
    """Asks to come back after some seconds."""

    seconds: int = 30


@dataclass(frozen=True)
class Status(Fault):
    """Answers with a status of HTTP and a page of HTML."""

    code: int = 500


@dataclass(frozen=True)
class Silent(Fault):
    """Answers nothing until the test is over."""


@dataclass(frozen=True)
class Drips(Fault):
    """Answers, a byte at a time, for ever."""


@dataclass(frozen=True)
class HangsUp(Fault):
    """Ends the connection without an answer."""


@dataclass(frozen=True)
class Dies(Fault):
    """Does what was asked, and ends the connection without an answer."""

    takes = True
