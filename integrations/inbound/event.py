"""The normalised event that each inbound format is turned into."""

import secrets
from dataclasses import dataclass
from typing import Any

LONGEST_SUMMARY = 1024
LONGEST_DEDUP_KEY = 255
KEY_LENGTH = 32
ACTIONS = ("trigger", "acknowledge", "resolve")


class Invalid(ValueError):
    """The message is no event; every violation, in the words that clients know."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """One message of a tool; `body` has the fields that `incidents.intake` names."""

    key: str
    action: str
    dedup_key: str
    body: dict[str, Any]


def new_dedup_key() -> str:
    """Mint the dedup key of a trigger that came without one."""
    return secrets.token_hex(16)
