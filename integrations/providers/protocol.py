"""What a provider of texts and calls can do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Call:
    """What is said in a call: a document in TwiML, and whether a key answers it."""

    document: str
    takes_keys: bool


class Provider(Protocol):
    """Somebody who hands texts or calls to the phone network."""

    name: str

    def takes(self, kind: str) -> bool:
        """Say whether it is set up for a kind: sms or voice."""

    def text(self, address: str, body: str, *, token: str) -> str:
        """Send a text; this will return the provider's id of it.

        Raises channels.TemporaryFailure or PermanentFailure.
        """

    def call(self, address: str, call: Call, *, token: str) -> str:
        """Have a number called; otherwise as `text`."""

    def find(self, kind: str, token: str, since: datetime) -> str | None:
        """Return the id of what was taken under a token, or None where unknown."""
