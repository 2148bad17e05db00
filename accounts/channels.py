"""The protocol of a channel, what it carries, how it fails, and the registry.

A channel is one module in `integrations.channels`; it registers itself, and nobody
above or below asks for its kind by name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


class TemporaryFailure(Exception):
    """The provider could not take the message now; it may be tried again."""


class PermanentFailure(Exception):
    """The provider will never take this message for this address."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one person is told once. `token` names the attempt in links and callbacks.

    `token` is random and unique; a provider's callback and a link carry it back.
    """

    token: str
    account: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Page(Message):
    """An incident wants this person, now."""

    number: int
    title: str
    service: str
    urgency: str
    status: str
    # The responder page of this person and incident; it carries a signed token.
    link: str
    opened_at: datetime
    details: str = ""
    # Why this person: "Level 1 of Default", in the reader's words.
    reason: str = ""
    # Incidents of the same person that this message carries as well.
    others: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Code(Message):
    """A code that proves that the address is the reader's."""

    code: str


@dataclass(frozen=True, slots=True)
class Test(Message):
    """Shows the reader that this contact method works."""


@dataclass(frozen=True, slots=True)
class Notice(Message):
    """Something to know rather than to answer: an alarm for owners, an invitation."""

    subject: str
    lines: tuple[str, ...] = field(default=())
    link: str = ""
    # What the link does, as a button says it.
    action: str = ""


class Channel(Protocol):
    """One way to reach a person."""

    kind: str
    # Its name as people say it, translated when shown: "E-mail", "Text message".
    label: str
    # Whether the address is a phone number in E.164 form.
    is_phone: bool

    def send(self, address: str, message: Message) -> str:
        """Hand the message to the provider; this will return the provider's id.

        Raises TemporaryFailure or PermanentFailure.
        """


_channels: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Make a channel known under its kind."""
    _channels[channel.kind] = channel


def get(kind: str) -> Channel:
    """Return the channel of a kind; raises PermanentFailure when there is none."""
    try:
        return _channels[kind]
    except KeyError:
        raise PermanentFailure(f"There is no channel {kind}.") from None


def every() -> Iterator[Channel]:
    """Yield the channels in the order in which they were registered."""
    yield from _channels.values()


class Courier(Protocol):
    """Writes a durable delivery; the incidents app provides it."""

    def __call__(
        self,
        account: Any,
        *,
        purpose: str,
        at: datetime,
        contact_method: Any = None,
        kind: str = "",
        address: str = "",
        content: dict[str, Any] | None = None,
    ) -> str:
        """Plan one delivery in this transaction; this will return its public id."""


_couriers: list[Courier] = []


def register_courier(courier: Courier) -> None:
    """Say who writes deliveries."""
    _couriers[:] = [courier]


def post(account: Any, **letter: Any) -> str:
    """Have a test, a code or a notice delivered; see `Courier` for the arguments.

    It leaves with the commit of this transaction; this will return its public id.
    """
    return _couriers[0](account, **letter)
