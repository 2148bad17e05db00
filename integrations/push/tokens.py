"""The names of pushes in the addresses that a browser calls back.

A delivery's own token is also part of mails, which others may read. What answers a
push is signed on top, travels encrypted to the one browser, and ends.
"""

from datetime import timedelta

from django.core.signing import BadSignature, TimestampSigner

LIFETIME = timedelta(days=7)


class Forged(Exception):
    """The token was not made here, or is too old."""


def sign(token: str) -> str:
    """Return the delivery's name as its push carries it."""
    return _signer().sign(token)


def read(signed: str) -> str:
    """Return the delivery's token. Raises Forged."""
    try:
        return _signer().unsign(signed, max_age=LIFETIME)
    except BadSignature as error:
        raise Forged from error


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="integrations.push", sep="~")
