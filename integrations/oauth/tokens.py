"""Makes tokens, and says for how long each is good."""

import secrets
import string
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from integrations.models import App

# What comes along with a code or token, to say whether it is good.
WITH_DELEGATION = (
    "delegation__account",
    "delegation__app",
    "delegation__membership__user",
    "delegation__membership__account",
)
# Told apart from other secrets by those who search repositories for them.
ACCESS = "oncall_at_"
REFRESH = "oncall_rt_"
ALPHABET = string.ascii_letters + string.digits
LENGTH = 40


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a token of a person's lasts, its renewal, and all renewals together."""

    access: timedelta
    refresh: timedelta
    window: timedelta


CLASSIC = Lifetime(timedelta(days=30), timedelta(days=210), timedelta(days=3 * 365))
SCOPED = Lifetime(timedelta(days=1), timedelta(days=30), timedelta(days=365))
# Of what an app gets for itself; it is not renewed but asked for again.
OF_AN_APP = timedelta(seconds=86_400)


def of(app: App) -> Lifetime:
    """Return how long the tokens of the app's users last."""
    return SCOPED if app.is_scoped else CLASSIC


def new_access(request: object) -> str:
    """Mint an access token."""
    return ACCESS + _random()


def new_refresh(request: object) -> str:
    """Mint a refresh token."""
    return REFRESH + _random()


def digest(token: str) -> str:
    """Hash a token, which is random enough to need no salt."""
    return sha256(token.encode()).hexdigest()


def _random() -> str:
    return "".join(secrets.choice(ALPHABET) for _letter in range(LENGTH))
