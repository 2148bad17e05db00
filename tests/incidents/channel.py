"""A channel that only notes what it is handed, for tests of the engine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from accounts import channels


@dataclass
class Pigeon:
    """Takes what it is given, unless told to fail; knows what it has taken."""

    kind: str = "pigeon"
    label: str = "Pigeon"
    is_phone: bool = False
    is_typed: bool = False
    is_companion: bool = False
    taken: list[tuple[str, channels.Message]] = field(default_factory=list)
    # Called right before a message is taken.
    before: Callable[[], None] | None = None
    failure: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def send(self, address: str, message: channels.Message) -> channels.Sent:
        """Take the message; this will raise what it was told to."""
        if self.before:
            self.before()
        if self.failure:
            raise self.failure
        self.taken.append((address, message))
        return channels.Sent(f"flight-{len(self.taken)}", "loft")

    def find(self, token: str, since: datetime) -> channels.Sent | None:
        """Say whether the message was taken."""
        self.asked.append(token)
        for number, (_address, message) in enumerate(self.taken, start=1):
            if message.token == token:
                return channels.Sent(f"flight-{number}", "loft")
        return None

    @property
    def pages(self) -> list[channels.Page]:
        """The pages among what was taken."""
        return [m for _address, m in self.taken if isinstance(m, channels.Page)]


@contextmanager
def registered(pigeon: Pigeon) -> Iterator[Pigeon]:
    """Let the product know the channel for a while."""
    channels.register(pigeon)
    try:
        yield pigeon
    finally:
        del channels._channels[pigeon.kind]
