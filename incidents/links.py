"""Signed links to one person's page of one incident, short enough for a text."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

LIFETIME = timedelta(days=7)
SALT = "incidents.links"
EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
# 96 bits, which nobody can guess by asking us.
SIGNATURE_LENGTH = 12


class Forged(Exception):
    """The token was not made here."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Whom a link lets act, and on what."""

    account_id: int
    membership_id: int
    incident_id: int
    expires_at: datetime


def sign(account_id: int, membership_id: int, incident_id: int, *, at: datetime) -> str:
    """Make the token of a link; this will make the same one all hour long."""
    expiry = (at + LIFETIME - EPOCH) // HOUR + 1
    ids = (account_id, membership_id, incident_id, expiry)
    payload = b"".join(_packed(number) for number in ids)
    token = base64.urlsafe_b64encode(payload + _signature(payload))
    return token.decode().rstrip("=")


def read(token: str) -> Claim:
    """Return what a token claims, expired or not; raises Forged."""
    try:
        content = base64.b64decode(
            token + "=" * (-len(token) % 4), altchars=b"-_", validate=True
        )
    except (binascii.Error, ValueError) as error:
        raise Forged from error
    payload = content[:-SIGNATURE_LENGTH]
    given = content[-SIGNATURE_LENGTH:]
    if not constant_time_compare(_signature(payload), given):
        raise Forged
    account_id, membership_id, incident_id, expiry = _unpacked(payload)
    return Claim(account_id, membership_id, incident_id, EPOCH + expiry * HOUR)


def _signature(payload: bytes) -> bytes:
    mac = salted_hmac(SALT, payload, algorithm="sha256")
    return mac.digest()[:SIGNATURE_LENGTH]


def _packed(number: int) -> bytes:
    """Write a number in groups of seven bits; all but the last have the high bit."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def _unpacked(payload: bytes) -> Iterator[int]:
    number = shift = 0
    for group in payload:
        number |= (group & 0x7F) << shift
        shift += 7
        if not group & 0x80:
            yield number
            number = shift = 0
