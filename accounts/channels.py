"""The protocol of a channel, what it carries, how it fails, and the registry.

A channel is one module in `integrations.channels`; it registers itself, and nobody
above or below asks for its kind by name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable


class TemporaryFailure(Exception):
    """The provider could not take the message now; it may be tried again.

    `retry_after` is how long it has asked us to wait, if it has.
    """

    def __init__(self, words: str = "", *, retry_after: timedelta | None = None):
        super().__init__(words)
        self.retry_after = retry_after


class PermanentFailure(Exception):
    """The provider will never take this message for this address."""


class AddressGone(PermanentFailure):
    """Nor any other message: the contact method does not work any more."""


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
    # Incidents of the same person that this message carries as well: number and title.
    # An answer to the message answers them all.
    others: tuple[tuple[int, str], ...] = ()
    # How many more of them are not listed.
    unlisted: int = 0

    @property
    def more(self) -> int:
        """How many incidents the message carries besides the first."""
        return len(self.others) + self.unlisted

    @property
    def count(self) -> int:
        """How many incidents the message is about."""
        return 1 + self.more


@dataclass(frozen=True, slots=True)
class Request(Message):
    """Somebody asks this person to help with an incident; they accept or decline."""

    number: int
    title: str
    service: str
    requester: str
    # What the requester wrote; it may be empty.
    message: str
    # The responder page of this person and incident; it carries a signed token.
    link: str


@dataclass(frozen=True, slots=True)
class Code(Message):
    """A code that proves that the address is the reader's."""

    code: str
    # The countries whose numbers the account texts and calls; empty for all.
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Test(Message):
    """Shows the reader that this contact method works."""

    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice(Message):
    """Something to know rather than to answer: an alarm for owners, an invitation."""

    subject: str
    lines: tuple[str, ...] = field(default=())
    link: str = ""
    # What the link does, as a button says it.
    action: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a provider has taken: its id of the message, and who that provider is."""

    id: str
    provider: str = ""


class Channel(Protocol):
    """One way to reach a person."""

    kind: str
    # Its name as people say it, translated when shown: "E-mail", "Text message".
    label: str
    # Whether the address is a phone number in E.164 form.
    is_phone: bool
    # Whether people type its address; a browser makes its own when it subscribes.
    is_typed: bool
    # Whether it only ever comes beside others: pages never depend on it alone.
    is_companion: bool

    def send(self, address: str, message: Message) -> Sent:
        """Hand the message to a provider; this will return the provider's id.

        Raises TemporaryFailure or PermanentFailure.
        """


@runtime_checkable
class Ledger(Protocol):
    """A channel whose providers can be asked what they have taken."""

    def find(self, token: str, since: datetime) -> Sent | None:
        """Ask whether an attempt was taken; None where nobody can say so."""


def find(kind: str, token: str, since: datetime) -> Sent | None:
    """Ask the providers of a kind whether they have taken an attempt since then.

    None where they have not, or cannot say: then it is sent again. Asked outside of
    any scope.
    """
    channel = get(kind)
    return channel.find(token, since) if isinstance(channel, Ledger) else None


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


def is_companion(kind: str) -> bool:
    """Say whether a kind never stands alone; one that nobody knows has no say."""
    channel = _channels.get(kind)
    return channel is not None and channel.is_companion


def companions() -> list[str]:
    """List the kinds that never stand alone."""
    return [channel.kind for channel in every() if channel.is_companion]


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
