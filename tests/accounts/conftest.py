"""What the tests of this app share: people who are signed in, and letters to read."""

from collections.abc import Callable

import pytest
import redis
from django.conf import settings
from django.test import Client

from accounts.models import Account
from incidents.models import Notification
from tests.factories import Person

SignIn = Callable[[Person], Client]


@pytest.fixture
def sign_in(db) -> SignIn:
    """Sign a person in, in a browser of their own."""

    def signed_in(person: Person) -> Client:
        browser = Client()
        browser.force_login(person.user)
        return browser

    return signed_in


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:
    """Spend no time on slow hashes."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _no_rate_limits() -> None:
    """Forget what earlier tests did from the same address.

    Only here: tests of another process have their keys on the same server.
    """
    server = redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])
    mine = list(server.scan_iter(match=f"{settings.CACHES['default']['KEY_PREFIX']}:*"))
    if mine:
        server.delete(*mine)
    server.close()


def letters(account: Account, purpose: str) -> list[Notification]:
    """Return what was posted, the newest first."""
    return list(account.notifications.filter(purpose=purpose))
