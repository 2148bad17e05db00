"""Identifiers that the outside sees."""

import secrets

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
LENGTH = 13
PATTERN = r"[PQ]\w{6,13}"


def public_id() -> str:
    """Mint the public id of a new object; this will match ``^[PQ]\\w{6,13}$``."""
    return "P" + _random()


def incident_public_id() -> str:
    """Mint the public id of a new incident, which begins with Q."""
    return "Q" + _random()


def _random() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
