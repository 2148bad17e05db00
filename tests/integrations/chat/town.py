"""A chat of our own, spoken to in HTTP: a town square that answers as it is told."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import requests

from integrations.chat import rooms
from integrations.chat.cards import Card, IncidentCard
from integrations.models import Room
from tests.fakes import web

SECONDS = 0.5


@dataclass
class Call:
    """Something that was asked of the square."""

    do: str
    room: str
    id: str
    # "test", or the state of the incident with its title.
    text: str
    key: str = ""
    lines: list[str] = field(default_factory=list)


Answer = Callable[["Handler"], None]


@dataclass
class Square:
    """What is written on it, and how it answers."""

    base: str = ""
    calls: list[Call] = field(default_factory=list)
    # What a message shows now, by its id.
    shown: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)
    # Of the next calls, in their order; then it does what it is asked.
    answers: list[int | Answer] = field(default_factory=list)
    # What everything is answered with, instead.
    always: int | Answer | None = None
    # Asked before each answer.
    before: Callable[[Call], None] | None = None
    ids: Iterator[int] = field(default_factory=count)

    def done(self, *kinds: str) -> list[str]:
        """What was asked: "post triggered Disk full"; of these kinds, or all."""
        return [
            f"{call.do} {call.text}".strip()
            for call in self.calls
            if not kinds or call.do in kinds
        ]

    def take(self, call: Call) -> dict[str, Any] | int:
        """Do what is asked."""
        if call.do == "find":
            found = [id for id, key in self.keys.items() if key == call.key]
            return {"id": found[0] if found else ""}
        if call.do == "post":
            call.id = f"m{next(self.ids)}"
        elif call.id not in self.shown:
            return 404
        if call.do == "reply":
            self.threads.setdefault(call.id, []).extend(call.lines)
        else:
            self.shown[call.id], self.keys[call.id] = call.text, call.key
        return {"id": call.id}


class Handler(web.Handler):
    """Takes a call."""

    square: Square

    def do_POST(self) -> None:
        """Keep the call, and answer."""
        own = self.square
        call = Call(**json.loads(self.body()))
        own.calls.append(call)
        if own.before:
            own.before(call)
        answer = own.always or (own.answers.pop(0) if own.answers else None)
        if callable(answer):
            answer(self)
        elif answer:
            self.answer(answer, {})
        else:
            found = own.take(call)
            if isinstance(found, int):
                self.answer(found, {})
            else:
                self.answer(200, found)

    def limited(self, seconds: int, *, is_wide: bool = False) -> None:
        """Ask to be left alone."""
        wide = {"X-Wide": "yes"} if is_wide else {}
        self.answer(429, {}, **{"Retry-After": str(seconds), **wide})

    def taken_in_silence(self) -> None:
        """Do what is asked, and say nothing of it."""
        self.square.take(self.square.calls[-1])
        self.hang_up()


@dataclass
class Town:
    """The kind of chat that writes on the square."""

    square: Square
    kind: str = "town"
    can_update: bool = True
    can_thread: bool = True
    can_act: bool = False
    pace: timedelta = timedelta()
    # So long it waits for an answer.
    seconds: float = SECONDS

    def post(self, room: Room, card: Card) -> str:
        """Show it; this will return the id."""
        return self._ask("post", room, card=card)

    def update(self, room: Room, message_id: str, card: Card) -> None:
        """Change it."""
        self._ask("update", room, message_id, card)

    def reply(self, room: Room, message_id: str, lines: Sequence[str]) -> None:
        """Write below it."""
        self._ask("reply", room, message_id, lines=lines)

    def find(self, room: Room, card: Card) -> str:
        """Look for it."""
        return self._ask("find", room, card=card)

    def _ask(
        self,
        do: str,
        room: Room,
        message_id: str = "",
        card: Card | None = None,
        lines: Sequence[str] = (),
    ) -> str:
        call = {
            "do": do,
            "room": room.channel_id,
            "id": message_id,
            "text": _text(card),
            "key": card.key if card else "",
            "lines": list(lines),
        }
        try:
            answer = requests.post(self.square.base, json=call, timeout=self.seconds)
        except requests.exceptions.RequestException:
            words = "The town does not answer."
            raise rooms.Unavailable(words, is_uncertain=True) from None
        return _judged(answer)


def _text(card: Card | None) -> str:
    if card is None:
        return ""
    return f"{card.state} {card.title}" if isinstance(card, IncidentCard) else "test"


def _judged(answer: requests.Response) -> str:
    match answer.status_code:
        case 200:
            return str(answer.json()["id"])
        case 429:
            seconds = int(answer.headers["Retry-After"])
            raise rooms.Limited(
                "The town wants some rest.",
                retry_after=timedelta(seconds=seconds),
                is_wide="X-Wide" in answer.headers,
            )
        case 403:
            raise rooms.Broken("The town has thrown us out.")
        case 404:
            raise rooms.Gone("It is not there any more.")
        case 400:
            raise rooms.Refused("The town will not have this.")
        case 418:
            raise KeyError("https://town.example/token-of-ours")
    raise rooms.Unavailable("The town is in trouble.")


@contextmanager
def standing(**given: Any) -> Iterator[Town]:
    """Let the product know the town for a while."""
    square = Square()
    with web.serving(Handler, square=square) as base:
        square.base = base
        town = Town(square, **given)
        rooms.register(town)
        try:
            yield town
        finally:
            del rooms._chats[town.kind]
